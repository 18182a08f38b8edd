"""Who has a release, who would be reminded of it, and who is."""

from asyncio import gather
from datetime import timedelta
from pathlib import Path

import pytest

from provisioning.actors import Actor, Identity
from provisioning.errors import AlreadyDone, NotAllowed, NotNow, TellerFailed, TellerUnreachable
from provisioning.following import holders
from provisioning.following.holders import Having, HolderList
from provisioning.following.nudge_order import NudgeOrder, NudgePlan, Sparing
from provisioning.following.nudging import nudge_subject
from storage.catalog import audit, mutes
from storage.errors import NotFound
from storage.records.nudge import Nudge, NudgeState
from tests.unit.provisioning.conftest import BOB, CID, DEE, MANAGER, TESTER, Domain
from tests.unit.provisioning.distributing.sending import fetch, group, known_as, send


async def opened(domain: Domain, release_id: str, who: Identity) -> None:
    grant = await domain.grants.give(release_id, await known_as(domain, who))
    await domain.receipts.opened(grant.id)


async def complete(domain: Domain, release_id: str, who: Identity) -> None:
    grant = await domain.grants.give(release_id, await known_as(domain, who))
    await domain.receipts.sent(grant.id, (0, 10), size=10)


async def nudge(domain: Domain, release_id: str, key: str = "n", **order: str) -> Nudge:
    """Let the manager confirm what they are shown at this moment."""
    plan = await domain.nudges.plan(release_id, MANAGER, order.get("group_id", ""))
    wanted = NudgeOrder(
        key=key, release_id=release_id, by=MANAGER, fingerprint=plan.fingerprint, **order
    )
    return await domain.nudges.request(wanted)


def having(found: HolderList) -> dict[str, Having]:
    return {one.name: one.having for one in found.people}


def due(plan: NudgePlan) -> list[str]:
    return [one.name for one in plan.due]


def spared(plan: NudgePlan) -> dict[str, Sparing]:
    return {one.name: why for why, those in plan.spared.items() for one in those}


async def sent(domain: Domain, ipa: Path, *people: Identity) -> str:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", *people))
    return release_id


async def test_everybody_stands_as_far_as_they_are(domain: Domain, ipa: Path) -> None:
    release_id = await sent(domain, ipa, BOB, CID)
    late = await group(domain, "Late", DEE)
    await send(domain, release_id, late, notify=False)
    await opened(domain, release_id, BOB)
    await complete(domain, release_id, CID)

    found = await domain.holders.of(release_id, MANAGER)
    inside = await domain.holders.of(release_id, MANAGER, late)

    assert having(found) == {
        "Bob Baker": Having.OPENED,
        "Cid Carver": Having.HAS,
        "Dee Dorn": Having.SILENT,
    }
    assert (having(inside), inside.group) == ({"Dee Dorn": Having.SILENT}, "Late")
    await domain.recall(release_id, people=(BOB,))
    assert having(await domain.holders.of(release_id, MANAGER))["Bob Baker"] is Having.LOST


async def test_who_is_in_a_group_and_was_never_given_it_is_named(domain: Domain, ipa: Path) -> None:
    release_id = await sent(domain, ipa, BOB)
    beta = await group(domain, "Beta", BOB, DEE)

    found = await domain.holders.of(release_id, MANAGER, beta)

    assert having(found) == {"Bob Baker": Having.TOLD, "Dee Dorn": Having.NEVER}
    plan = await domain.nudges.plan(release_id, MANAGER, beta)
    assert (due(plan), spared(plan)) == (["Bob Baker"], {"Dee Dorn": Sparing.NEVER})


async def test_nobody_but_managers_may_look_or_remind(domain: Domain, ipa: Path) -> None:
    release_id = await sent(domain, ipa, BOB)

    for act in (domain.holders.of, domain.nudges.plan):
        with pytest.raises(NotAllowed):
            await act(release_id, TESTER)
    with pytest.raises(NotAllowed):
        await domain.nudges.request(
            NudgeOrder(key="n", release_id=release_id, by=TESTER, fingerprint="")
        )
    with pytest.raises(NotFound):
        await domain.holders.of(release_id, MANAGER, "0" * 32)


