"""Edits: changes of releases that are there, and the steps by which everything shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from provisioning.actors import Actor
from provisioning.releases.cards import EditCard
from provisioning.releases.titles import title_of
from storage.catalog import edits, recipients, releases
from storage.catalog.database import Database, Session
from storage.records.base import now
from storage.records.distribution import RecipientState
from storage.records.edit import Edit, EditKind, EditState
from storage.records.release import Release

#: What somebody was told, or is told at this moment, shows these; the messages have no tags.
_IN_MESSAGES: Final = frozenset({EditKind.NOTES, EditKind.DISABLED, EditKind.ENABLED})
_MAY_HAVE_A_MESSAGE: Final = frozenset(
    {RecipientState.TOLD, RecipientState.WAITING, RecipientState.UNREACHABLE}
)


async def write(
    session: Session,
    release: Release,
    kind: EditKind,
    by: Actor,
    **detail: Any,  # noqa: ANN401 - what its line says, as JSON knows it
) -> Edit:
    """Write an edit down in the unit of work that makes it; a road shows it then."""
    made = Edit(release_id=release.id, kind=kind, by=by.reference, detail=detail)
    session.add(made)
    await session.flush()
    return made


class ReleaseEdits:
    """What the road of an edit does. Each may run twice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def one(self, edit_id: str) -> EditCard:
        """Raise NotFound."""
        async with self._database.reading() as session:
            edit = await edits.get(session, edit_id)
        return EditCard(
            edit_id=edit.id,
            release_id=edit.release_id,
            kind=edit.kind,
            by=edit.by,
            at=edit.created_at,
            detail=edit.detail,
        )

    async def resolve(self, edit_id: str) -> dict[str, Any]:
        """Return the `release` that was edited, and the `recipients` whose messages show it."""
        async with self._database.reading() as session:
            edit = await edits.get(session, edit_id)
            given = await recipients.of_releases(session, [edit.release_id])
        shown = [
            one.id
            for one in given
            if edit.kind in _IN_MESSAGES and one.teller and one.state in _MAY_HAVE_A_MESSAGE
        ]
        return {"release": edit.release_id, "recipients": sorted(shown)}

    async def told_of(self, edit_id: str) -> tuple[str, str]:
        """Return who made an edit, by reference, and what the release is called."""
        async with self._database.reading() as session:
            edit = await edits.get(session, edit_id)
            _, app, build, _ = await releases.in_full(session, edit.release_id)
        return edit.by, str(title_of(app, build))

    async def finish(self, edit_id: str) -> None:
        """Mark it as shown everywhere."""
        await self._end(edit_id, EditState.DONE)

    async def fail(self, edit_id: str) -> None:
        """Mark it as shown in some places only."""
        await self._end(edit_id, EditState.FAILED)

    async def unfinished(self, before: datetime, since: datetime) -> Sequence[str]:
        """Return the ids of the edits that should be on their way."""
        async with self._database.reading() as session:
            return await edits.unfinished(session, before, since)

    async def _end(self, edit_id: str, state: EditState) -> None:
        async with self._database.writing() as session:
            edit = await edits.get(session, edit_id)
            if edit.state is not EditState.DONE:
                edit.state, edit.done_at = state, now()
                session.add(edit)
