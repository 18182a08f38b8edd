"""Making a release mandatory: for whom, from when, who is reminded, and the way back."""

from asyncio import gather
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from provisioning.actors import Identity
from provisioning.distributing.mandate_order import MandateOrder
from provisioning.errors import AlreadyDone, NotAllowed, NotNow, TellerFailed, Unclear
from provisioning.releases.demands import demands
from provisioning.releases.policy import GRACE, Demand, Phase, phase_of
from storage.catalog import audit, destinations, milestones, mutes, testers
from storage.records.base import now
from storage.records.destination import Destination
from storage.records.distribution import Recipient, RecipientState
from storage.records.mandate import (
    Mandate,
    MandateKind,
    MandateState,
    Milestone,
    MilestoneKind,
    MilestoneState,
    Reminder,
    ReminderState,
)
from storage.records.person import UserGroup
from tests.unit.provisioning.conftest import BOB, CID, DEE, MANAGER, TESTER, Domain
from tests.unit.provisioning.distributing.sending import fetch, group, known_as, send

HOUR = timedelta(hours=1)


async def require(domain: Domain, release_id: str, *group_ids: str, **order: object) -> Mandate:
    """Make a release mandatory, everywhere unless groups are named."""
    values: dict[str, object] = {"key": f"{group_ids}:{order}"[:128], "by": MANAGER}
    return await domain.mandates.request(
        MandateOrder(**{**values, **order}, release_id=release_id, group_ids=group_ids)  # type: ignore[arg-type]
    )


async def demand_of(domain: Domain, who: Identity) -> Demand | None:
    app = (await domain.lists.apps())[0].app
    tester_id = await known_as(domain, who)
    async with domain.database.reading() as session:
        found = await demands(session, [app.id], [tester_id], at=now())
    return found.get((app.id, tester_id))


async def reminded(domain: Domain) -> list[tuple[str, MilestoneKind, ReminderState]]:
    """Return who was reminded of what, by their Slack ids."""
    async with domain.database.reading() as session:
        rows = (await session.exec(select(Reminder))).all()
        people = await testers.those(session, {row.tester_id for row in rows})
    named = {one.id: one.slack_id or "" for one in people}
    return sorted((named[row.tester_id], row.kind, row.state) for row in rows)


async def begin_due(domain: Domain) -> None:
    """Do what a tick of the clock does."""
    for subject in await domain.reminding.due(now(), now() - timedelta(days=14)):
        await domain.engine.start("remind", subject)


async def let_pass(domain: Domain, time: timedelta) -> None:
    """Let everything that is mandatory have begun so much earlier, and begin what has come due."""
    async with domain.database.writing() as session:
        for row in (await session.exec(select(Destination))).all():
            if row.mandatory_from is not None:
                row.mandatory_from -= time
                session.add(row)
        # The earliest first, so that none takes the moment of one that is there yet.
        for one in sorted((await session.exec(select(Milestone))).all(), key=lambda m: m.due_at):
            one.due_at -= time
            session.add(one)
            await session.flush()
    await begin_due(domain)


