"""Announcing: those who manage read in one message who left, or came back, within a minute."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from provisioning.leaving.departures import RESTORE_WITHIN
from provisioning.leaving.sheets import NoticeSheet, departure_sheet
from provisioning.ports import Engine
from storage.catalog import departures
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.departure import Departure, DepartureNotice, NoticeKind

#: So many are in one message.
MOST: Final = 500
#: Nobody could be told for hours: it is tried again after this.
PUT_OFF: Final = timedelta(hours=1)


def read_notice(subject: str) -> tuple[str, int]:
    """Return the notice and the turn of a subject."""
    notice_id, _, turn = subject.partition("@")
    return notice_id, int(turn)


class Announcing:
    """Collects what a word is owed about, and keeps what was said up to date. May run twice."""

    def __init__(self, database: Database, engine: Engine, *, organization_id: str) -> None:
        self._database = database
        self._engine = engine
        self._organization_id = organization_id

    async def collect(self) -> None:
        """Once the first of those who left is due, say it of all who left by now."""
        async with self._database.reading() as session:
            owed = await departures.owed(session, self._organization_id, limit=MOST)
        if not owed or owed[0].due_at is None or owed[0].due_at > now():
            return
        for kind in NoticeKind:
            ids = [one.id for one in owed if _kind_of(one) is kind]
            notice_id = await self._notice(kind, ids) if ids else None
            if notice_id is not None:
                await self._engine.start("show_leavers", f"{notice_id}@1")

    async def sheet(self, notice_id: str) -> NoticeSheet:
        """Return a notice as it is now. Raise NotFound."""
        async with self._database.reading() as session:
            notice = await departures.notice(session, notice_id)
            found = await departures.in_notice(session, notice)
        return NoticeSheet(
            id=notice.id,
            kind=notice.kind,
            shown=notice.shown,
            people=tuple(departure_sheet(one, within=RESTORE_WITHIN) for one in found),
        )

    async def shown(self, subject: str) -> None:
        """Note that a notice stands where it is read, as of a turn."""
        notice_id, turn = read_notice(subject)
        async with self._database.writing() as session:
            await departures.shown(session, notice_id, turn)

    async def put_off(self, subject: str) -> None:
        """Try again later: nobody who manages could be told."""
        notice_id, _ = read_notice(subject)
        async with self._database.writing() as session:
            await departures.changed(session, [notice_id], at=now() + PUT_OFF)

    async def unshown(self, before: datetime, since: datetime) -> Sequence[str]:
        """Return the notices that should stand by now as they are."""
        async with self._database.reading() as session:
            return await departures.unshown(session, before, since)

    async def _notice(self, kind: NoticeKind, departure_ids: Sequence[str]) -> str | None:
        """Return the new notice, None where another process says it."""
        async with self._database.writing() as session:
            notice = DepartureNotice(organization_id=self._organization_id, kind=kind)
            session.add(notice)
            await session.flush()
            if await departures.put_in(session, departure_ids, notice):
                return notice.id
            await session.delete(notice)
        return None


def _kind_of(one: Departure) -> NoticeKind:
    return NoticeKind.GONE if one.notice_id is None else NoticeKind.BACK
