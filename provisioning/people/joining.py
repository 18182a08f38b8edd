"""Joining: somebody asks by a link, a person decides, and they are a tester in the group."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from provisioning.actors import CLOCK, Act, Actor, email, person
from provisioning.errors import AlreadyDone, NotNow
from provisioning.people.groups import Groups
from provisioning.people.join_form import JoinWords, checked_email, checked_name
from provisioning.people.join_links import JoinLinks, over
from provisioning.people.permissions import Permissions, Where
from provisioning.ports import Engine
from provisioning.tokens import TOKEN, derived_token, hash_of, random_token
from storage.catalog import audit, groups, join_links, join_requests, testers
from storage.catalog.database import Database, Session
from storage.errors import AlreadyExists, NotFound
from storage.records.audit import AuditEntry
from storage.records.base import new_id, now
from storage.records.join_link import JoinLink
from storage.records.join_request import JoinRequest, JoinState
from storage.records.tester import Tester

#: The door, as the audit names it.
ORIGIN: Final = "join page"
#: So many ask by one link within an hour.
HOURLY: Final = 20
#: So long somebody's page leads to their builds; these have a page of their own.
LEADS_FOR: Final = timedelta(days=30)
#: So long a request waits.
PATIENCE: Final = timedelta(days=30)
#: So long is kept who was declined or not answered.
KEPT_FOR: Final = timedelta(days=90)
LONGEST_REASON: Final = 300
#: So many that wait are shown at once, and end at once.
SHOWN: Final = 10
AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinCard:
    """
    A request as those see it who decide.

    `known` is what a tester with this address is called already, with `known_groups`, and
    `in_slack` whether that is somebody of Slack; `others` asked with the same address. `group` is
    empty once it was deleted.
    """

    request_id: str
    group_id: str
    group: str
    name: str
    email: str
    state: JoinState
    reason: str
    link_made_by: str
    decided_by: str | None
    at: datetime
    known: str = ""
    known_groups: tuple[str, ...] = ()
    in_slack: bool = False
    others: int = 0

    @property
    def waits(self) -> bool:
        return self.state is JoinState.WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinPage:
    """
    A request as whoever asked sees it. `tester_id` leads to their builds while they are in.

    `host` is who made the link, and `until` how long this page leads anywhere.
    """

    state: JoinState
    name: str
    group: str
    host: str
    reason: str
    tester_id: str | None
    until: datetime | None


def subject_of(request: JoinRequest) -> str:
    """Return what a road about a request's turn is started with: `id@turn`."""
    return f"{request.id}@{request.turn}"


def request_of(subject: str) -> str:
    """Return the request that a road's subject is about."""
    return subject.partition("@")[0]