async def test_a_release_becomes_mandatory_and_who_has_not_fetched_it_is_reminded(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    qa = await group(domain, "QA", BOB, CID)
    await send(domain, release_id, qa)
    await fetch(domain, release_id, CID)
    plan = await domain.mandates.plan(release_id, ())
    assert (plan.people, plan.having, plan.without, plan.groups) == (2, 1, 1, ("QA",))

    mandate = await require(domain, release_id, because="  It loses\n drafts. ")

    (line,) = (await domain.cards.release(release_id)).mandatory
    assert (line.terms.grace, line.everywhere) == (GRACE, True)
    bobs, cids = await demand_of(domain, BOB), await demand_of(domain, CID)
    assert bobs is not None
    assert bobs.phase is Phase.RUNNING
    assert cids is not None
    assert not cids.is_mandatory
    assert await reminded(domain) == [("UBOB", MilestoneKind.START, ReminderState.TOLD)]
    assert domain.teller.mandates == [mandate.id]
    assert release_id in domain.teller.redrawn
    assert len(domain.teller.messages_redrawn) == 2
    async with domain.database.reading() as session:
        entry = (await audit.of(session, release_id))[-1]
        kept = await session.get(Mandate, mandate.id)
    assert entry.action == "release.mandatory"
    assert (entry.detail["because"], entry.detail["groups"]) == ("It loses drafts.", [qa])
    assert entry.detail["before"] != entry.detail["after"] == mandate.after
    assert kept is not None
    assert kept.state is MandateState.DONE


async def test_whoever_muted_an_app_is_not_reminded_of_what_is_mandatory(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB, CID))
    (line,) = await domain.lists.apps()
    async with domain.database.writing() as session:
        await mutes.add(session, line.app.id, await known_as(domain, BOB))

    await require(domain, release_id)

    assert await reminded(domain) == [("UCID", MilestoneKind.START, ReminderState.TOLD)]
    bobs = await demand_of(domain, BOB)
    assert bobs is not None
    assert bobs.is_mandatory


async def test_each_is_reminded_once_when_it_begins_and_once_before_it_ends(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB, CID))
    await require(domain, release_id, since=now() + HOUR)
    assert await reminded(domain) == []

    await let_pass(domain, HOUR)
    began = [("UBOB", MilestoneKind.START), ("UCID", MilestoneKind.START)]
    assert [one[:2] for one in await reminded(domain)] == began
    await let_pass(domain, 20 * HOUR)
    await begin_due(domain)
    assert [one[:2] for one in await reminded(domain)] == began
    await fetch(domain, release_id, CID)
    await let_pass(domain, 2 * HOUR)
    await let_pass(domain, 5 * HOUR)

    found = await reminded(domain)
    assert [one[:2] for one in found] == [("UBOB", MilestoneKind.CLOSING), *began]
    assert {state for *_, state in found} == {ReminderState.TOLD}
    assert len(domain.teller.reminders) == 3
    bobs = await demand_of(domain, BOB)
    assert bobs is not None
    assert bobs.is_blocking


async def test_what_was_slept_through_is_said_once(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB))
    await require(domain, release_id, since=now() + HOUR)

    await let_pass(domain, 24 * HOUR)

    assert await reminded(domain) == [("UBOB", MilestoneKind.CLOSING, ReminderState.TOLD)]


