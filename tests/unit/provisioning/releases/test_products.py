"""Apps of several platforms that are one product, and how their releases find each other."""

import asyncio
from pathlib import Path

import pytest

from bot.sandbox.samples.androidapp import SampleApk
from bot.sandbox.samples.harbour import harbour_apk
from bot.sandbox.samples.identities import android_identity
from provisioning.distributing.order import Order
from provisioning.errors import AlreadyDone, NotAllowed, NotNow, Unclear
from provisioning.releases.apps import NewApp
from provisioning.releases.tracks import NewRules
from storage.catalog import products, signers
from storage.records.distribution import Distribution, RecipientState
from storage.records.signer import SignerStanding
from tests.unit.provisioning.conftest import BOB, MANAGER, TESTER, Domain
from tests.unit.provisioning.distributing.sending import group, known_as, send


@pytest.fixture(scope="session")
def apk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harbour_apk(tmp_path_factory.mktemp("apk"), version="2.4.0", build="88")


async def both(domain: Domain, ipa: Path, apk: Path) -> tuple[str, str]:
    """Make Harbour for iOS and for Android, of one version; return the drafts."""
    first = await domain.draft(ipa, "F1")
    upload = await domain.upload(apk, "F2")
    new = NewApp(name="harbour-android", display_name="Harbour")
    await domain.apps.create(upload.id, MANAGER, new)
    card = await domain.cards.upload(upload.id)
    assert card.release is not None
    return first, card.release.release_id


async def paired(domain: Domain, ipa: Path, apk: Path) -> tuple[str, str]:
    drafts = await both(domain, ipa, apk)
    await domain.products.pair(await app_ids(domain), MANAGER)
    return drafts


async def app_ids(domain: Domain) -> tuple[str, str]:
    by_name = {line.app.name: line.app.id for line in await domain.lists.apps()}
    return by_name["harbour"], by_name["harbour-android"]


def order(release_id: str, key: str, group_id: str) -> Order:
    return Order(key=key, release_id=release_id, by=MANAGER, group_ids=(group_id,))


async def test_two_apps_are_paired_named_and_taken_apart(
    domain: Domain, ipa: Path, apk: Path
) -> None:
    await both(domain, ipa, apk)
    ios, android = await app_ids(domain)

    sheet = await domain.products.pair((ios, android), MANAGER)
    again = await domain.products.pair((ios, android), MANAGER, "Harbour Mobile")
    with pytest.raises(AlreadyDone):
        await domain.products.pair((android, ios), MANAGER)
    (listed,) = await domain.products.every(MANAGER)
    left = await domain.products.unpair(android, MANAGER)

    assert [(one.platform, one.name) for one in sheet.parts] == [
        ("iOS", "harbour"),
        ("Android", "harbour-android"),
    ]
    assert sheet.name == "Harbour"
    assert again.product_id == listed.product_id == sheet.product_id
    assert listed.name == "Harbour Mobile"
    assert left.parts == ()
    assert await domain.products.every(MANAGER) == []
    with pytest.raises(NotNow, match="is not part of a product"):
        await domain.products.unpair(ios, MANAGER)
    told = [line.action for line in await domain.history.of_app(android, MANAGER)]
    assert told[:2] == ["app.unpaired", "app.paired"]


async def test_what_cannot_be_one_product_is_refused(domain: Domain, ipa: Path, apk: Path) -> None:
    await both(domain, ipa, apk)
    ios, android = await app_ids(domain)
    track = await domain.tracks.add(ios, MANAGER, "staging", "Staging", NewRules())

    with pytest.raises(NotAllowed):
        await domain.products.pair((ios, android), TESTER)
    with pytest.raises(Unclear, match="That is one app"):
        await domain.products.pair((ios, ios), MANAGER)
    with pytest.raises(Unclear, match="are both for iOS"):
        await domain.products.pair((ios, track.app_id), MANAGER)
    await domain.products.pair((ios, android), MANAGER)
    with pytest.raises(NotNow, match="has an app for iOS already"):
        await domain.products.pair((track.app_id, android), MANAGER)
    with pytest.raises(NotAllowed):
        await domain.products.unpair(ios, TESTER)


async def test_of_two_who_pair_at_once_one_product_is_left(
    domain: Domain, ipa: Path, apk: Path
) -> None:
    await both(domain, ipa, apk)
    ios, android = await app_ids(domain)

    said = await asyncio.gather(
        domain.products.pair((ios, android), MANAGER),
        domain.products.pair((android, ios), MANAGER),
        return_exceptions=True,
    )

    assert sum(isinstance(one, AlreadyDone) for one in said) == 1, said
    (sheet,) = await domain.products.every(MANAGER)
    assert len(sheet.parts) == 2


async def test_releases_of_one_version_are_siblings(
    domain: Domain, ipa: Path, newer_ipa: Path, apk: Path
) -> None:
    ios, android = await paired(domain, ipa, apk)
    newer = await domain.draft(newer_ipa, "F3")

    card = await domain.cards.release(ios)
    (sibling,) = card.siblings
    (missing,) = (await domain.cards.release(newer)).siblings

    assert (sibling.release_id, sibling.platform, sibling.label) == (
        android,
        "Android",
        "2.4.0 (88)",
    )
    assert (missing.release_id, missing.platform) == (None, "Android")
    await domain.drafts.dismiss(android, MANAGER)
    (gone,) = (await domain.cards.release(ios)).siblings
    assert gone.standing is not None
    assert gone.standing.value == "dismissed"