class Joining:
    """
    Takes requests and decisions.

    Nobody has confirmed the address that somebody gives. It becomes a tester of its own, and never
    one of somebody in Slack; where it is that of a tester already, whoever approves has to know.
    """

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        links: JoinLinks,
        groups_: Groups,
        engine: Engine,
        secret_key: bytes,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._links = links
        self._groups = groups_
        self._engine = engine
        self._secret_key = secret_key
        self._organization_id = organization_id

    async def ask(self, token: str, words: JoinWords) -> str:
        """
        Keep a request and begin to show it; return the secret part of its page.

        What is answered does not depend on who is known. Raise NotFound for a link that we did not
        make, NotNow with the code `link_over` or `too_many`, and Unclear with the field `name` or
        `email`.
        """
        link = await self._links.open(token)
        if link is None:
            raise NotFound("There is no such join link.")
        if link.over is not None:
            raise NotNow("This link has run out.", code="link_over")
        name, address = checked_name(words.name), checked_email(words.email, link.domains)
        key = words.key if TOKEN.fullmatch(words.key) else random_token()
        try:
            request = await self._kept(link.id, key, name, address)
        except AlreadyExists:
            request = await self._kept(link.id, key, name, address)  # Sent twice at once.
        await self._engine.start("join", subject_of(request))
        return self._token(request.id)

    async def page(self, token: str) -> JoinPage | None:
        """Return the request of a page; None for every reason alike."""
        if not TOKEN.fullmatch(token):
            return None
        async with self._database.reading() as session:
            request = await join_requests.with_token_hash(session, hash_of(token))
            if request is None or not hmac.compare_digest(self._token(request.id), token):
                return None
            link = await join_links.get(session, request.link_id)
            group = (await groups.those(session, [link.group_id])).get(link.group_id)
            inside = bool(request.tester_id) and await groups.has_member(
                session, link.group_id, request.tester_id or ""
            )
        approved = request.state is JoinState.APPROVED
        until = request.changed_at + LEADS_FOR if approved else None
        if until is not None and until <= now():
            return None
        return JoinPage(
            state=request.state,
            name=request.name,
            group=group.name if group else "",
            host=link.host,
            reason=request.reason,
            tester_id=request.tester_id if inside else None,
            until=until,
        )

    async def card(self, request_id: str) -> JoinCard:
        """Raise NotFound."""
        async with self._database.reading() as session:
            request = await join_requests.get(session, request_id)
            (found,) = await self._cards(session, [request])
        return found

    async def waiting(self, by: Actor) -> list[JoinCard]:
        """Return those that wait, the oldest first. Raise NotAllowed."""
        await self._permissions.require(by, Act.MANAGE_GROUPS)
        async with self._database.reading() as session:
            ids = await join_requests.late(session, now(), limit=SHOWN)
            found = [await join_requests.get(session, one) for one in ids]
            return await self._cards(session, found)

    async def approve(self, request_id: str, by: Actor, *, knowing: bool = False) -> JoinCard:
        """
        Let somebody in: a tester of their own, in the group, with what is current there.

        Where the address is that of a tester already, only whoever approves *knowing* that does:
        whoever asked sees what that tester has. Raise NotAllowed, NotFound, AlreadyDone when
        somebody decided before, and NotNow with the code `address_in_slack` or `address_known`.
        """
        request, link = await self._asked(request_id)
        await self._require(by, link.group_id)
        async with self._database.writing() as session:
            await self._still_waits(session, request_id)
            known = await testers.with_email(session, self._organization_id, request.email)
            _check(known, knowing=knowing)
            tester = await testers.named(
                session, self._organization_id, request.email, request.name
            )
            change = await self._groups.admit(session, link.group_id, tester.id, by)
            turn = await join_requests.decide(
                session,
                request_id,
                JoinState.APPROVED,
                at=now(),
                by=by.reference,
                tester_id=tester.id,
            )
            if not turn:
                raise await self._too_late(session, request_id)
            self._note(session, "group.joined", link, request, by)
        await self._groups.follow(change)
        await self._show(request_id, turn)
        return await self.card(request_id)

    async def decline(self, request_id: str, by: Actor, reason: str = "") -> JoinCard:
        """Say no, with a reason that they read. Raise NotAllowed, NotFound, AlreadyDone."""
        request, link = await self._asked(request_id)
        await self._require(by, link.group_id)
        said = " ".join(reason.split())[:LONGEST_REASON]
        async with self._database.writing() as session:
            turn = await join_requests.decide(
                session, request_id, JoinState.DECLINED, at=now(), by=by.reference, reason=said
            )
            if not turn:
                raise await self._too_late(session, request_id)
            self._note(session, "group.declined", link, request, by)
        await self._show(request_id, turn)
        return await self.card(request_id)

    async def tidy(self) -> None:
        """End what nobody decided in time, and forget who was declined or never answered."""
        async with self._database.reading() as session:
            ids = await join_requests.late(session, now() - PATIENCE, limit=AT_ONCE)
        for request_id in ids:
            async with self._database.writing() as session:
                turn = await join_requests.decide(
                    session, request_id, JoinState.EXPIRED, at=now(), by=CLOCK.reference
                )
            if turn:
                await self._show(request_id, turn)
        async with self._database.writing() as session:
            await join_requests.forget(session, now() - KEPT_FOR)

    async def unshown(self, before: datetime, since: datetime) -> Sequence[str]:
        """Return the subjects of requests that those who decide should have seen."""
        async with self._database.reading() as session:
            found = await join_requests.unshown(session, before, since)
        return [subject_of(one) for one in found]

    async def shown(self, subject: str) -> None:
        """Note that those who decide have seen a request as it was at a turn."""
        request_id, _, turn = subject.partition("@")
        async with self._database.writing() as session:
            await join_requests.shown(session, request_id, int(turn))

    async def _kept(self, link_id: str, key: str, name: str, address: str) -> JoinRequest:
        async with self._database.writing() as session:
            await join_links.lock(session, link_id)
            link = await join_links.get(session, link_id)
            before = await join_requests.of_key(session, link_id, key)
            if before is not None and before.email == address:
                return before
            counted = (await join_links.counts(session, [link_id])).get(link_id, {})
            taken = counted.get(JoinState.WAITING, 0) + counted.get(JoinState.APPROVED, 0)
            there = await groups.those(session, [link.group_id])
            if over(link, taken=taken, exists=bool(there), at=now()) is not None:
                raise NotNow("This link has run out.", code="link_over")
            since = now() - timedelta(hours=1)
            if await join_requests.asked_since(session, link_id, since) >= HOURLY:
                raise NotNow(
                    "Many people asked by this link within the hour. Try again in an hour.",
                    code="too_many",
                )
            request_id = new_id()
            request = JoinRequest(
                id=request_id,
                link_id=link_id,
                # Whoever went back and mended the address asks anew.
                key=key if before is None else random_token(),
                token_hash=hash_of(self._token(request_id)),
                name=name,
                email=address,
            )
            session.add(request)
            await session.flush()
            self._note(session, "group.asked", link, request, _asker(request))
        return request

    async def _cards(self, session: Session, found: Sequence[JoinRequest]) -> list[JoinCard]:
        links = await join_links.those(session, {one.link_id for one in found})
        those = await groups.those(session, {one.group_id for one in links.values()})
        emails = {one.email for one in found}
        known = {
            one.email: one
            for one in await testers.of_emails(session, self._organization_id, emails)
        }
        inside: dict[str, list[str]] = {}
        for tester_id, name in await groups.names_of(session, {one.id for one in known.values()}):
            inside.setdefault(tester_id, []).append(name)
        asked = await join_requests.waiting_with(session, emails)
        cards = []
        for one in found:
            link, tester = links[one.link_id], known.get(one.email)
            group = those.get(link.group_id)
            cards.append(
                JoinCard(
                    request_id=one.id,
                    group_id=link.group_id,
                    group=group.name if group else "",
                    name=one.name,
                    email=one.email,
                    state=one.state,
                    reason=one.reason,
                    link_made_by=link.made_by,
                    decided_by=one.decided_by,
                    at=one.created_at,
                    known=tester.name if tester else "",
                    known_groups=tuple(inside.get(tester.id, ())) if tester else (),
                    in_slack=bool(tester and tester.slack_id),
                    others=len(asked.get(one.email, set()) - {one.id}),
                )
            )
        return cards

    async def _asked(self, request_id: str) -> tuple[JoinRequest, JoinLink]:
        async with self._database.reading() as session:
            request = await join_requests.get(session, request_id)
            return request, await join_links.get(session, request.link_id)

    async def _still_waits(self, session: Session, request_id: str) -> None:
        """Raise AlreadyDone for a request that was decided: nothing else is asked of it then."""
        request = await join_requests.get(session, request_id)
        if request.state is not JoinState.WAITING:
            raise await self._too_late(session, request_id)

    async def _too_late(self, session: Session, request_id: str) -> AlreadyDone:
        """Return what is said to the second of two who decide."""
        request = await join_requests.get(session, request_id)
        await session.refresh(request)
        return AlreadyDone(
            "Somebody has decided about this already.",
            by=request.decided_by or "",
            state=request.state.value,
        )

    async def _show(self, request_id: str, turn: int) -> None:
        await self._engine.start("join", f"{request_id}@{turn}")

    async def _require(self, by: Actor, group_id: str) -> None:
        await self._permissions.require(by, Act.MANAGE_GROUPS, Where(group_id=group_id))

    def _note(
        self, session: Session, action: str, link: JoinLink, request: JoinRequest, by: Actor
    ) -> None:
        detail: dict[str, Any] = {
            "link": link.id,
            "request": request.id,
            "who": f"{request.name} ({request.email})",
        }
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

    def _token(self, request_id: str) -> str:
        return derived_token(self._secret_key, f"join-request:{request_id}")


def _asker(request: JoinRequest) -> Actor:
    return person(email(request.email), origin=ORIGIN)


def _check(known: Tester | None, *, knowing: bool) -> None:
    """Raise NotNow where the address is a tester's already and nobody may, or knows of it."""
    if known is None:
        return
    if known.slack_id is not None:
        raise NotNow(
            f"This address belongs to {known.name}, who is in Slack here, and nobody has confirmed "
            "that they asked. Add them to the group by name, and decline this.",
            code="address_in_slack",
        )
    if not knowing:
        raise NotNow(
            f"{known.name} is a tester with this address already, and nobody has confirmed that "
            "it is the same person. Look at the request again before you approve it.",
            code="address_known",
        )