async def test_whoever_waits_lost_it_or_reads_it_in_their_first_message_is_not_reminded(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    qa = await group(domain, "QA", BOB, CID, DEE)
    await send(domain, release_id, qa, mandatory=True)
    async with domain.database.writing() as session:
        rows = {one.tester_id: one for one in (await session.exec(select(Recipient))).all()}
        for who, state in ((CID, RecipientState.HELD), (DEE, RecipientState.WITHDRAWN)):
            row = rows[await known_as(domain, who)]
            row.state = state
            session.add(row)
    (line,) = (await domain.cards.release(release_id)).mandatory
    assert line.terms.grace == GRACE

    await begin_due(domain)
    assert await reminded(domain) == []
    await let_pass(domain, 23 * HOUR)

    assert await reminded(domain) == [("UBOB", MilestoneKind.CLOSING, ReminderState.TOLD)]


async def test_two_groups_have_terms_of_their_own_and_the_strictest_hold_for_who_is_in_both(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    qa = await group(domain, "QA", BOB, CID)
    beta = await group(domain, "Beta", CID, DEE)
    await send(domain, release_id, qa, beta)
    await require(domain, release_id, qa, grace=48 * HOUR)

    await require(domain, release_id, beta, grace=timedelta())

    found = [await demand_of(domain, who) for who in (BOB, CID, DEE)]
    assert [one.phase if one else None for one in found] == [
        Phase.RUNNING,
        Phase.OVER,
        Phase.OVER,
    ]
    lines = (await domain.cards.release(release_id)).mandatory
    assert [[chip.name for chip in one.groups] for one in lines] == [["QA"], ["Beta"]]
    assert not any(one.everywhere for one in lines)


async def test_who_is_in_a_group_by_a_user_group_of_slack_is_bound_by_its_terms(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    qa, crew = await group(domain, "QA", BOB), await group(domain, "Crew")
    domain.directory.usergroups["S1"] = (BOB.value, DEE.value)
    await domain.groups.add_usergroup(crew, "S1", "crew", MANAGER)
    await send(domain, release_id, qa, crew)
    async with domain.database.writing() as session:
        session.add(UserGroup(id="S1", team_id="T1", members=[BOB.value, DEE.value]))

    await require(domain, release_id, crew)

    found = [await demand_of(domain, who) for who in (BOB, DEE)]
    assert [one is not None and one.is_mandatory for one in found] == [True, True]


async def test_a_mandatory_release_in_between_binds_to_the_newest(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    old, qa = await domain.draft(ipa, "F1"), await group(domain, "QA", BOB)
    new = await domain.draft(newer_ipa, "F2")
    await send(domain, old, qa, mandatory=True)
    await send(domain, new, qa)

    demand = await demand_of(domain, BOB)

    assert demand is not None
    assert demand.newest is not None
    assert (demand.phase, demand.newest.release_id) == (Phase.RUNNING, new)
    assert demand.binding == {old}
    await fetch(domain, new, BOB)
    passed = await demand_of(domain, BOB)
    assert passed is not None
    assert not passed.is_mandatory


async def test_undo_restores_what_was_before(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    qa, beta = await group(domain, "QA", BOB), await group(domain, "Beta", DEE)
    await send(domain, release_id, qa, beta)
    await require(domain, release_id, qa, grace=48 * HOUR, below="9.0")
    before = await _terms(domain, release_id)
    lifted = await require(domain, release_id, lifts=True)
    assert (await domain.cards.release(release_id)).mandatory == ()

    undone = await domain.mandates.undo(lifted.id, MANAGER)

    assert await _terms(domain, release_id) == before
    assert (undone.kind, undone.undoes) == (MandateKind.UNDONE, lifted.id)
    assert not (await domain.mandated.one(lifted.id)).is_open
    assert not (await domain.mandated.one(undone.id)).is_open
    with pytest.raises(AlreadyDone, match="Ann Archer undid this already"):
        await domain.mandates.undo(lifted.id, MANAGER)
    # Nobody is reminded a second time of what they were reminded of.
    assert await reminded(domain) == [("UBOB", MilestoneKind.START, ReminderState.TOLD)]


async def _terms(domain: Domain, release_id: str) -> list[tuple[datetime | None, int, str]]:
    async with domain.database.reading() as session:
        rows = await destinations.of_releases(session, [release_id])
    return [(row.mandatory_from, row.grace, row.mandatory_below) for row in rows]


async def test_what_somebody_changed_meanwhile_is_not_undone(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB))
    first = await require(domain, release_id)
    await require(domain, release_id, grace=48 * HOUR)
    held = await _terms(domain, release_id)

    with pytest.raises(NotNow, match="Ann Archer changed it meanwhile"):
        await domain.mandates.undo(first.id, MANAGER)

    assert await _terms(domain, release_id) == held


async def test_the_same_click_is_one_act_and_of_two_at_once_one_is_first(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB))
    seen = (await domain.mandates.plan(release_id, ())).seen

    twice = await gather(*(require(domain, release_id, key="click", seen=seen) for _ in range(2)))
    late = await gather(
        require(domain, release_id, key="late", seen=seen, lifts=True), return_exceptions=True
    )

    assert twice[0].id == twice[1].id
    assert isinstance(late[0], AlreadyDone)
    assert "Ann Archer changed whether release 1 is mandatory" in str(late[0])
    with pytest.raises(AlreadyDone, match="on these very terms already"):
        await require(domain, release_id, key="again")
    await require(domain, release_id, key="off", lifts=True)
    with pytest.raises(AlreadyDone, match="is not mandatory there"):
        await require(domain, release_id, key="off again", lifts=True)


async def test_who_may_not_and_what_cannot_be_is_refused(domain: Domain, ipa: Path) -> None:
    draft = await domain.draft(ipa)
    with pytest.raises(NotNow, match="is a draft"):
        await require(domain, draft)
    qa, other = await group(domain, "QA", BOB), await group(domain, "Other", DEE)
    await send(domain, draft, qa)

    with pytest.raises(NotAllowed, match="make releases mandatory"):
        await require(domain, draft, by=TESTER)
    with pytest.raises(NotNow, match="Other does not have release 1"):
        await require(domain, draft, other)
    with pytest.raises(Unclear, match="is no version"):
        await require(domain, draft, below="the last one")
    mandate = await require(domain, draft)
    with pytest.raises(NotAllowed):
        await domain.mandates.undo(mandate.id, TESTER)
    await domain.recall(draft)
    assert await demand_of(domain, BOB) is None
    with pytest.raises(NotNow, match="is recalled"):
        await require(domain, draft, key="late")


async def test_what_was_lifted_before_it_began_reminds_nobody(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB))
    await require(domain, release_id, since=now() + HOUR)
    await require(domain, release_id, lifts=True)

    await let_pass(domain, 2 * HOUR)

    assert await reminded(domain) == []
    async with domain.database.reading() as session:
        waiting = await milestones.due(session, now(), now() - timedelta(days=9))
    assert waiting == []


async def test_who_cannot_be_reminded_is_named_to_whoever_made_it_mandatory(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB))
    domain.teller.failing["remind"] = [TellerFailed("The account is locked.")]

    await require(domain, release_id)

    assert await reminded(domain) == [("UBOB", MilestoneKind.START, ReminderState.UNREACHABLE)]
    ((who, sentence),) = domain.teller.troubles
    assert who == MANAGER.reference
    assert "Not reminded that Harbour 2.4.0 (241) for iOS is mandatory: Bob Baker." in sentence
    assert "The account is locked." in sentence


async def test_who_fetched_it_while_others_were_reminded_is_spared(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB))
    domain.engine.idle = True
    await require(domain, release_id)
    async with domain.database.reading() as session:
        (start,) = await milestones.due(session, now(), now() - HOUR)
    found = await domain.reminding.resolve(f"{start.id}@{start.turn}")
    await fetch(domain, release_id, BOB)

    assert await domain.reminding.waiting(found["reminders"][0]) is None

    assert await reminded(domain) == [("UBOB", MilestoneKind.START, ReminderState.SPARED)]


