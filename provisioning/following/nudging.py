"""Nudging: the steps after a nudge was confirmed, by which people are reminded."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from storage.catalog import holders, mutes, nudges, recipients, releases
from storage.catalog.database import Database, Session
from storage.records.base import now
from storage.records.nudge import Nudge, NudgeState, NudgeWord, NudgeWordState
from storage.records.release import ReleaseState

HAS_IT: Final = "Has it by now."
LOST_IT: Final = "It was taken back from them meanwhile."
DISABLED: Final = "The release was disabled meanwhile."
MUTED: Final = "Wants no reminders of this app any more."


def nudge_subject(nudge: Nudge) -> str:
    """Return what a road is about that reminds people: a nudge, and the turn of telling."""
    return f"{nudge.id}@{nudge.turn}"


def nudge_of(subject: str) -> str:
    return subject.partition("@")[0]


class Nudging:
    """Says who waits to be reminded, and writes down what became of it. Each may run twice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def resolve(self, subject: str) -> list[str]:
        """Return the ids of the words that are to be said."""
        async with self._database.reading() as session:
            return list(await nudges.waiting(session, nudge_of(subject)))

    async def waiting(self, word_id: str) -> str | None:
        """
        Return by which teller somebody waits to be reminded, None when they do not.

        Whoever got it, lost it or wants no reminders since it was confirmed is spared.
        """
        async with self._database.writing() as session:
            word = await nudges.word(session, word_id)
            if word.state is not NudgeWordState.WAITING:
                return None
            why = await _spared(session, word)
            if not why:
                return word.teller
            word.state, word.reason = NudgeWordState.SPARED, why
            session.add(word)
        return None

    async def told(self, word_id: str, *, delivered: bool, reason: str) -> None:
        """Write down whether somebody could be told."""
        async with self._database.writing() as session:
            word = await nudges.word(session, word_id)
            if word.state is not NudgeWordState.WAITING:
                return
            word.state = NudgeWordState.TOLD if delivered else NudgeWordState.UNREACHABLE
            word.reason, word.told_at = reason, now() if delivered else None
            session.add(word)

    async def finish(self, subject: str) -> None:
        """Mark it as done."""
        await self._end(subject, NudgeState.DONE, "")

    async def fail(self, subject: str, reason: str) -> None:
        """Mark it as broken off; people can be reminded again."""
        await self._end(subject, NudgeState.FAILED, reason)

    async def unfinished(self, before: datetime, since: datetime) -> Sequence[str]:
        """Return the subjects of nudges that should be under way."""
        async with self._database.reading() as session:
            return [nudge_subject(one) for one in await nudges.unfinished(session, before, since)]

    async def _end(self, subject: str, state: NudgeState, reason: str) -> None:
        async with self._database.writing() as session:
            nudge = await nudges.get(session, nudge_of(subject))
            if nudge_subject(nudge) == subject and nudge.state is not NudgeState.DONE:
                nudge.state, nudge.reason, nudge.done_at = state, reason, now()
                session.add(nudge)


async def _spared(session: Session, word: NudgeWord) -> str:
    """Return why somebody needs no reminding any more, empty when they do."""
    release = await releases.get(session, word.release_id)
    if not release.enabled:
        return DISABLED
    if release.state is not ReleaseState.LIVE or not await recipients.is_entitled(
        session, word.release_id, word.tester_id
    ):
        return LOST_IT
    if await holders.have_all(session, word.release_id, [word.tester_id]):
        return HAS_IT
    if await mutes.those(session, release.app_id, [word.tester_id]):
        return MUTED
    return ""
