"""Sending an older release: beside a newer one, in its place, and what people hear of it."""

from asyncio import gather
from pathlib import Path

import pytest

from provisioning.distributing.order import Order
from provisioning.distributing.places import OrderOutcome
from provisioning.errors import AlreadyDone
from provisioning.people.audience import Gathered
from provisioning.releases.lifecycle import Standing
from storage.catalog import recipients
from storage.records.distribution import RecipientState
from storage.records.recall import Recall
from tests.unit.provisioning.conftest import BOB, CID, DEE, MANAGER, Domain
from tests.unit.provisioning.distributing.sending import (
    current,
    group,
    known_as,
    opens,
    send,
)


async def two(domain: Domain, ipa: Path, newer_ipa: Path) -> tuple[str, str]:
    return await domain.draft(ipa, "F1"), await domain.draft(newer_ipa, "F2")


async def back(domain: Domain, release_id: str, group_id: str, over: str, **order: object) -> None:
    """Let a group go back to an older release."""
    values: dict[str, object] = {"key": f"back:{release_id}:{group_id}", "because": "It crashes."}
    await send(domain, release_id, group_id, **{**values, "over": {group_id: over}, **order})


async def told(domain: Domain, release_id: str) -> list[str]:
    """Return whom the messages about a release went to, in the order of telling."""
    async with domain.database.reading() as session:
        rows = {
            one.id: one.tester_id for one in await recipients.of_releases(session, [release_id])
        }
    return [rows[one] for one in domain.teller.told if one in rows]


