"""What people are shown of nudges, as the records have them now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from provisioning.releases.cards import BuildCard, Unreached, build_card
from storage.catalog import groups, nudges, recipients, releases, testers
from storage.catalog.database import Database
from storage.records.nudge import NudgeState, NudgeWordState
from storage.records.tester import Tester

#: A report names at most so many of those who could not be told.
NAMED: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeCard:
    """
    One act of reminding: by whom, of what, and how it goes.

    `group` is empty for everybody. Of all who were to be reminded `told` were, `waiting` will be,
    `spared` needed it no more, and `unreached` could not be told, of whom `missed` are the first.
    """

    nudge_id: str
    release_id: str
    app_display_name: str
    build: BuildCard
    by: str
    at: datetime
    group: str
    state: NudgeState
    reason: str
    told: int
    waiting: int
    spared: int
    unreached: int
    missed: tuple[Unreached, ...]

    @property
    def people(self) -> int:
        return self.told + self.waiting + self.spared + self.unreached


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeWordCard:
    """What somebody reads who is reminded."""

    word_id: str
    release_id: str
    app_id: str
    app_display_name: str
    build: BuildCard
    tester: Tester
    by: str


class NudgeCards:
    """Answers what is to be shown now of a nudge."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def word(self, word_id: str) -> NudgeWordCard:
        """Raise NotFound."""
        async with self._database.reading() as session:
            word = await nudges.word(session, word_id)
            nudge = await nudges.get(session, word.nudge_id)
            tester = await testers.get(session, word.tester_id)
            release, app, build, _ = await releases.in_full(session, word.release_id)
        return NudgeWordCard(
            word_id=word.id,
            release_id=release.id,
            app_id=app.id,
            app_display_name=app.display_name,
            build=build_card(build),
            tester=tester,
            by=nudge.requested_by,
        )

    async def one(self, nudge_id: str) -> NudgeCard:
        """Return a nudge, and how it went so far. Raise NotFound."""
        async with self._database.reading() as session:
            nudge = await nudges.get(session, nudge_id)
            _, app, build, _ = await releases.in_full(session, nudge.release_id)
            counted = await nudges.counts(session, nudge_id)
            missed = await nudges.unreached(session, nudge_id, limit=NAMED)
            known = await groups.those(session, [nudge.group_id]) if nudge.group_id else {}
        group = known.get(nudge.group_id)
        return NudgeCard(
            nudge_id=nudge.id,
            release_id=nudge.release_id,
            app_display_name=app.display_name,
            build=build_card(build),
            by=nudge.requested_by,
            at=nudge.created_at,
            group=group.name if group else "a deleted group" if nudge.group_id else "",
            state=nudge.state,
            reason=nudge.reason,
            told=counted.get(NudgeWordState.TOLD, 0),
            waiting=counted.get(NudgeWordState.WAITING, 0),
            spared=counted.get(NudgeWordState.SPARED, 0),
            unreached=counted.get(NudgeWordState.UNREACHABLE, 0),
            missed=tuple(Unreached(name=name, reason=why) for name, why in missed),
        )

    async def reminders_of(self, recipient_id: str) -> list[str]:
        """Return the ids of the words by which a recipient may have been reminded."""
        async with self._database.reading() as session:
            recipient = await recipients.get(session, recipient_id)
            return list(await nudges.told(session, recipient.release_id, recipient.tester_id))
