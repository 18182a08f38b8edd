"""Links to the page of Apple's teams: for one admin, for half an hour, once."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from provisioning.actors import Act, Actor, referred
from provisioning.errors import NotNow
from provisioning.people.permissions import Permissions
from storage.catalog import apple_invitations, audit
from storage.catalog.database import Database
from storage.records.apple_invitation import AppleInvitation, ApplePurpose
from storage.records.audit import AuditEntry
from storage.records.base import new_id, now

LIFETIME = timedelta(minutes=30)
#: How long a link that ended is still known as one, and not as a stranger's.
KNOWN_FOR = timedelta(days=7)
#: The door, as the audit names it.
ORIGIN = "page"

#: 256 bits in URL-safe base64 without padding.
TOKEN_BYTES = 32
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")

OVER = (
    "This link works no more: it was used, or it is older than 30 minutes. Type "
    "`/release apple` in Slack for a new one."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedInvitation:
    """A link that we gave, though it may be over: what it is for, and who may use it."""

    id: str
    purpose: ApplePurpose
    apple_team_id: str
    by: Actor


class AppleInvitations:
    """Gives and opens links to the page. At rest there is only the SHA-256 of their secret."""

    def __init__(
        self, database: Database, permissions: Permissions, *, organization_id: str
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._organization_id = organization_id

    async def invite(self, purpose: ApplePurpose, by: Actor, *, apple_team_id: str = "") -> str:
        """Return the secret part of a link, 43 characters; it is told once. Raise NotAllowed."""
        await self._permissions.require(by, Act.MANAGE_APPLE)
        token, at = secrets.token_urlsafe(TOKEN_BYTES), now()
        invitation = AppleInvitation(
            id=new_id(),
            organization_id=self._organization_id,
            token_hash=_hash_of(token),
            purpose=purpose,
            apple_team_id=apple_team_id,
            by=by.reference,
            expires_at=at + LIFETIME,
        )
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            origin=by.origin,
            action="apple.invited",
            subject_id=invitation.id,
            detail={"purpose": purpose.value},
        )
        async with self._database.writing() as session:
            await apple_invitations.sweep(session, self._organization_id, at - KNOWN_FOR)
            session.add(invitation)
            audit.add(session, entry)
        return token

    async def read(self, token: str) -> OpenedInvitation | None:
        """Return what a link is for, though it may be over; None for one that we did not give."""
        found = await self._found(token)
        return None if found is None else _opened(found)

    async def open(self, token: str) -> OpenedInvitation:
        """Return what a link that holds is for. Raise NotNow once it is over, and NotAllowed."""
        found = await self._found(token)
        if found is None or found.used_at is not None or found.expires_at <= now():
            raise NotNow(OVER)
        opened = _opened(found)
        await self._permissions.require(opened.by, Act.MANAGE_APPLE)
        return opened

    async def claim(self, opened: OpenedInvitation) -> None:
        """Take a link, so that nobody else does. Raise NotNow when it is over, and NotAllowed."""
        await self._permissions.require(opened.by, Act.MANAGE_APPLE)
        async with self._database.writing() as session:
            if not await apple_invitations.claim(session, opened.id, now()):
                raise NotNow(OVER)

    async def give_back(self, opened: OpenedInvitation, *, apple_team_id: str) -> None:
        """Let a claimed link hold again: something that was entered did not do."""
        async with self._database.writing() as session:
            await apple_invitations.give_back(session, opened.id, apple_team_id)

    async def _found(self, token: str) -> AppleInvitation | None:
        if not TOKEN.fullmatch(token):
            return None
        async with self._database.reading() as session:
            found = await apple_invitations.with_token_hash(session, _hash_of(token))
        return found if found and found.organization_id == self._organization_id else None


def _opened(found: AppleInvitation) -> OpenedInvitation:
    return OpenedInvitation(
        id=found.id,
        purpose=found.purpose,
        apple_team_id=found.apple_team_id,
        by=referred(found.by, origin=ORIGIN),
    )


def _hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