async def test_one_order_makes_an_act_for_each_platform(
    domain: Domain, ipa: Path, apk: Path
) -> None:
    ios, android = await paired(domain, ipa, apk)
    qa = await group(domain, "QA", BOB)
    orders = order(ios, "click", qa), order(android, "click:2", qa)

    first = await domain.distributions.request(*orders)
    twice = await domain.distributions.request(*orders)

    assert isinstance(first, Distribution)
    assert first.id == twice.id == first.joint_id
    async with domain.database.reading() as session:
        acts = await products.acts_of(session, first.id)
    assert [act.release_id for act in acts] == [ios, android]
    assert await domain.cards.joint(first.id) == [ios, android]
    for release_id in (ios, android):
        card = await domain.cards.release(release_id)
        assert card.counts == {RecipientState.TOLD: 1}


async def test_a_link_leads_to_the_newest_that_the_other_phone_may_install(
    domain: Domain, ipa: Path, apk: Path, tmp_path: Path
) -> None:
    ios, android = await paired(domain, ipa, apk)
    upload = await domain.upload(harbour_apk(tmp_path, version="2.4.0", build="100"), "F3")
    card = (await domain.cards.upload(upload.id)).release
    assert card is not None
    qa = await group(domain, "QA", BOB)
    for release_id in (ios, android, card.release_id):
        await send(domain, release_id, qa)
    bob = await known_as(domain, BOB)
    opened = await domain.grants.open(domain.grants.token(await domain.grants.give(ios, bob)))
    assert opened is not None

    # The hundredth comes after the eighty-eighth, though it does not among words.
    assert [one.build for one in await domain.grants.companions(opened)] == ["100"]
    await domain.grants.revoke((await domain.grants.give(card.release_id, bob)).id)
    assert [one.build for one in await domain.grants.companions(opened)] == ["88"]
    await domain.grants.revoke((await domain.grants.give(android, bob)).id)
    assert await domain.grants.companions(opened) == []


async def test_a_link_leads_to_nothing_whose_signer_nobody_approved(
    domain: Domain, ipa: Path, apk: Path, tmp_path: Path
) -> None:
    ios, android = await paired(domain, ipa, apk)
    stranger = SampleApk(identity=android_identity("Lighthouse Works", 7))
    path = harbour_apk(tmp_path, version="2.4.0", build="100", app=stranger)
    other = await domain.draft(path, "F3")
    qa = await group(domain, "QA", BOB)
    for release_id in (ios, android):
        await send(domain, release_id, qa)
    with pytest.raises(NotNow, match="signed by somebody else"):
        await send(domain, other, qa)
    await approve_signer(domain)
    await send(domain, other, qa, key="now")
    bob = await known_as(domain, BOB)
    opened = await domain.grants.open(domain.grants.token(await domain.grants.give(ios, bob)))
    assert opened is not None
    assert [one.build for one in await domain.grants.companions(opened)] == ["100"]

    # As it is where somebody slipped in a row by which he has it.
    async with domain.database.writing() as session:
        _, app_id = await app_ids(domain)
        before, own = await signers.of_app(session, app_id)
        before.standing = SignerStanding.PINNED
        session.add(before)
        await session.delete(own)

    assert [one.build for one in await domain.grants.companions(opened)] == ["88"]
    grant = await domain.grants.give(other, bob)
    assert await domain.grants.open(domain.grants.token(grant)) is None


async def approve_signer(domain: Domain) -> None:
    """Let an admin approve the signer that somebody wanted to send."""
    (line,) = (await domain.approvals.waiting(MANAGER, limit=1)).first
    await domain.requests.approve(line.request_id, MANAGER)


async def test_what_everybody_has_is_left_out_of_a_joint_order(
    domain: Domain, ipa: Path, apk: Path
) -> None:
    ios, android = await paired(domain, ipa, apk)
    qa = await group(domain, "QA", BOB)
    await domain.distributions.request(order(ios, "first", qa))

    act = await domain.distributions.request(order(ios, "both", qa), order(android, "both:2", qa))

    assert isinstance(act, Distribution)
    assert (act.release_id, act.joint_id) == (android, None)
    with pytest.raises(AlreadyDone):
        await domain.distributions.request(order(ios, "3", qa), order(android, "3:2", qa))


async def test_nothing_goes_out_where_one_half_cannot(domain: Domain, ipa: Path, apk: Path) -> None:
    ios, android = await paired(domain, ipa, apk)
    qa = await group(domain, "QA", BOB)
    await domain.drafts.dismiss(android, MANAGER)

    with pytest.raises(NotNow, match="is dismissed"):
        await domain.distributions.request(order(ios, "x", qa), order(android, "x:2", qa))

    assert (await domain.cards.release(ios)).acts == ()


async def test_both_halves_find_out_at_once_who_is_in_a_group(
    domain: Domain, ipa: Path, apk: Path
) -> None:
    ios, android = await paired(domain, ipa, apk)
    qa = await group(domain, "QA", BOB)
    domain.engine.idle = True
    await domain.distributions.request(order(ios, "a", qa), order(android, "b", qa))
    acts = [(await domain.cards.release(one)).acts[0].distribution_id for one in (ios, android)]

    told = await asyncio.gather(*map(domain.carrying.resolve, acts))

    assert [len(one) for one in told] == [1, 1]