async def test_an_older_release_stays_behind_a_newer_one_unless_it_is_to_take_its_place(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    old, new = await two(domain, ipa, newer_ipa)
    qa = await group(domain, "QA", BOB)
    await send(domain, new, qa)

    plan = await domain.distributions.plan(old, (qa,), ())
    (place,) = plan.places
    assert (place.outcome, place.there, place.there_id) == (OrderOutcome.BESIDE, "2.5.0 (250)", new)
    assert place.changes
    assert plan.people == 1
    await send(domain, old, qa)

    assert await current(domain, qa) == [2]
    assert (await domain.cards.release(old)).standing is Standing.SUPERSEDED
    assert await opens(domain, old, BOB)


async def test_a_group_goes_back_and_everybody_in_it_is_told_once_more(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    old, new = await two(domain, ipa, newer_ipa)
    qa = await group(domain, "QA", BOB, CID)
    await send(domain, old, qa)
    await send(domain, new, qa)
    await domain.groups.add_people(qa, [DEE], MANAGER)
    plan = await domain.distributions.plan(old, (qa,), (), over={qa: new})
    assert (plan.people, plan.already, plan.places[0].outcome) == (3, 0, OrderOutcome.INSTEAD)
    assert plan.places[0].returns
    before = await told(domain, old)

    await back(domain, old, qa, new)
    await back(domain, old, qa, new)  # The same click once more.

    assert await current(domain, qa) == [1]
    after = (await told(domain, old))[len(before) :]
    assert sorted(after) == sorted([await known_as(domain, one) for one in (BOB, CID, DEE)])
    card, replaced = await domain.cards.release(old), await domain.cards.release(new)
    assert (card.standing, replaced.standing) == (Standing.LIVE, Standing.SUPERSEDED)
    assert replaced.successor == "2.4.0 (241)"
    act = card.acts[-1].back
    assert act is not None
    assert (act.replaced, act.replaced_ids, act.because) == ("2.5.0 (250)", (new,), "It crashes.")
    assert (act.people, act.told, act.unreached) == (3, 3, 0)
    own = await domain.cards.recipient(domain.teller.told[-1])
    assert own.back is not None
    assert own.replaced is not None
    assert own.replaced.build == "250"
    # The one it replaced stays behind one more tap, until somebody recalls it.
    assert await opens(domain, new, BOB)


async def test_a_group_goes_forward_again_with_the_same_words(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    old, new = await two(domain, ipa, newer_ipa)
    qa = await group(domain, "QA", BOB)
    await send(domain, old, qa)
    await send(domain, new, qa)
    await back(domain, old, qa, new)

    plan = await domain.distributions.plan(new, (qa,), ())
    assert (plan.people, plan.places[0].outcome) == (1, OrderOutcome.NEWER)
    await send(domain, new, qa, key="again")

    assert await current(domain, qa) == [2]
    assert len(await told(domain, new)) == 2
    assert len(await told(domain, old)) == 2


async def test_somebody_who_was_first_keeps_a_group_where_it_is(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    old, new = await two(domain, ipa, newer_ipa)
    qa = await group(domain, "QA", BOB)
    await send(domain, old, qa)
    await send(domain, new, qa)
    await domain.recall(new)

    with pytest.raises(AlreadyDone, match=r"QA has 2\.4\.0 \(241\) by now"):
        await back(domain, old, qa, new)
    assert len(await told(domain, old)) == 1


@pytest.mark.slow
async def test_twenty_clicks_that_go_back_and_forth_end_in_one_state_and_no_word_twice(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    old, new = await two(domain, ipa, newer_ipa)
    qa = await group(domain, "QA", BOB, CID)
    await send(domain, old, qa)
    await send(domain, new, qa)
    clicks = [
        Order(
            key=f"click:{turn}",
            release_id=old,
            by=MANAGER,
            group_ids=(qa,),
            over={qa: new},
            because="It crashes.",
        )
        for turn in range(20)
    ]

    ended = await gather(*map(domain.distributions.request, clicks), return_exceptions=True)

    done = [one for one in ended if not isinstance(one, AlreadyDone)]
    assert len(done) == 1
    assert not isinstance(done[0], BaseException)
    assert await current(domain, qa) == [1]
    assert len(await told(domain, old)) == 4  # Each once at first, and once when it came back.


async def test_whoever_has_the_newer_one_by_another_group_keeps_it_and_hears_nothing(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    old, new = await two(domain, ipa, newer_ipa)
    qa, beta = await group(domain, "QA", BOB, CID), await group(domain, "Beta", CID)
    await send(domain, old, qa)
    await send(domain, new, qa, beta)
    plan = await domain.distributions.plan(old, (qa,), (), over={qa: new})
    assert (plan.people, plan.keeping, plan.already) == (1, 1, 1)

    await back(domain, old, qa, new)

    assert (await told(domain, old))[2:] == [await known_as(domain, BOB)]


async def test_try_again_reaches_whoever_did_not_hear_that_a_group_went_back(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    old, new = await two(domain, ipa, newer_ipa)
    qa = await group(domain, "QA", BOB)
    await send(domain, old, qa)
    await send(domain, new, qa)
    domain.teller.deaf["*"] = "The account is deactivated."
    await back(domain, old, qa, new)
    card = await domain.cards.release(old)
    act = card.acts[-1]
    assert act.back is not None
    assert (act.back.told, act.back.unreached) == (0, 1)
    assert [one.name for one in act.back.missed] == ["Bob Baker"]
    domain.teller.deaf.clear()

    again = await domain.distributions.again(act.distribution_id, MANAGER, "again")

    assert len(await told(domain, old)) == 2
    with pytest.raises(AlreadyDone):
        await domain.distributions.again(again.id, MANAGER, "once more")


async def test_what_a_group_went_back_from_does_not_come_back_by_itself(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    old, new = await two(domain, ipa, newer_ipa)
    qa = await group(domain, "QA", BOB)
    await send(domain, old, qa)
    await send(domain, new, qa)
    await back(domain, old, qa, new)
    assert (await domain.recalls.plan(old, (), ())).instead is None

    recall: Recall = await domain.recall(old)

    assert (recall.came_back, await current(domain, qa)) == ([], [])


async def test_a_newer_one_takes_over_from_a_group_that_went_back_while_it_was_told(
    domain: Domain, ipa: Path, newer_ipa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A road that comes to it late tells nobody to go back to what is not current any more."""
    old, new = await two(domain, ipa, newer_ipa)
    qa = await group(domain, "QA", BOB)
    await send(domain, old, qa)
    await send(domain, new, qa)
    find = domain.audience.of
    forward = {"key": "forward"}

    async def late(*args: object, **kwargs: object) -> Gathered:
        if forward:
            await send(domain, new, qa, key=forward.pop("key"))
        return await find(*args, **kwargs)  # type: ignore[arg-type]

    order = {"over": {qa: new}, "key": "back"}
    start = domain.engine.start

    async def begin(road: str, subject: str, **values: object) -> None:
        monkeypatch.setattr(domain.audience, "of", late)
        await start(road, subject, **values)

    monkeypatch.setattr(domain.engine, "start", begin)
    await send(domain, old, qa, **order)

    assert await current(domain, qa) == [2]
    assert len(await told(domain, old)) == 1


async def test_notes_of_their_own_are_read_by_those_alone_whom_an_order_is_for(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    qa, beta = await group(domain, "QA", BOB), await group(domain, "Beta", CID)
    await send(domain, release_id, qa, notes="For all.")
    await send(domain, release_id, beta, own_notes="Try the new map.")

    read = {}
    for one in domain.teller.told:
        card = await domain.cards.recipient(one)
        read[card.tester.slack_id] = card.notes
    assert read == {BOB.value: "For all.", CID.value: "Try the new map."}
    grant = await domain.grants.give(release_id, await known_as(domain, CID))
    opened = await domain.grants.open(domain.grants.token(grant))
    assert opened is not None
    assert (await domain.grants.circumstances(opened)).notes == "Try the new map."


async def test_whoever_got_it_without_a_word_goes_back_without_one(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    old, new = await two(domain, ipa, newer_ipa)
    qa = await group(domain, "QA", BOB)
    await send(domain, old, qa)
    await send(domain, new, qa)
    await back(domain, old, qa, new, notify=False)

    assert len(await told(domain, old)) == 1
    assert await current(domain, qa) == [1]
    async with domain.database.reading() as session:
        states = [one.state for one in await recipients.of_releases(session, [old])]
    assert sorted(states) == [RecipientState.SILENT, RecipientState.TOLD]
