"""Reminding: the steps by which people hear of what is mandatory, when it is and before it ends."""

from collections.abc import Collection, Sequence
from datetime import datetime

from provisioning.distributing.carrying import ON_PAGE
from provisioning.distributing.turning_points import kind_of
from provisioning.releases.demands import demands, reached, terms_of
from provisioning.releases.policy import (
    Demand,
    MandatoryTerms,
    Phase,
    phase_of,
    turning_points,
)
from provisioning.releases.titles import title_of
from provisioning.telling.tellers import Tellers
from storage.catalog import (
    destinations,
    mandates,
    milestones,
    mutes,
    recipients,
    releases,
    reminders,
    testers,
)
from storage.catalog.database import Database, Session
from storage.catalog.demanded import Reached
from storage.records.base import now
from storage.records.distribution import RecipientState
from storage.records.mandate import (
    MandateState,
    Milestone,
    MilestoneKind,
    MilestoneState,
    Reminder,
    ReminderState,
)
from storage.records.tester import Tester

#: So many of those who could not be reminded are named.
NAMED = 10
#: Whoever waits for their phone or for their first message has nothing to install yet.
_NOT_YET = frozenset({RecipientState.HELD, RecipientState.WAITING})


def milestone_of(subject: str) -> str:
    return subject.partition("@")[0]


class Reminding:
    """Finds out what to redraw and whom to remind, and notes what came of it. All may run twice."""

    def __init__(self, database: Database, tellers: Tellers) -> None:
        self._database = database
        self._tellers = tellers

    async def resolve_mandate(self, mandate_id: str) -> dict[str, list[str]]:
        """Return what an act changed the words of: releases, people's messages, reminders."""
        async with self._database.reading() as session:
            mandate = await mandates.get(session, mandate_id)
            release = await releases.get(session, mandate.release_id)
            told = await recipients.told_since(session, release.app_id, release.number)
            again = await reminders.told_of(session, release.id)
        return {"releases": [release.id], "recipients": list(told), "reminders": list(again)}

    async def end_mandate(self, mandate_id: str, reason: str = "") -> None:
        """Note that messages say an act, or why they could not be made to."""
        async with self._database.writing() as session:
            mandate = await mandates.get(session, mandate_id)
            if mandate.state is not MandateState.DONE:
                mandate.state = MandateState.FAILED if reason else MandateState.DONE
                mandate.reason, mandate.done_at = reason, now()
                session.add(mandate)

    async def resolve(self, subject: str) -> dict[str, list[str]]:
        """
        Return what to do at a milestone: releases to draw anew, and reminders that wait.

        Nothing, where the terms that brought it do not hold any more.
        """
        async with self._database.reading() as session:
            milestone = await milestones.get(session, milestone_id := milestone_of(subject))
            release = await releases.get(session, milestone.release_id)
            held = {
                row.id: terms
                for row in await destinations.of_releases(session, [release.id])
                if row.recalled_at is None
                and (terms := terms_of(row)) is not None
                and _has(terms, milestone)
            }
            if not held:
                return {"releases": [], "reminders": []}
            people: list[Tester] = []
            if _reminds(milestone, held.values(), now()):
                people = await self._people(session, milestone, release.app_id, held)
        fresh = [
            _reminder(milestone, tester, way)
            for tester in people
            for way in (self._tellers.ways_to(tester) or ("",))
        ]
        async with self._database.writing() as session:
            await reminders.add(session, fresh)
        async with self._database.reading() as session:
            kept = await reminders.of_milestone(session, milestone_id)
        waiting = [one.id for one in kept if one.state is ReminderState.WAITING]
        return {"releases": [release.id], "reminders": waiting}

    async def waiting(self, reminder_id: str) -> str | None:
        """
        Return by which teller somebody waits to be reminded, None when they do not.

        Whoever has it by now, does not have to have it, or wants no reminders any more is spared.
        """
        async with self._database.reading() as session:
            reminder = await reminders.get(session, reminder_id)
            release = await releases.get(session, reminder.release_id)
            app_id, tester_id = release.app_id, reminder.tester_id
            found = await demands(session, [app_id], [tester_id], at=now())
            muted = await mutes.those(session, app_id, [tester_id])
        if reminder.state is not ReminderState.WAITING:
            return None
        if muted or not _binds(found.get((app_id, tester_id)), release.id):
            await self._end(reminder_id, ReminderState.SPARED)
            return None
        return reminder.teller

    async def told(self, reminder_id: str, *, delivered: bool, reason: str) -> None:
        """Write down whether somebody could be reminded."""
        state = ReminderState.TOLD if delivered else ReminderState.UNREACHABLE
        await self._end(reminder_id, state, reason)

    async def finish(self, subject: str, reason: str = "") -> list[str]:
        """
        Note that a milestone is over, or why it broke off.

        Return whom to tell, by reference, and the sentence about those who were not reached; empty
        when all were.
        """
        milestone_id = milestone_of(subject)
        async with self._database.writing() as session:
            milestone = await milestones.get(session, milestone_id)
            if milestone.state is MilestoneState.WAITING and subject == (
                f"{milestone.id}@{milestone.turn}"
            ):
                milestone.state = MilestoneState.FAILED if reason else MilestoneState.DONE
                milestone.reason = reason
                session.add(milestone)
        async with self._database.reading() as session:
            missed = await reminders.unreached(session, milestone_id)
            acts = await mandates.of_release(session, milestone.release_id)
            release, app, build, _ = await releases.in_full(session, milestone.release_id)
        if not missed and not reason:
            return []
        by = acts[-1].requested_by if acts else release.published_by or release.created_by
        return [by, _sentence(str(title_of(app, build)), missed, reason)]

    async def due(self, _before: datetime, since: datetime) -> Sequence[str]:
        """Return the subjects of milestones whose moment has come."""
        async with self._database.reading() as session:
            found = await milestones.due(session, now(), since)
        return [f"{one.id}@{one.turn}" for one in found]

    async def _people(
        self,
        session: Session,
        milestone: Milestone,
        app_id: str,
        destination_ids: Collection[str],
    ) -> list[Tester]:
        """Return whom some destinations are for, who has to update and did not yet."""
        known: dict[str, list[Reached]] = {}
        for one in await reached(session, destination_ids):
            known.setdefault(one.tester_id, []).append(one)
        there = {tester_id for tester_id, own in known.items() if _is_told(milestone, own)}
        demanded = await demands(session, [app_id], there, at=now())
        behind = {
            tester_id
            for tester_id in there
            if _binds(demanded.get((app_id, tester_id)), milestone.release_id)
        }
        people = await testers.those(session, behind)
        muted = await mutes.those(session, app_id, behind)
        hearing = [one for one in people if one.active and one.id not in muted]
        return sorted(hearing, key=lambda one: one.id)

    async def _end(self, reminder_id: str, state: ReminderState, reason: str = "") -> None:
        async with self._database.writing() as session:
            reminder = await reminders.get(session, reminder_id)
            if reminder.state is not ReminderState.WAITING:
                return
            reminder.state, reminder.reason = state, reason
            reminder.told_at = now() if state is ReminderState.TOLD else None
            session.add(reminder)


