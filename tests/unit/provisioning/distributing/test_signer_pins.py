"""Who signs an app: the first one is pinned, and another one takes an admin's yes."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.sandbox.samples.androidapp import SampleApk
from bot.sandbox.samples.harbour import harbour_apk, harbour_ipa
from bot.sandbox.samples.identities import OTHER_TEAM, android_identity
from bot.sandbox.samples.iosapp import SampleApp
from provisioning.distributing.order import Order
from provisioning.distributing.recall_order import RecallOrder
from provisioning.errors import AlreadyDone, NotAllowed, NotNow
from provisioning.installing.signers import (
    may_be_installed,
    may_go_out,
    read_signer,
    signer_of,
    succeeds,
)
from storage.catalog import approvals, audit, signers
from storage.inspection.facts import Facts, Signing
from storage.records.approval import ApprovalKind, ApprovalRequest, ApprovalState
from storage.records.build import Build
from storage.records.signer import AppSigner, SignerStanding
from tests.unit.provisioning.conftest import BOB, MANAGER, TESTER, Domain
from tests.unit.provisioning.distributing.sending import current, group, known_as, opens, send


@pytest.fixture(scope="module")
def apks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Write 2.4.0, 2.5.0 of somebody else's, and 2.6.0 of the first one again."""
    folder = tmp_path_factory.mktemp("apks")
    one, other = android_identity(), android_identity("Lighthouse Works", 7)
    assert one.der != other.der
    plain = SampleApk(icon="none", identity=one)
    return (
        harbour_apk(folder, app=plain),
        harbour_apk(folder, version="2.5.0", build="250", app=replace(plain, identity=other)),
        harbour_apk(folder, version="2.6.0", build="260", app=plain),
    )


async def waiting(domain: Domain, app_id: str) -> list[ApprovalRequest]:
    async with domain.database.reading() as session:
        organization_id = (await domain.lists.apps())[0].app.organization_id
        found = await approvals.waiting(session, organization_id)
    return [one for one in found if one.wish["app"] == app_id]


async def standings(domain: Domain, app_id: str) -> list[SignerStanding]:
    async with domain.database.reading() as session:
        return [one.standing for one in await signers.of_app(session, app_id)]


async def test_an_apk_of_another_key_goes_to_nobody_before_an_admin_approves(
    domain: Domain, apks: tuple[Path, Path, Path]
) -> None:
    first, other, third = [await domain.draft(apk, f"F{n}") for n, apk in enumerate(apks)]
    qa = await group(domain, "QA", BOB)
    await send(domain, first, qa)
    app_id = (await domain.cards.release(first)).app_id
    assert await standings(domain, app_id) == [SignerStanding.PINNED]

    with pytest.raises(NotNow, match="signed by somebody else than the app is") as refused:
        await send(domain, other, qa)
    with pytest.raises(NotNow):
        await send(domain, other, qa, key="again")

    assert (refused.value.code, await current(domain, qa)) == ("signer_waits", [1])
    (request,) = await waiting(domain, app_id)
    assert domain.teller.requests == [request.id]
    card = await domain.approvals.one(request.id)
    assert card.signer is not None
    own, before = card.signer.own, card.signer.before
    assert [len(one.prints[0]) for one in (own, before)] == [64, 64]
    assert own.prints != before.prints
    assert own.names != before.names
    assert card.kind is ApprovalKind.SIGNER
    with pytest.raises(NotAllowed, match="approve another signer"):
        await domain.requests.approve(request.id, TESTER)

    await domain.requests.approve(request.id, MANAGER)

    await send(domain, other, qa, key="now")
    assert await current(domain, qa) == [2]
    assert await standings(domain, app_id) == [SignerStanding.FORMER, SignerStanding.PINNED]
    # What went out before stays; a new build of the former key is somebody else's by now.
    assert await opens(domain, first, BOB)
    with pytest.raises(NotNow):
        await send(domain, third, qa)
    await send(domain, first, qa, over={qa: other}, key="back")
    assert await current(domain, qa) == [1]
    with pytest.raises(AlreadyDone):
        await domain.requests.approve(request.id, MANAGER)
    async with domain.database.reading() as session:
        told = [one.action for one in await audit.of(session, app_id)]
        asked = [one.action for one in await audit.of(session, other)]
    assert told == ["app.created", "app.signer_pinned"]
    assert asked[:2] == ["app.signer_asked", "release.signer_approved"]


async def test_an_ipa_of_another_team_is_declined_and_a_link_to_it_opens_nothing(
    domain: Domain, ipa: Path, tmp_path: Path
) -> None:
    app = SampleApp(icon="none", team=OTHER_TEAM)
    squatter = harbour_ipa(tmp_path, version="2.5.0", build="250", app=app)
    first, other = await domain.draft(ipa, "F1"), await domain.draft(squatter, "F2")
    qa = await group(domain, "QA", BOB)
    await send(domain, first, qa)
    with pytest.raises(NotNow):
        await send(domain, other, qa)
    (request,) = await waiting(domain, (await domain.cards.release(first)).app_id)

    await domain.requests.decline(request.id, MANAGER, "Nobody of ours built it.")

    with pytest.raises(NotNow, match="Nobody of ours built it") as refused:
        await send(domain, other, qa)
    assert refused.value.code == "signer_declined"
    # Even a row that somebody slipped in by which Bob had it would open nothing.
    grant = await domain.grants.give(other, await known_as(domain, BOB))
    assert await domain.grants.open(domain.grants.token(grant)) is None
    # It is declined once, and a slip can be mended by an admin alone.
    with pytest.raises(AlreadyDone):
        await domain.requests.decline(request.id, MANAGER, "Again.")
    with pytest.raises(AlreadyDone):
        await domain.requests.withdraw(request.id, MANAGER)
    with pytest.raises(NotAllowed):
        await domain.requests.approve(request.id, TESTER)
    await domain.requests.approve(request.id, MANAGER)
    await send(domain, other, qa)
    assert await current(domain, qa) == [2]


