"""Rewording: other notes for a release that is there, and for those who have it already."""

from collections import Counter
from typing import Any, Final

from provisioning.actors import Act, Actor
from provisioning.errors import AlreadyDone
from provisioning.people.people import People
from provisioning.people.permissions import Permissions, Where
from provisioning.ports import Engine
from provisioning.releases import edits, lifecycle, notes
from storage.catalog import audit, releases
from storage.catalog.database import Database, Session
from storage.errors import Stale
from storage.records.edit import Edit, EditKind
from storage.records.release import NotesKind, Release

SO: Final = "its notes stay as they are"
#: So much of the first new line is quoted where the change is told of.
QUOTED: Final = 120


async def reword(
    session: Session,
    release: Release,
    text: str,
    *,
    by: Actor,
    organization_id: str,
    kind: NotesKind | None = None,
) -> Edit | None:
    """
    Give a release other notes in a unit of work; None when it has these already.

    Without *kind* they are written as those before. Raise Stale when somebody was first.
    """
    kind = (kind or release.notes_kind) if text else NotesKind.MARKDOWN
    if (text, kind) == (release.notes, release.notes_kind):
        return None
    told = difference(release.notes, text)
    await lifecycle.reword(session, release, text, kind, by=by, organization_id=organization_id)
    return await edits.write(session, release, EditKind.NOTES, by, **told)


def difference(before: str, after: str) -> dict[str, Any]:
    """
    Return what changed between two texts, in short: lines, and the beginning of the first new one.

    Lines that only changed places count for nothing.
    """
    old, new = (Counter(filter(None, map(str.strip, t.split("\n")))) for t in (before, after))
    came = new - old
    return {
        "before": len(before),
        "after": len(after),
        "added": came.total(),
        "removed": (old - new).total(),
        "first": next(iter(came), "")[:QUOTED],
    }


class Rewording:
    """Changes the notes of releases; cards, pages and messages follow."""

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        people: People,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._people = people
        self._engine = engine
        self._organization_id = organization_id

    async def require(self, release_id: str, by: Actor) -> Release:
        """Return a release whose notes an actor may change. Raise NotAllowed, NotFound, NotNow."""
        async with self._database.reading() as session:
            release = await releases.get(session, release_id)
        await self._permissions.require(by, Act.EDIT, Where(app_id=release.app_id))
        lifecycle.require_open(release, SO)
        return release

    async def change(
        self,
        release_id: str,
        written: str,
        by: Actor,
        *,
        kind: NotesKind | None = None,
        revision: int | None = None,
    ) -> Edit:
        """
        Replace the notes of a release, and let everything show it that shows the release.

        Without *kind* they are written as those before. With *revision* it must be as it was then.
        Raise NotAllowed, NotFound, NotNow, Unclear with the field `notes`, and AlreadyDone for the
        notes that it has, or with the name of who was first.
        """
        text = notes.checked(written)
        await self.require(release_id, by)
        try:
            edit = await self._changed(release_id, text, by, kind, revision)
        except Stale:
            raise await self._who_was_first(release_id) from None
        await self._engine.start("edit", edit.id)
        return edit

    async def _changed(
        self, release_id: str, text: str, by: Actor, kind: NotesKind | None, revision: int | None
    ) -> Edit:
        async with self._database.writing() as session:
            await releases.lock(session, release_id)
            release = await releases.get(session, release_id)
            lifecycle.require_open(release, SO)
            if revision is not None and release.revision != revision:
                raise Stale
            own = self._organization_id
            edit = await reword(session, release, text, by=by, organization_id=own, kind=kind)
            if edit is None:
                raise AlreadyDone(f"These are the notes of release {release.number} already.")
            return edit

    async def _who_was_first(self, release_id: str) -> AlreadyDone:
        async with self._database.reading() as session:
            release = await releases.get(session, release_id)
            last = await audit.last_of(session, [release_id], limit=1)
        name = await self._people.name(last[0].actor) if last else "Somebody"
        return AlreadyDone(
            f"{name} changed release {release.number} meanwhile. Copy what you wrote, and open it "
            "again."
        )