def _reminder(milestone: Milestone, tester: Tester, way: str) -> Reminder:
    return Reminder(
        release_id=milestone.release_id,
        milestone_id=milestone.id,
        tester_id=tester.id,
        kind=milestone.kind,
        teller=way,
        state=ReminderState.WAITING if way else ReminderState.UNREACHABLE,
        reason="" if way else ON_PAGE,
    )


def _has(terms: MandatoryTerms, milestone: Milestone) -> bool:
    """Return whether terms still have the moment of a milestone."""
    return (
        milestone.due_at in turning_points(terms)
        and kind_of(terms, milestone.due_at) is milestone.kind
    )


def _reminds(milestone: Milestone, terms: Collection[MandatoryTerms], at: datetime) -> bool:
    """
    Return whether people are reminded at a milestone, which may be come to late.

    Whoever is about to hear that the grace ends does not hear first that it began, and nobody hears
    that it ends once it is over.
    """
    phases = {phase_of(one, at) for one in terms}
    if milestone.kind is MilestoneKind.START:
        return bool(phases & {Phase.RUNNING, Phase.OVER})
    return milestone.kind is MilestoneKind.CLOSING and Phase.CLOSING in phases


def _is_told(milestone: Milestone, own: Collection[Reached]) -> bool:
    """Return whether somebody has the release, and did not read yet what there is to remind of."""
    if all(one.state in _NOT_YET for one in own):
        return False
    if milestone.kind is not MilestoneKind.START:
        return True
    return not any(one.told_at is not None and one.told_at >= milestone.due_at for one in own)


def _binds(demand: Demand | None, release_id: str) -> bool:
    return demand is not None and demand.is_mandatory and release_id in demand.binding


def _sentence(title: str, missed: Sequence[tuple[str, str]], reason: str) -> str:
    if reason:
        return f"Reminding people that {title} is mandatory broke off: {reason}"
    named = ", ".join(name for name, _ in missed[:NAMED])
    more = f" and {len(missed) - NAMED} more" if len(missed) > NAMED else ""
    return f"Not reminded that {title} is mandatory: {named}{more}. {missed[0][1]}"
