"""Taking back: the steps after a recall, by which those learn of it who may have the release."""

from collections.abc import Sequence
from datetime import datetime

from provisioning.distributing.carrying import NO_WAY, ON_PAGE
from provisioning.telling.tellers import Tellers
from storage.catalog import recalls, receipts, recipients, testers
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.recall import NoticeState, Recall, RecallNotice, RecallState
from storage.records.tester import Tester


def subject_of(recall: Recall) -> str:
    """Return what a road is about that tells people of a recall: it, and the turn of telling."""
    return f"{recall.id}@{recall.turn}"


def recall_of(subject: str) -> str:
    return subject.partition("@")[0]


class TakingBack:
    """Finds out who has to be told, and writes down what became of it. Each may run twice."""

    def __init__(self, database: Database, tellers: Tellers) -> None:
        self._database = database
        self._tellers = tellers

    async def resolve(self, subject: str) -> dict[str, list[str]]:
        """
        Return whom to tell (`notices`), and whose messages may hold a dead link (`recipients`).

        Told is whoever began to fetch the release: they may have it on a phone. `releases` are to
        be drawn anew: the one that was taken back, and those that are current again.
        """
        recall_id = recall_of(subject)
        async with self._database.reading() as session:
            recall = await recalls.get(session, recall_id)
            lost = await recipients.testers_of_recall(session, recall_id)
            fetched = await receipts.began(session, recall.release_id, lost)
            people = await testers.those(session, fetched)
            messages = await recipients.of_recall(session, recall_id)
        fresh = [
            self._notice(recall_id, tester, way)
            for tester in sorted(people, key=lambda one: one.id)
            for way in ((self._tellers.ways_to(tester) if tester.active else ()) or ("",))
        ]
        async with self._database.writing() as session:
            await recalls.add_notices(session, fresh)
        async with self._database.reading() as session:
            kept = await recalls.notices(session, recall_id)
        return {
            "notices": [one.id for one in kept if one.state is NoticeState.WAITING],
            "recipients": list(messages),
            "releases": [recall.release_id, *recall.came_back],
        }

    async def waiting(self, notice_id: str) -> str | None:
        """Return by which teller somebody waits to be told, None when they do not."""
        async with self._database.reading() as session:
            notice = await recalls.notice(session, notice_id)
        return notice.teller if notice.state is NoticeState.WAITING else None

    async def told(self, notice_id: str, *, delivered: bool, reason: str) -> None:
        """Write down whether somebody could be told."""
        async with self._database.writing() as session:
            notice = await recalls.notice(session, notice_id)
            if notice.state is not NoticeState.WAITING:
                return
            notice.state = NoticeState.TOLD if delivered else NoticeState.UNREACHABLE
            notice.reason, notice.told_at = reason, now() if delivered else None
            session.add(notice)

    async def finish(self, subject: str) -> None:
        """Mark it as done."""
        await self._end(subject, RecallState.DONE, "")

    async def fail(self, subject: str, reason: str) -> None:
        """Mark it as broken off; people can be told again."""
        await self._end(subject, RecallState.FAILED, reason)

    async def unfinished(self, before: datetime, since: datetime) -> Sequence[str]:
        """Return the subjects of recalls that people should be told of."""
        async with self._database.reading() as session:
            return [subject_of(one) for one in await recalls.unfinished(session, before, since)]

    async def _end(self, subject: str, state: RecallState, reason: str) -> None:
        async with self._database.writing() as session:
            recall = await recalls.get(session, recall_of(subject))
            if subject_of(recall) == subject and recall.state is not RecallState.DONE:
                recall.state, recall.reason, recall.done_at = state, reason, now()
                session.add(recall)

    def _notice(self, recall_id: str, tester: Tester, way: str) -> RecallNotice:
        return RecallNotice(
            recall_id=recall_id,
            tester_id=tester.id,
            teller=way,
            state=NoticeState.WAITING if way else NoticeState.UNREACHABLE,
            reason="" if way else ON_PAGE if tester.active else NO_WAY,
        )
