"""Chronicle: who did what, from the audit, with the names of what it was done to."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from provisioning.actors import Act, Actor
from provisioning.people.permissions import Permissions
from provisioning.releases.titles import title_of_row
from storage.catalog import apps, audit, groups, releases
from storage.catalog.database import Database, Session
from storage.records.audit import AuditEntry

#: So many entries are read at once where all are written out.
PAGE: Final = 500
#: Of so many releases of an app.
NEWEST: Final = 100
#: So many are shown.
SHOWN: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """
    One act: by whom, through which door, what, and to what.

    `about` is what the thing is called, empty where it has no name or is gone. `groups` are the
    names of those groups that the `detail` has by id.
    """

    at: datetime
    by: str
    origin: str
    action: str
    subject_id: str
    about: str
    detail: dict[str, Any]
    groups: tuple[str, ...] = field(default=())


class Chronicle:
    """Reads what was done. Whoever may not see it is told so: NotAllowed."""

    def __init__(
        self, database: Database, permissions: Permissions, *, organization_id: str
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._organization_id = organization_id

    async def of_app(self, app_id: str, by: Actor) -> list[HistoryLine]:
        """Return what was last done to an app and its newest releases, newest first."""
        await self._permissions.require(by, Act.SEE_HISTORY)
        async with self._database.reading() as session:
            own = await releases.newest_ids(session, app_id, limit=NEWEST)
            found = await audit.last_of(session, [app_id, *own], limit=SHOWN)
            return await _lines(session, found)

    async def of(self, subject_id: str, by: Actor) -> list[HistoryLine]:
        """Return what was last done to a release or a group, newest first."""
        await self._permissions.require(by, Act.SEE_HISTORY)
        async with self._database.reading() as session:
            return await _lines(session, await audit.last_of(session, [subject_id], limit=SHOWN))

    async def done_by(self, reference: str, by: Actor) -> list[HistoryLine]:
        """Return what an actor did last, newest first."""
        await self._permissions.require(by, Act.SEE_HISTORY)
        own = self._organization_id
        async with self._database.reading() as session:
            found = await audit.last_by(session, own, reference, limit=SHOWN)
            return await _lines(session, found)

    async def newest(self, by: Actor) -> list[HistoryLine]:
        """Return what was done last, newest first."""
        await self._permissions.require(by, Act.SEE_HISTORY)
        async with self._database.reading() as session:
            found = await audit.last(session, self._organization_id, limit=SHOWN)
            return await _lines(session, found)


async def everything(
    database: Database, organization_id: str, since: datetime
) -> AsyncIterator[HistoryLine]:
    """
    Give all that was done after a moment, oldest first, a page in memory at a time.

    It is for whoever has the machine: nobody's right is asked for.
    """
    at, entry_id = since, ""
    while True:
        async with database.reading() as session:
            found = await audit.after(session, organization_id, at, entry_id, limit=PAGE)
            lines = await _lines(session, found)
        for line in lines:
            yield line
        if len(found) < PAGE:
            return
        at, entry_id = found[-1].at, found[-1].id


async def _lines(session: Session, entries: Sequence[AuditEntry]) -> list[HistoryLine]:
    named = await _names(session, {entry.subject_id for entry in entries})
    ids = {one for entry in entries for one in _groups_in(entry.detail)}
    known = await groups.those(session, ids)
    return [
        HistoryLine(
            at=entry.at,
            by=entry.actor,
            origin=entry.origin,
            action=entry.action,
            subject_id=entry.subject_id,
            about=named.get(entry.subject_id) or str(entry.detail.get("name", "")),
            detail=entry.detail,
            groups=tuple(known[one].name for one in _groups_in(entry.detail) if one in known),
        )
        for entry in entries
    ]


async def _names(session: Session, subject_ids: Collection[str]) -> dict[str, str]:
    """Return what things are called: releases, apps and groups."""
    found = {
        release_id: f"{title_of_row(row)}, release {row.number}"
        for release_id, row in (await releases.versions(session, subject_ids)).items()
    }
    found |= await apps.names(session, subject_ids)
    those = await groups.those(session, subject_ids)
    return found | {group_id: group.name for group_id, group in those.items()}


def _groups_in(detail: dict[str, Any]) -> list[str]:
    found = detail.get("groups")
    return [str(one) for one in found] if isinstance(found, list) else []