async def test_those_who_have_not_get_one_word_each(domain: Domain, ipa: Path) -> None:
    release_id = await sent(domain, ipa, BOB, CID, DEE)
    await complete(domain, release_id, CID)
    await opened(domain, release_id, BOB)

    made = await nudge(domain, release_id)

    card = await domain.nudge_cards.one(made.id)
    assert (card.people, card.told, card.state) == (2, 2, NudgeState.DONE)
    words = [await domain.nudge_cards.word(word_id) for word_id in domain.teller.reminded]
    assert sorted(one.tester.name for one in words) == ["Bob Baker", "Dee Dorn"]
    assert domain.teller.nudges[-1] == made.id
    async with domain.database.reading() as session:
        last = (await audit.of(session, release_id))[-1]
    assert (last.action, last.detail["people"]) == ("release.nudged", 2)


async def test_nobody_is_reminded_twice_within_a_day(
    domain: Domain, ipa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_id = await sent(domain, ipa, BOB)
    await nudge(domain, release_id)
    plan = await domain.nudges.plan(release_id, MANAGER)
    assert (due(plan), spared(plan)) == ([], {"Bob Baker": Sparing.REMINDED})

    with pytest.raises(AlreadyDone, match="Ann Archer reminded those who do not have release 1"):
        await nudge(domain, release_id, "again")

    monkeypatch.setattr(holders, "ONCE_IN", timedelta(0))
    await nudge(domain, release_id, "the next day")
    assert len(domain.teller.reminded) == 2


async def test_a_double_click_and_two_managers_at_once_are_one_word_each(
    domain: Domain, ipa: Path
) -> None:
    release_id = await sent(domain, ipa, BOB, CID)
    shown = (await domain.nudges.plan(release_id, MANAGER)).fingerprint

    def order(key: str) -> NudgeOrder:
        return NudgeOrder(key=key, release_id=release_id, by=MANAGER, fingerprint=shown)

    ended = await gather(
        *(domain.nudges.request(order(key)) for key in ("one", "one", "two")),
        return_exceptions=True,
    )

    made = [one for one in ended if isinstance(one, Nudge)]
    late = [one for one in ended if not isinstance(one, Nudge)]
    assert len({one.id for one in made}) == 1
    assert all(isinstance(one, AlreadyDone) for one in late)
    assert len(made) + len(late) == 3
    assert len(domain.teller.reminded) == 2


async def test_nobody_is_reminded_whom_the_manager_was_not_shown(domain: Domain, ipa: Path) -> None:
    release_id = await sent(domain, ipa, BOB)
    shown = (await domain.nudges.plan(release_id, MANAGER)).fingerprint
    await send(domain, release_id, await group(domain, "Beta", CID))

    with pytest.raises(NotNow) as changed:
        await domain.nudges.request(
            NudgeOrder(key="n", release_id=release_id, by=MANAGER, fingerprint=shown)
        )

    assert changed.value.code == "changed_meanwhile"
    assert domain.teller.reminded == []


async def test_who_is_left_out_is_said_with_the_reason(
    domain: Domain, ipa: Path, newer_ipa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_id = await sent(domain, ipa, BOB, CID)
    await domain.mutes.mute((await domain.cards.release(release_id)).app_id, TESTER)
    grant = await domain.grants.give(release_id, await known_as(domain, CID))
    await domain.receipts.sent(grant.id, (0, 5), size=10)
    plan = await domain.nudges.plan(release_id, MANAGER)
    assert spared(plan) == {"Bob Baker": Sparing.MUTED, "Cid Carver": Sparing.FETCHING}
    with pytest.raises(NotNow, match="Nobody is to be reminded of release 1"):
        await nudge(domain, release_id)

    monkeypatch.setattr(holders, "AT_IT", timedelta(0))
    assert due(await domain.nudges.plan(release_id, MANAGER)) == ["Cid Carver"]
    newer = await domain.draft(newer_ipa, "F2")
    await send(domain, newer, await group(domain, "Beta", CID))
    await send(domain, release_id, await group(domain, "Only Dee", DEE))
    plan = await domain.nudges.plan(newer, MANAGER)
    assert due(plan) == ["Cid Carver"]
    await send(domain, newer, *[g.id for g in await domain.groups.all()])
    with pytest.raises(NotNow, match="was superseded by a newer one"):
        await domain.nudges.plan(release_id, MANAGER)


async def test_what_is_not_measured_here_is_no_reason_to_remind_anybody(
    domain: Domain, ipa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holders, "AT_IT", timedelta(0))
    release_id = await sent(domain, ipa, BOB)

    await fetch(domain, release_id, BOB)  # As the proxy says it that sends packages by itself.

    assert spared(await domain.nudges.plan(release_id, MANAGER)) == {
        "Bob Baker": Sparing.UNMEASURED
    }


async def test_a_release_that_nobody_should_install_is_not_reminded_of(
    domain: Domain, ipa: Path
) -> None:
    draft = await domain.draft(ipa)
    with pytest.raises(NotNow, match="is a draft"):
        await domain.nudges.plan(draft, MANAGER)
    await send(domain, draft, await group(domain, "QA", BOB))
    shown = (await domain.nudges.plan(draft, MANAGER)).fingerprint
    await domain.recall(draft)

    with pytest.raises(NotNow, match="was recalled"):
        await domain.nudges.request(
            NudgeOrder(key="n", release_id=draft, by=MANAGER, fingerprint=shown)
        )


async def test_who_got_it_or_muted_it_meanwhile_is_spared(domain: Domain, ipa: Path) -> None:
    release_id = await sent(domain, ipa, BOB, CID)
    domain.engine.idle = True
    made = await nudge(domain, release_id)
    await complete(domain, release_id, CID)
    async with domain.database.writing() as session:
        app_id = (await domain.cards.release(release_id)).app_id
        await mutes.add(session, app_id, await known_as(domain, BOB))
    domain.engine.idle = False

    await domain.engine.start("nudge", nudge_subject(made) + "?")

    card = await domain.nudge_cards.one(made.id)
    assert (card.told, card.spared, domain.teller.reminded) == (0, 2, [])


async def test_who_could_not_be_told_is_told_by_trying_again(domain: Domain, ipa: Path) -> None:
    release_id = await sent(domain, ipa, BOB, CID)
    domain.teller.failing["tell_nudge"] = [TellerFailed("Slack refuses."), TellerUnreachable()]
    made = await nudge(domain, release_id)
    card = await domain.nudge_cards.one(made.id)
    assert (card.told, card.unreached) == (1, 1)
    assert [one.reason for one in card.missed] == ["Slack refuses."]

    await domain.nudges.again(made.id, MANAGER)

    assert (await domain.nudge_cards.one(made.id)).told == 2
    assert len(domain.teller.reminded) == 2
    with pytest.raises(AlreadyDone):
        await domain.nudges.again(made.id, MANAGER)
    with pytest.raises(NotAllowed):
        await domain.nudges.again(made.id, TESTER)


async def test_one_that_breaks_off_says_so_and_can_be_tried_again(
    domain: Domain, ipa: Path
) -> None:
    release_id = await sent(domain, ipa, BOB)
    domain.teller.failing["report_nudge"] = [TellerFailed("No.")]
    made = await nudge(domain, release_id)
    card = await domain.nudge_cards.one(made.id)
    assert (card.state, domain.teller.nudges) == (NudgeState.DONE, [made.id])

    road = domain.engine.roads["nudge"]
    domain.engine.idle = True
    second = await sent_again(domain, release_id)
    await road.give_up(nudge_subject(second), "It died three times.")
    card = await domain.nudge_cards.one(second.id)
    assert (card.state, card.reason) == (NudgeState.FAILED, "It died three times.")
    domain.engine.idle = False
    await domain.nudges.again(second.id, MANAGER)
    assert (await domain.nudge_cards.one(second.id)).state is NudgeState.DONE


async def sent_again(domain: Domain, release_id: str) -> Nudge:
    """Give it to somebody else, and remind them."""
    domain.engine.idle = False
    await send(domain, release_id, await group(domain, "Beta", CID))
    domain.engine.idle = True
    return await nudge(domain, release_id, "second")


def actor_of(who: Identity) -> Actor:
    return Actor(kind=MANAGER.kind, id=str(who), origin="test")


async def test_everybody_mutes_for_themselves_and_hears_of_new_releases_all_the_same(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    release_id = await sent(domain, ipa, BOB, CID)
    app_id = (await domain.cards.release(release_id)).app_id
    ids = [await known_as(domain, who) for who in (BOB, CID)]

    assert await domain.mutes.mute(app_id, TESTER)
    assert not await domain.mutes.mute(app_id, TESTER)
    assert await domain.mutes.mute(app_id, actor_of(DEE))

    async with domain.database.reading() as session:
        assert await mutes.those(session, app_id, ids) == {ids[0]}
        assert await mutes.those(session, "0" * 32, ids) == set()
    assert [app.name for app in await domain.mutes.muted_by(TESTER)] == ["harbour"]
    newer = await domain.draft(newer_ipa, "F2")
    await send(domain, newer, *[g.id for g in await domain.groups.all()])
    assert len(domain.teller.told) == 4
    assert await domain.mutes.unmute(app_id, TESTER)
    assert not await domain.mutes.unmute(app_id, TESTER)
    assert await domain.mutes.muted_by(TESTER) == []