async def test_what_breaks_off_is_written_down_and_told(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB))
    domain.engine.idle = True
    mandate = await require(domain, release_id)
    async with domain.database.reading() as session:
        (start,) = await milestones.due(session, now(), now() - HOUR)
    road = domain.engine.roads["remind"]

    await road.give_up(f"{start.id}@{start.turn}", "It ended badly.")
    await domain.engine.roads["mandate"].give_up(mandate.id, "It ended badly.")

    async with domain.database.reading() as session:
        kept, milestone = (
            await session.get(Mandate, mandate.id),
            await session.get(Milestone, start.id),
        )
    assert kept is not None
    assert milestone is not None
    assert (kept.state, milestone.state) == (MandateState.FAILED, MilestoneState.FAILED)
    assert "broke off: It ended badly." in domain.teller.troubles[-1][1]
    assert phase_of((await domain.cards.release(release_id)).mandatory[0].terms, now()) is (
        Phase.RUNNING
    )


async def test_what_is_sent_again_after_a_recall_is_not_mandatory_by_what_was_before(
    domain: Domain, ipa: Path
) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    beta = await group(domain, "Beta", DEE)
    await send(domain, release_id, qa, beta, mandatory=True)
    await domain.recall(release_id, group_ids=(qa,))

    await send(domain, release_id, qa, key="again")

    assert await demand_of(domain, BOB) is None
    dees = await demand_of(domain, DEE)
    assert dees is not None
    assert dees.is_mandatory
