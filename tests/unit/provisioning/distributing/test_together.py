"""An order for several platforms that waits for one of them: what it is judged by, and when."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sandbox.samples.androidapp import SampleApk
from bot.sandbox.samples.harbour import harbour_apk, harbour_ipa
from bot.sandbox.samples.identities import android_identity
from bot.sandbox.samples.iosapp import SampleApp
from provisioning.actors import Actor, person, slack
from provisioning.distributing import pending_orders as service
from provisioning.distributing.approval_policies import PolicyWish
from provisioning.distributing.order import Order
from provisioning.errors import AlreadyDone, DirectoryFailed, NotAllowed, NotNow, Unclear
from provisioning.people.permissions import Where
from provisioning.people.roles import Holder
from provisioning.releases.apps import NewApp
from storage.catalog import approvals, apps, distributions, pending_orders
from storage.records.approval import ApproverKind
from storage.records.base import now
from storage.records.distribution import Distribution
from storage.records.pending_order import PendingOrder, PendingState
from storage.records.release import ReleaseState
from storage.records.role import HolderKind, Role
from tests.town.counting import statements_of
from tests.unit.provisioning.conftest import BOB, CID, MANAGER, UPLOADER, Domain
from tests.unit.provisioning.distributing.sending import current, group, send

EVE = person(slack("UEVE"), origin="test")
EVES = Holder(kind=HolderKind.PERSON, id="slack:UEVE")


@pytest.fixture(scope="session")
def apks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Write 2.4.0 for Android twice, with different numbers of build."""
    folder = tmp_path_factory.mktemp("apks")
    return tuple(harbour_apk(folder, build=build) for build in ("88", "89"))  # type: ignore[return-value]


async def paired(domain: Domain, ipa: Path, tmp_path: Path) -> str:
    """Pair Harbour for iOS, of which 2.4.0 is a draft, with one that has 1.0 alone."""
    release_id = await domain.draft(ipa, "I1")
    upload = await domain.upload(harbour_apk(tmp_path, version="1.0", build="1"), "A1")
    await domain.apps.create(
        upload.id, MANAGER, NewApp(name="harbour-android", display_name="Harbour")
    )
    await domain.products.pair((await app_id(domain, "harbour"), await android(domain)), MANAGER)
    return release_id


async def app_id(domain: Domain, name: str) -> str:
    return next(line.app.id for line in await domain.lists.apps() if line.app.name == name)


async def android(domain: Domain) -> str:
    return await app_id(domain, "harbour-android")


async def ask(
    domain: Domain, release_id: str, *group_ids: str, by: Actor = MANAGER, **order: object
) -> PendingOrder:
    values: dict[str, object] = {"key": f"{group_ids}:{order}"[:128], "group_ids": group_ids}
    wanted = Order(**{**values, **order}, release_id=release_id, by=by)  # type: ignore[arg-type]
    kept = await domain.joint.request(wanted, [await android(domain)])
    assert isinstance(kept, PendingOrder)
    return kept


async def now_of(domain: Domain, order: PendingOrder) -> PendingOrder:
    async with domain.database.reading() as session:
        return await pending_orders.get(session, order.id)


async def acts(domain: Domain, release_id: str) -> list[Distribution]:
    async with domain.database.reading() as session:
        return list(await distributions.of_releases(session, [release_id]))


async def actions(domain: Domain, release_id: str) -> list[str]:
    return [line.action for line in await domain.history.of(release_id, MANAGER)]


async def manages(domain: Domain) -> None:
    """Let Eve manage releases."""
    domain.directory.add("UEVE", "Eve Ericsson")
    await domain.roles.give(MANAGER, Role.MANAGER, EVES)


