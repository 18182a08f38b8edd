"""What people are shown of mandates and reminders, as the records have them now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from provisioning.releases.cards import BuildCard, GroupChip, build_card
from provisioning.releases.demands import demands
from provisioning.releases.policy import Demand, MandatoryTerms
from storage.catalog import groups, mandates, recipients, releases, reminders, testers
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.mandate import MandateKind, MilestoneKind
from storage.records.tester import Tester


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateCard:
    """
    One act on whether a release is mandatory: by whom, where, and on which terms since.

    `terms` has each that there are afterwards, none when it is mandatory there no more. One that
    `is_open` can be undone.
    """

    mandate_id: str
    release_id: str
    kind: MandateKind
    by: str
    at: datetime
    because: str
    groups: tuple[GroupChip, ...]
    singles: int
    terms: tuple[MandatoryTerms, ...]
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderCard:
    """
    What somebody is reminded of.

    `demand` is None where there is nothing to remind them of any more; else `build` is what they
    are to install, by the `release_id`.
    """

    reminder_id: str
    kind: MilestoneKind
    tester: Tester
    app_display_name: str
    release_id: str
    build: BuildCard
    demand: Demand | None


class MandateCards:
    """Answers what is to be shown now of a mandate, or of a reminder."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def one(self, mandate_id: str) -> MandateCard:
        """Return an act on whether a release is mandatory. Raise NotFound."""
        async with self._database.reading() as session:
            mandate = await mandates.get(session, mandate_id)
            known = await groups.those(session, mandate.group_ids)
            undone = await mandates.undoing(session, [mandate_id])
        kept = [_terms(one) for one in mandate.after.values() if one["from"]]
        return MandateCard(
            mandate_id=mandate.id,
            release_id=mandate.release_id,
            kind=mandate.kind,
            by=mandate.requested_by,
            at=mandate.created_at,
            because=mandate.because,
            groups=tuple(
                GroupChip(id=one, name=known[one].name if one in known else "a deleted group")
                for one in mandate.group_ids
            ),
            singles=mandate.singles,
            terms=tuple(sorted(set(kept), key=lambda one: (one.since, one.due))),
            is_open=mandate.kind is not MandateKind.UNDONE and not undone,
        )

    async def undone_by(self, mandate_id: str) -> str | None:
        """Return the id of the act that one took back, None for one that takes nothing back."""
        async with self._database.reading() as session:
            return (await mandates.get(session, mandate_id)).undoes

    async def reminders_of(self, recipient_id: str) -> list[str]:
        """
        Return the ids of the reminders that a recipient may have read of the app.

        What binds them may be a newer release than the one that they were reminded of.
        """
        async with self._database.reading() as session:
            recipient = await recipients.get(session, recipient_id)
            release, *_ = await releases.in_full(session, recipient.release_id)
            return list(await reminders.told_to(session, recipient.tester_id, release.app_id))

    async def reminder(self, reminder_id: str) -> ReminderCard:
        """Raise NotFound."""
        async with self._database.reading() as session:
            reminder = await reminders.get(session, reminder_id)
            tester = await testers.get(session, reminder.tester_id)
            release, app, build, _ = await releases.in_full(session, reminder.release_id)
            found = await demands(session, [app.id], [tester.id], at=now())
            demand = found.get((app.id, tester.id))
            if demand is None or not demand.is_mandatory or release.id not in demand.binding:
                demand = None
            elif demand.newest is not None and demand.newest.release_id != release.id:
                release, _, build, _ = await releases.in_full(session, demand.newest.release_id)
        return ReminderCard(
            reminder_id=reminder.id,
            kind=reminder.kind,
            tester=tester,
            app_display_name=app.display_name,
            release_id=release.id,
            build=build_card(build),
            demand=demand,
        )


def _terms(kept: Mapping[str, Any]) -> MandatoryTerms:
    return MandatoryTerms(
        since=datetime.fromisoformat(kept["from"]),
        grace=timedelta(seconds=int(kept["grace"])),
        below=str(kept["below"]),
    )
