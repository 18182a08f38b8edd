"""Notes edited on a page: an invitation that works once, for one person and one release."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from provisioning.actors import Act, Actor, referred
from provisioning.errors import NotNow
from provisioning.people.permissions import Permissions, Where
from provisioning.ports import Engine
from provisioning.releases import notes
from provisioning.releases.lifecycle import ENDED
from provisioning.releases.rewording import reword
from provisioning.releases.titles import title_of
from storage.catalog import apps, builds, releases
from storage.catalog.database import Database
from storage.errors import Stale
from storage.records.base import now
from storage.records.release import NotesKind, Release

#: A working day, and the evening after it.
LIFETIME = timedelta(hours=12)
#: The door, as the audit names it.
ORIGIN = "page"

OVER = (
    "This link works no more: it was used, it is too old, or somebody changed the release since. "
    "Press “Edit on a page” in Slack for a new one."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """
    What the link to a page says, as we signed it.

    It holds for the release as it was: `seen` is a digest of its notes. Nothing of it is kept, and
    saving changes the release, so that it works once.
    """

    release_id: str
    revision: int
    seen: str
    by: Actor
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesSheet:
    """What the page shows: the notes of a release, how they are written, and what it is called."""

    title: str
    number: int
    notes: str
    kind: NotesKind


class NoteEditing:
    """Invites people to edit the notes of a release, and keeps what they write."""

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        engine: Engine,
        secret_key: bytes,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._engine = engine
        self._secret_key = secret_key
        self._organization_id = organization_id

    async def invite(self, release_id: str, by: Actor) -> str:
        """Return the secret part of a link. Raise NotAllowed, NotFound, NotNow."""
        async with self._database.reading() as session:
            release = await releases.get(session, release_id)
        await self._permissions.require(by, Act.EDIT, Where(app_id=release.app_id))
        if release.state in ENDED:
            raise NotNow(f"Release {release.number} was {release.state.value}.")
        until = int((now() + LIFETIME).timestamp())
        said = f"{release.id} {release.revision} {_digest(release)} {until} {by.reference}"
        return f"{_encoded(said.encode())}.{_encoded(self._seal(said))}"

    def read(self, token: str) -> Invitation | None:
        """Return what a link says, though it may be over; None for one that we did not make."""
        said, _, seal = token.partition(".")
        try:
            text, given = _decoded(said).decode(), _decoded(seal)
        except ValueError:
            return None
        if not hmac.compare_digest(self._seal(text), given):
            return None
        release_id, revision, seen, until, by = text.split(" ", 4)
        return Invitation(
            release_id=release_id,
            revision=int(revision),
            seen=seen,
            by=referred(by, origin=ORIGIN),
            until=datetime.fromtimestamp(int(until), UTC),
        )

    async def sheet(self, invitation: Invitation) -> NotesSheet:
        """Return what there is to edit. Raise NotNow when the link is over, NotAllowed."""
        async with self._database.reading() as session:
            release = await releases.get(session, invitation.release_id)
            app = await apps.get(session, release.app_id)
            build = await builds.get(session, release.build_id)
        _require_open(invitation, release)
        await self._require(invitation, release)
        return NotesSheet(
            title=str(title_of(app, build)),
            number=release.number,
            notes=release.notes,
            kind=release.notes_kind,
        )

    async def keep(self, invitation: Invitation, written: str) -> None:
        """
        Replace the notes, and let everything show them that shows the release.

        Raise Unclear for too long ones, NotNow, NotAllowed.
        """
        text = notes.checked(written)
        async with self._database.reading() as session:
            release = await releases.get(session, invitation.release_id)
        await self._require(invitation, release)
        async with self._database.writing() as session:
            release = await releases.get(session, invitation.release_id)
            _require_open(invitation, release)
            try:
                edit = await reword(
                    session,
                    release,
                    text,
                    by=invitation.by,
                    organization_id=self._organization_id,
                )
            except Stale as late:
                raise NotNow(OVER) from late
        if edit is not None:
            await self._engine.start("edit", edit.id)

    async def _require(self, invitation: Invitation, release: Release) -> None:
        where = Where(app_id=release.app_id)
        await self._permissions.require(invitation.by, Act.EDIT, where)

    def _seal(self, said: str) -> bytes:
        return hmac.digest(self._secret_key, f"notes:{said}".encode(), "sha256")


def _require_open(invitation: Invitation, release: Release) -> None:
    unchanged = release.revision == invitation.revision and _digest(release) == invitation.seen
    if not unchanged or invitation.until <= now() or release.state in ENDED:
        raise NotNow(OVER)


def _digest(release: Release) -> str:
    return hashlib.sha256(release.notes.encode()).hexdigest()[:16]


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
