"""Join links: people outside Slack ask by one to get the releases of a group."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from provisioning.actors import Act, Actor
from provisioning.errors import AlreadyDone, DirectoryFailed, Unclear
from provisioning.people.join_form import checked_domain
from provisioning.people.people import People
from provisioning.people.permissions import Permissions, Where
from provisioning.tokens import TOKEN, derived_token, hash_of
from storage.catalog import apps, audit, groups, join_links
from storage.catalog.database import Database, Session
from storage.errors import AlreadyExists
from storage.records.audit import AuditEntry
from storage.records.base import new_id, now
from storage.records.join_link import JoinLink
from storage.records.join_request import JoinState

#: For so many people a link is unless somebody says otherwise, and at most.
USUAL_ROOM: Final = 25
MOST_ROOM: Final = 500
#: So long one holds, and at most.
USUAL_LIFE: Final = timedelta(days=14)
LONGEST_LIFE: Final = timedelta(days=90)
MOST_DOMAINS: Final = 10
#: So many hold at once for one group.
MOST_LINKS: Final = 20
#: So many are listed.
LISTED: Final = 30


class LinkOver(StrEnum):
    """Why nobody joins by a link any more."""

    REVOKED = "revoked"
    EXPIRED = "expired"
    FULL = "full"
    GONE = "gone"  #: Its group was deleted.


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOrder:
    """
    What somebody asks for. `key` is the same for each try of the same command or form.

    Without `until` it holds as long as usual. `app_id` is of what the page speaks, if of anything.
    """

    key: str
    group_id: str
    by: Actor
    room: int = USUAL_ROOM
    until: datetime | None = None
    domains: Sequence[str] = ()
    app_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSheet:
    """
    All of a link, its secret part included.

    `joined` came by it and `waiting` would like to; both take up its `room`. `over` is why nobody
    else can, None while somebody can.
    """

    id: str
    token: str
    group_id: str
    group: str
    app: str
    room: int
    joined: int
    waiting: int
    domains: tuple[str, ...]
    expires_at: datetime
    made_by: str
    host: str
    over: LinkOver | None


class JoinLinks:
    """
    Makes, opens, lists and revokes join links.

    A token is derived from the link's id and *secret_key*, so that it can be shown again without
    being stored; at rest there is only its SHA-256.
    """

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        people: People,
        secret_key: bytes,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._people = people
        self._secret_key = secret_key
        self._organization_id = organization_id

    async def make(self, order: LinkOrder) -> LinkSheet:
        """
        Make a link to a group.

        Raise NotAllowed, NotFound for a group that is gone, and Unclear with the field `room`,
        `until`, `domains` or `group`.
        """
        await self._require(order.by, order.group_id)
        until, domains = _until(order), _domains(order.domains)
        if not 1 <= order.room <= MOST_ROOM:
            raise Unclear(f"A link is for 1 to {MOST_ROOM} people.", field="room")
        host = await self._called(order.by)
        link_id = new_id()
        link = JoinLink(
            id=link_id,
            key=order.key[:128],
            organization_id=self._organization_id,
            group_id=order.group_id,
            app_id=order.app_id,
            token_hash=hash_of(self._token(link_id)),
            room=order.room,
            domains=domains,
            made_by=order.by.reference,
            host=host[:255],
            expires_at=until,
        )
        try:
            kept = await self._kept(link, order.by)
        except AlreadyExists:
            async with self._database.reading() as session:  # The same command came twice at once.
                kept = await join_links.of_key(session, link.key) or link
        return await self.sheet(kept.id)

    async def revoke(self, link_id: str, by: Actor) -> LinkSheet:
        """
        Let nobody else ask by a link; whoever joined stays, and whoever waits goes on waiting.

        Raise NotAllowed, NotFound, and AlreadyDone when it was revoked before.
        """
        async with self._database.reading() as session:
            link = await join_links.get(session, link_id)
        await self._require(by, link.group_id)
        async with self._database.writing() as session:
            if not await join_links.revoke(session, link_id, now()):
                raise AlreadyDone("This join link was revoked before.")
            self._note(session, "group.invite_revoked", link, by)
        return await self.sheet(link_id)

    async def held(self, by: Actor, group_id: str = "") -> list[LinkSheet]:
        """Return the links that hold, of one group or of all, newest first. Raise NotAllowed."""
        await self._require(by, group_id)
        async with self._database.reading() as session:
            found = (
                await join_links.holding_of(session, group_id, now())
                if group_id
                else await join_links.holding(session, self._organization_id, now(), limit=LISTED)
            )
            return await self._sheets(session, found)

    async def sheet(self, link_id: str) -> LinkSheet:
        """Raise NotFound."""
        async with self._database.reading() as session:
            (found,) = await self._sheets(session, [await join_links.get(session, link_id)])
        return found

    async def open(self, token: str) -> LinkSheet | None:
        """Return the link of a token, though it may be over; None for one that we did not make."""
        if not TOKEN.fullmatch(token):
            return None
        async with self._database.reading() as session:
            link = await join_links.with_token_hash(session, hash_of(token))
            # The token is derived anew: a row that somebody slipped in opens nothing.
            if link is None or not hmac.compare_digest(self._token(link.id), token):
                return None
            (found,) = await self._sheets(session, [link])
        return found

    async def _kept(self, link: JoinLink, by: Actor) -> JoinLink:
        async with self._database.writing() as session:
            before = await join_links.of_key(session, link.key)
            if before is not None:
                return before
            group = await groups.get(session, link.group_id)
            await groups.lock(session, group.id)
            if len(await join_links.holding_of(session, group.id, now())) >= MOST_LINKS:
                raise Unclear(
                    f"{MOST_LINKS} join links to {group.name} hold already. Revoke one first: "
                    f"`/release invite list {group.slug}`.",
                    field="group",
                )
            session.add(link)
            await session.flush()
            self._note(session, "group.invited", link, by)
        return link

    async def _sheets(self, session: Session, found: Sequence[JoinLink]) -> list[LinkSheet]:
        counted = await join_links.counts(session, [one.id for one in found])
        those = await groups.those(session, {one.group_id for one in found})
        called = await apps.names(session, {one.app_id for one in found if one.app_id})
        return [
            self._sheet(
                one,
                those[one.group_id].name if one.group_id in those else "",
                called.get(one.app_id or "", ""),
                counted.get(one.id, {}),
            )
            for one in found
        ]

    def _sheet(
        self, link: JoinLink, group: str, app: str, counted: dict[JoinState, int]
    ) -> LinkSheet:
        joined, waiting = counted.get(JoinState.APPROVED, 0), counted.get(JoinState.WAITING, 0)
        return LinkSheet(
            id=link.id,
            token=self._token(link.id),
            group_id=link.group_id,
            group=group,
            app=app,
            room=link.room,
            joined=joined,
            waiting=waiting,
            domains=tuple(link.domains),
            expires_at=link.expires_at,
            made_by=link.made_by,
            host=link.host,
            over=over(link, taken=joined + waiting, exists=bool(group), at=now()),
        )

    async def _called(self, by: Actor) -> str:
        try:
            return await self._people.name(by.reference)
        except DirectoryFailed:
            return ""  # The page then names nobody.

    async def _require(self, by: Actor, group_id: str) -> None:
        await self._permissions.require(by, Act.MANAGE_GROUPS, Where(group_id=group_id))

    def _note(self, session: Session, action: str, link: JoinLink, by: Actor) -> None:
        detail: dict[str, Any] = {"link": link.id, "room": link.room, "domains": link.domains}
        audit.add(
            session,
            AuditEntry(
                organization_id=self._organization_id,
                actor=by.reference,
                action=action,
                subject_id=link.group_id,
                origin=by.origin,
                detail=detail,
            ),
        )

    def _token(self, link_id: str) -> str:
        return derived_token(self._secret_key, f"join:{link_id}")


def over(link: JoinLink, *, taken: int, exists: bool, at: datetime) -> LinkOver | None:
    """Return why nobody else joins by a link, None while somebody can; *exists*: its group."""
    rules = (
        (not exists, LinkOver.GONE),
        (link.revoked_at is not None, LinkOver.REVOKED),
        (link.expires_at <= at, LinkOver.EXPIRED),
        (taken >= link.room, LinkOver.FULL),
    )
    return next((why for holds, why in rules if holds), None)


def _until(order: LinkOrder) -> datetime:
    """Return until when a link holds. Raise Unclear, field `until`."""
    at = now()
    until = order.until or at + USUAL_LIFE
    if until <= at:
        raise Unclear("This is over already. Say a day that is still to come.", field="until")
    # A day is meant to its end, so that the longest one may be a few hours longer.
    if until > at + LONGEST_LIFE + timedelta(days=1):
        raise Unclear(f"A join link holds for {LONGEST_LIFE.days} days at most.", field="until")
    return until


def _domains(typed: Sequence[str]) -> list[str]:
    """Return domains, each once. Raise Unclear, field `domains`."""
    found = list(dict.fromkeys(checked_domain(one) for one in typed))
    if len(found) > MOST_DOMAINS:
        raise Unclear(f"{MOST_DOMAINS} domains are the most.", field="domains")
    return found