async def test_of_two_signers_whose_first_releases_go_out_at_once_one_is_pinned(
    domain: Domain, apks: tuple[Path, Path, Path]
) -> None:
    first, other, _ = [await domain.draft(apk, f"F{n}") for n, apk in enumerate(apks)]
    qa = await group(domain, "QA", BOB)
    domain.engine.idle = True
    orders = [Order(key=one, release_id=one, by=MANAGER, group_ids=(qa,)) for one in (first, other)]
    for order in orders:
        ready = await domain.distributions.ready(order)
        assert ready.worthwhile
    await domain.distributions.request(orders[0])

    with pytest.raises(NotNow):
        await domain.distributions.request(orders[1])
    assert await current(domain, qa) == [1]


async def test_a_pin_that_moved_is_looked_at_once_more(
    domain: Domain, apks: tuple[Path, Path, Path]
) -> None:
    first, other, _ = [await domain.draft(apk, f"F{n}") for n, apk in enumerate(apks)]
    qa = await group(domain, "QA", BOB)
    await send(domain, first, qa)
    with pytest.raises(NotNow):
        await send(domain, other, qa)
    release = await domain.cards.release(other)
    (request,) = await waiting(domain, release.app_id)
    async with domain.database.writing() as session:
        row = AppSigner(
            app_id=release.app_id,
            signer="key:" + "cd" * 32,
            standing=SignerStanding.PINNED,
            accepted_by="clock",
        )
        await signers.accept(session, row)

    with pytest.raises(NotNow, match="another signer meanwhile"):
        await domain.requests.approve(request.id, MANAGER)

    card = await domain.approvals.one(request.id)
    assert card.signer is not None
    assert (card.state, card.signer.before.prints) == (ApprovalState.WAITING, ("cd" * 32,))
    await domain.requests.approve(request.id, MANAGER)


async def test_a_recalled_release_of_another_signer_ends_no_request_about_it(
    domain: Domain, apks: tuple[Path, Path, Path]
) -> None:
    first, other, _ = [await domain.draft(apk, f"F{n}") for n, apk in enumerate(apks)]
    qa = await group(domain, "QA", BOB)
    await send(domain, first, qa)
    with pytest.raises(NotNow):
        await send(domain, other, qa)
    await domain.recalls.request(
        RecallOrder(key="r", release_id=first, by=MANAGER, because="It crashes.")
    )
    await domain.requests.look()

    (request,) = await waiting(domain, (await domain.cards.release(first)).app_id)
    assert request.release_id == other


def facts(**signing: object) -> Facts:
    return Facts(
        platform="android",
        kind="apk",
        size=1,
        md5="",
        sha1="",
        sha256="",
        signing=Signing(**{"signed": True, **signing}),
    )


def a_build(sheet: Facts, link: str | None = None) -> Build:
    return Build(
        organization_id="o",
        file_name="a",
        platform=sheet.platform,
        bundle_id="b",
        facts=sheet.as_json(),
        link=link,
    )


A, B, C = ("aa" * 32, "bb" * 32, "cc" * 32)
PINNED = AppSigner(
    app_id="app", signer=f"key:{A}", standing=SignerStanding.PINNED, accepted_by="clock"
)


@pytest.mark.parametrize(
    ("sheet", "goes"),
    [
        (facts(certificates=(A,)), True),
        (facts(certificates=(B,)), False),
        (facts(certificates=(A, B)), False),
        (facts(certificates=(B,), lineage=(A,)), True),
        (facts(certificates=(B,), lineage=(C,)), False),
        (facts(signed=False), False),
        (facts(certificates=(B,)).model_copy(update={"kind": "aab"}), True),
    ],
)
def test_who_may_follow_whom(sheet: Facts, *, goes: bool) -> None:
    assert may_go_out([PINNED], a_build(sheet), went=False) is goes
    assert may_go_out((), a_build(sheet), went=False)
    # Nobody has read what lies elsewhere.
    assert may_be_installed([PINNED], a_build(sheet, link="https://example.com/a.apk"))


def test_a_signer_is_read_as_it_was_spelled() -> None:
    one = signer_of(facts(certificates=(B, A), signers=("Harbour", "Labs")))
    team = signer_of(facts(team_id="TEAM").model_copy(update={"platform": "ios"}))

    assert read_signer(one.spelled).prints == one.prints == (A, B)
    assert (team.spelled, team.is_team, one.is_team) == ("team:TEAM", True, False)
    assert read_signer("").prints == ()
    assert not succeeds(facts(lineage=("TEAM",)), team)