async def test_nothing_happens_before_the_half_is_here_and_then_both_are_one_order(
    domain: Domain, ipa: Path, apks: tuple[Path, Path], tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    qa = await group(domain, "QA", BOB)
    order = await ask(domain, ios, qa, mandatory=True, notify=False, notes="Both.")
    await domain.pending.look()
    assert (await now_of(domain, order)).state is PendingState.WAITING
    assert await acts(domain, ios) == []
    assert (await domain.cards.release(ios)).pending[0].platforms == ("Android",)

    half = await domain.draft(apks[0], "A2")
    await domain.pending.look()

    (first,), (second,) = await acts(domain, ios), await acts(domain, half)
    assert first.id == first.joint_id == second.joint_id
    assert {first.requested_by, second.requested_by} == {MANAGER.reference}
    assert all(one.mandatory and not one.notify for one in (first, second))
    ended = await now_of(domain, order)
    assert (ended.state, ended.distribution_id) == (PendingState.MET, first.id)
    assert [(await domain.cards.release(one)).notes for one in (ios, half)] == ["Both.", "Both."]
    assert domain.teller.waits == [order.id, order.id]
    assert domain.teller.told_waits == [order.id, order.id]
    assert {"release.wait_begun", "release.wait_met"} <= set(await actions(domain, ios))
    await domain.pending.look()
    assert len(await acts(domain, ios)) == 1


async def test_what_was_put_aside_is_not_here_and_the_next_one_is(
    domain: Domain, ipa: Path, apks: tuple[Path, Path], tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    half = await domain.draft(apks[0], "A2")
    await domain.drafts.dismiss(half, MANAGER)
    order = await ask(domain, ios, await group(domain, "QA", BOB))
    await domain.pending.look()
    assert (await now_of(domain, order)).state is PendingState.WAITING

    next_one = await domain.draft(apks[1], "A3")
    await domain.pending.look()

    assert (await now_of(domain, order)).state is PendingState.MET
    assert len(await acts(domain, next_one)) == 1
    assert await acts(domain, half) == []


async def test_a_half_that_waits_for_an_approval_is_not_here(
    domain: Domain, ipa: Path, apks: tuple[Path, Path], tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    await manages(domain)
    half = await domain.draft(apks[0], "A2")
    beta, qa = await group(domain, "Beta", CID), await group(domain, "QA", BOB)
    policy = PolicyWish(kind=ApproverKind.PEOPLE, approvers=(EVE.reference,))
    await domain.policies.require(beta, policy, MANAGER)
    await send(domain, half, beta)
    assert (await domain.cards.release(half)).state is ReleaseState.AWAITING_APPROVAL

    order = await ask(domain, ios, qa)
    await domain.pending.look()
    assert (await now_of(domain, order)).state is PendingState.WAITING
    async with domain.database.reading() as session:
        (request,) = await approvals.waiting(session, order.organization_id)
    await domain.requests.approve(request.id, EVE)
    await domain.pending.look()

    assert (await now_of(domain, order)).state is PendingState.MET
    assert await current(domain, qa) == [1]


async def test_groups_that_take_an_approval_are_asked_for_both_when_it_is_here(
    domain: Domain, ipa: Path, apks: tuple[Path, Path], tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    await manages(domain)
    qa = await group(domain, "QA", BOB)
    order = await ask(domain, ios, qa)
    policy = PolicyWish(kind=ApproverKind.PEOPLE, approvers=(EVE.reference,))
    await domain.policies.require(qa, policy, MANAGER)
    half = await domain.draft(apks[0], "A2")

    await domain.pending.look()

    async with domain.database.reading() as session:
        found = await approvals.waiting(session, order.organization_id)
    assert {one.release_id for one in found} == {ios, half}
    assert {one.requested_by for one in found} == {MANAGER.reference}
    ended = await now_of(domain, order)
    assert (ended.state, ended.distribution_id) == (PendingState.MET, None)
    assert (await domain.pending_cards.one(order.id)).acts is False
    assert await acts(domain, ios) == []


async def test_whoever_asked_is_asked_for_their_right_when_it_is_here(
    domain: Domain, ipa: Path, apks: tuple[Path, Path], tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    await manages(domain)
    order = await ask(domain, ios, await group(domain, "QA", BOB), by=EVE)
    await domain.roles.take(MANAGER, Role.MANAGER, EVES)
    half = await domain.draft(apks[0], "A2")

    await domain.pending.look()

    ended = await now_of(domain, order)
    assert ended.state is PendingState.LAPSED
    assert "Eve Ericsson asked for it, and may not distribute all of it" in ended.reason
    assert await acts(domain, ios) == await acts(domain, half) == []


async def test_it_takes_the_right_for_each_platform_and_each_group(
    domain: Domain, ipa: Path, tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    qa = await group(domain, "QA", BOB)
    domain.directory.add("UEVE", "Eve Ericsson")
    own = Where(app_id=await app_id(domain, "harbour"))
    await domain.roles.give(MANAGER, Role.MANAGER, EVES, own)

    with pytest.raises(NotAllowed):
        await ask(domain, ios, qa, by=EVE)
    with pytest.raises(NotAllowed):
        await domain.joint.require(ios, EVE)
    with pytest.raises(NotAllowed):
        await ask(domain, ios, qa, by=UPLOADER)
    order = await ask(domain, ios, qa)
    with pytest.raises(NotAllowed):
        await domain.pending.stop(order.id, 1, UPLOADER)
    with pytest.raises(NotAllowed):
        await domain.pending.send_now(order.id, 1, UPLOADER)
    # What is missing is not sent now, so that the right for this one does.
    assert isinstance(await domain.pending.send_now(order.id, 1, EVE), Distribution)
    (act,) = await acts(domain, ios)
    assert act.requested_by == EVE.reference


async def test_what_could_not_go_out_together_is_not_waited_for(
    domain: Domain, ipa: Path, tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    qa = await group(domain, "QA", BOB)
    app = await android(domain)
    with pytest.raises(Unclear, match="Choose at least one"):
        await ask(domain, ios)
    with pytest.raises(AlreadyDone, match="changed release 1"):
        await ask(domain, ios, qa, revision=7)
    await domain.availability.disable(ios, "", MANAGER)
    with pytest.raises(NotNow, match="is disabled"):
        await ask(domain, ios, qa)
    await domain.availability.enable(ios, MANAGER)
    await domain.drafts.dismiss(ios, MANAGER)
    with pytest.raises(NotNow, match="dismissed"):
        await ask(domain, ios, qa)
    await domain.drafts.restore(ios, MANAGER)
    await domain.products.unpair(app, MANAGER)
    with pytest.raises(NotNow, match="not one product any more"):
        await ask(domain, ios, qa)
    with pytest.raises(Unclear, match="is not part of a product"):
        await domain.joint.require(ios, MANAGER)


async def test_a_release_that_nobody_can_install_does_not_wait(
    domain: Domain, ipa: Path, tmp_path: Path
) -> None:
    await paired(domain, ipa, tmp_path)
    expired = SampleApp(icon="none", expires=now() - timedelta(days=1))
    old = harbour_ipa(tmp_path, version="3.0", build="300", app=expired)
    release_id = await domain.draft(old, "I3")

    with pytest.raises(NotNow, match="Nobody could install it, so it does not wait"):
        await ask(domain, release_id, await group(domain, "QA", BOB))


async def test_a_half_of_another_signer_ends_it_and_an_admin_is_asked(
    domain: Domain, ipa: Path, tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    qa = await group(domain, "QA", BOB)
    card = (await domain.lists.of_app(await android(domain)))[0]
    await send(domain, card.release_id, qa)  # Its signer is the app's from now on.
    order = await ask(domain, ios, qa)
    other = SampleApk(identity=android_identity("Lighthouse Works", 7))
    await domain.draft(harbour_apk(tmp_path, build="91", app=other), "A9")

    await domain.pending.look()

    ended = await now_of(domain, order)
    assert ended.state is PendingState.LAPSED
    assert "signed by somebody else than the app is" in ended.reason
    async with domain.database.reading() as session:
        assert len(await approvals.waiting(session, order.organization_id)) == 1
    assert await acts(domain, ios) == []


async def test_it_is_put_behind_nothing_that_came_meanwhile(
    domain: Domain, ipa: Path, newer_ipa: Path, apks: tuple[Path, Path], tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    qa = await group(domain, "QA", BOB)
    order = await ask(domain, ios, qa)
    await send(domain, await domain.draft(newer_ipa, "I2"), qa)
    await domain.draft(apks[0], "A2")

    await domain.pending.look()

    ended = await now_of(domain, order)
    assert ended.state is PendingState.LAPSED
    assert ended.reason.startswith("QA has 2.5.0 (250) by now")
    assert await acts(domain, ios) == []


async def test_a_group_that_was_deleted_ends_it(
    domain: Domain, ipa: Path, apks: tuple[Path, Path], tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    gone = await group(domain, "QA", BOB)
    order = await ask(domain, ios, gone)
    await domain.groups.delete(gone, MANAGER)
    await domain.draft(apks[0], "A2")

    await domain.pending.look()

    assert (await now_of(domain, order)).state is PendingState.LAPSED
    assert (await domain.pending_cards.one(order.id)).groups[0].name == "a deleted group"
    assert await acts(domain, ios) == []


async def test_what_went_out_alone_meanwhile_is_not_sent_again(
    domain: Domain, ipa: Path, apks: tuple[Path, Path], tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    qa = await group(domain, "QA", BOB)
    order = await ask(domain, ios, qa)
    await send(domain, ios, qa)
    half = await domain.draft(apks[0], "A2")

    await domain.pending.look()

    assert (await now_of(domain, order)).reason == service.PARTLY
    assert len(await acts(domain, ios)) == 1
    (act,) = await acts(domain, half)
    assert act.joint_id is None


async def test_asking_twice_is_one_wait_and_more_groups_join_it(
    domain: Domain, ipa: Path, tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    await manages(domain)
    qa, beta, late = [await group(domain, name) for name in ("QA", "Beta", "Late")]
    order = await ask(domain, ios, qa)

    same_click = await ask(domain, ios, qa)
    with pytest.raises(AlreadyDone, match="Ann Archer asked for this on"):
        await ask(domain, ios, qa, key="again")
    with pytest.raises(AlreadyDone, match="and goes out once"):
        await ask(domain, ios, qa, key="hers", by=EVE, mandatory=True)
    wider = await ask(domain, ios, qa, beta, people=(CID,))
    other = await ask(domain, ios, late, mandatory=True)
    hers = await ask(domain, ios, late, beta, by=EVE)

    assert same_click.id == wider.id == order.id
    assert len({order.id, other.id, hers.id}) == 3
    assert wider.due_at > order.due_at
    assert (wider.wish["groups"], wider.wish["people"]) == ([qa, beta], [str(CID)])
    lines = (await domain.cards.release(ios)).pending
    assert [(line.order_id, line.turn, line.singles) for line in lines] == [
        (order.id, 2, 1),
        (other.id, 1, 0),
        (hers.id, 1, 0),
    ]
    with pytest.raises(AlreadyDone, match="for others as well by now"):
        await domain.pending.send_now(order.id, 1, MANAGER)
    assert (await actions(domain, ios)).count("release.wait_widened") == 1


async def test_twenty_who_ask_at_once_make_one_wait(
    domain: Domain, ipa: Path, tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    qa = await group(domain, "QA", BOB)

    said = await asyncio.gather(
        *(ask(domain, ios, qa, key=f"click {n % 5}") for n in range(20)), return_exceptions=True
    )

    kept = {one.id for one in said if isinstance(one, PendingOrder)}
    assert len(kept) == 1
    assert all(isinstance(one, PendingOrder | AlreadyDone) for one in said), said
    assert len((await domain.cards.release(ios)).pending) == 1


async def test_of_all_who_end_it_at_once_one_does(
    domain: Domain, ipa: Path, apks: tuple[Path, Path], tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    qa = await group(domain, "QA", BOB)
    order = await ask(domain, ios, qa)

    said = await asyncio.gather(
        domain.upload(apks[0], "A2"),
        *(domain.pending.look() for _ in range(6)),
        *(domain.pending.send_now(order.id, 1, MANAGER) for _ in range(6)),
        domain.upload(apks[1], "A3"),
        *(domain.pending.look() for _ in range(6)),
        return_exceptions=True,
    )
    await domain.pending.look()

    wrong = [one for one in said if isinstance(one, Exception) and not isinstance(one, AlreadyDone)]
    assert wrong == []
    assert (await now_of(domain, order)).state in {PendingState.MET, PendingState.SENT}
    assert len(await acts(domain, ios)) == 1
    done = [one for one in await actions(domain, ios) if one.startswith("release.wait_")]
    assert len(done) == 2
    halves = [line.release_id for line in await domain.lists.of_app(await android(domain))]
    sent = [act for one in halves for act in await acts(domain, one)]
    assert len(sent) == (1 if (await now_of(domain, order)).state is PendingState.MET else 0)


async def test_a_late_click_learns_how_it_ended(
    domain: Domain, ipa: Path, apks: tuple[Path, Path], tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    order = await ask(domain, ios, await group(domain, "QA", BOB))
    await domain.draft(apks[0], "A2")
    with pytest.raises(AlreadyDone, match="Nothing is missing any more"):
        await domain.pending.send_now(order.id, 1, MANAGER)
    await domain.pending.look()

    for act in (domain.pending.send_now, domain.pending.stop):
        with pytest.raises(AlreadyDone, match="everything was ordered already"):
            await act(order.id, 1, MANAGER)


async def test_it_expires_whatever_is_clicked(domain: Domain, ipa: Path, tmp_path: Path) -> None:
    ios = await paired(domain, ipa, tmp_path)
    order = await ask(domain, ios, await group(domain, "QA", BOB))
    async with domain.database.writing() as session:
        kept = await pending_orders.hold(session, order.id)
        kept.due_at = now() - timedelta(seconds=1)
        session.add(kept)

    with pytest.raises(NotNow, match=r"the Android build of 2\.4\.0 did not come"):
        await domain.pending.send_now(order.id, 1, MANAGER)

    assert (await now_of(domain, order)).state is PendingState.EXPIRED
    assert domain.teller.told_waits[-1] == order.id
    assert await acts(domain, ios) == []


async def test_a_start_that_got_lost_is_found_again(
    domain: Domain, ipa: Path, apks: tuple[Path, Path], tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    order = await ask(domain, ios, await group(domain, "QA", BOB))
    half = await domain.draft(apks[0], "A2")
    domain.engine.idle = True  # As if the process died between the commit and the start.

    await domain.pending.look()

    later, before = now() + timedelta(minutes=1), now() - timedelta(days=1)
    assert await domain.pending.unshown(later, before) == [f"{order.id}@2"]
    unfinished = await domain.carrying.unfinished(later, before)
    assert {(await acts(domain, one))[0].id for one in (ios, half)} == set(unfinished)
    domain.engine.idle = False
    domain.engine.started.clear()
    await domain.engine.start("show_pending", f"{order.id}@2")
    assert await domain.pending.unshown(later, before) == []


async def test_what_fails_is_put_off_and_keeps_nothing_else_from_going_out(
    domain: Domain,
    ipa: Path,
    apks: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    first = await ask(domain, ios, await group(domain, "QA", BOB))
    second = await ask(domain, ios, await group(domain, "Late", CID), mandatory=True)
    await domain.draft(apks[0], "A2")
    ready = domain.distributions.ready
    failing: list[Exception] = [DirectoryFailed(), RuntimeError("a mistake of ours")]

    async def fails(order: Order) -> object:
        if failing:
            raise failing.pop(0)
        return await ready(order)

    monkeypatch.setattr(domain.distributions, "ready", fails)

    await domain.pending.look()
    assert (await now_of(domain, first)).state is PendingState.WAITING
    await domain.pending.look()

    for order in (first, second):
        assert (await now_of(domain, order)).state is PendingState.MET


async def test_a_look_takes_as_many_statements_however_many_wait(
    domain: Domain, ipa: Path, tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)

    async def counted() -> int:
        with statements_of(domain.database) as heard:
            await domain.pending.look()
        return len(heard)

    nothing = await counted()
    await ask(domain, ios, await group(domain, "G", BOB))
    one = await counted()
    for n in range(4):
        await ask(domain, ios, await group(domain, f"G{n}", BOB), notes=str(n))

    assert (nothing, one, await counted()) == (1, 2, 2)


async def test_a_product_of_three_waits_for_the_last(
    domain: Domain, ipa: Path, apks: tuple[Path, Path], tmp_path: Path
) -> None:
    ios = await paired(domain, ipa, tmp_path)
    async with domain.database.writing() as session:
        own = await apps.get(session, await app_id(domain, "harbour"))
        mac = own.model_copy(update={"id": "m" * 32, "name": "harbour-mac", "platform": "macos"})
        mac.app_secret, mac.public_identifier = "s" * 36, "p" * 32
        session.add(type(own)(**mac.model_dump()))
    await domain.draft(apks[0], "A2")
    wanted = Order(
        key="three",
        release_id=ios,
        by=MANAGER,
        group_ids=(await group(domain, "QA", BOB),),
    )
    order = await domain.joint.request(wanted, [await android(domain), "m" * 32])

    await domain.pending.look()

    assert isinstance(order, PendingOrder)
    assert order.platforms == ["macOS"]
    assert (await domain.pending_cards.one(order.id)).count == 3
    assert (await now_of(domain, order)).state is PendingState.WAITING
    # Without it goes out what is here.
    taken = await domain.pending.send_now(order.id, 1, MANAGER)
    assert isinstance(taken, Distribution)
    assert len(await domain.cards.joint(taken.joint_id or "")) == 2
