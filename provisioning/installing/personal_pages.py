"""The links to testers' own pages: one each, which lasts, and which they or a manager renew."""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from provisioning.actors import Act, Actor, IdentityKind
from provisioning.people.permissions import Permissions
from provisioning.tokens import TOKEN, derived_token, hash_of
from storage.catalog import audit, join_requests, personal_pages, testers
from storage.catalog.database import Database, Session
from storage.errors import NotFound
from storage.records.audit import AuditEntry
from storage.records.base import new_id, now
from storage.records.personal_page import PersonalPage
from storage.records.tester import Tester

#: How long a link lasts that nobody follows.
LIFETIME = timedelta(days=400)
#: Whoever follows a link renews it, but not more often than this.
RENEWED = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPage:
    """A link that holds, and whose it is."""

    page: PersonalPage
    tester: Tester


class PersonalPages:
    """
    Gives, opens and takes back the links to testers' own pages.

    Tokens are made as those of install links are, and kept as these are.
    """

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        secret_key: bytes,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._secret_key = secret_key
        self._organization_id = organization_id

    async def token_of(self, tester_id: str) -> str:
        """Return the secret part of a tester's link, which is made when none holds."""
        async with self._database.reading() as session:
            newest = await personal_pages.newest(session, tester_id)
        if newest is None or not self._holds(newest):
            newest = await self._next(tester_id)
        return self._token(newest.id)

    async def open(self, token: str) -> OpenedPage | None:
        """Return whose link it is; None alike for one that is unknown, over, or of who is gone."""
        if not TOKEN.fullmatch(token):
            return None
        async with self._database.reading() as session:
            found = await personal_pages.with_token_hash(session, hash_of(token))
        if found is None:
            return None
        page, tester = found
        if not self._holds(page) or not tester.active:
            return None
        return OpenedPage(page=page, tester=tester)

    async def used(self, opened: OpenedPage) -> None:
        """Let a link last that is followed."""
        until = now() + LIFETIME
        if until - opened.page.expires_at < RENEWED:
            return
        async with self._database.writing() as session:
            await personal_pages.extend(session, opened.page.id, until)

    async def revoke(self, slack_id: str, by: Actor) -> bool:
        """
        Take somebody's link back; return whether one held. They are given another one.

        Everybody may do that to their own, and to others' whoever may take links back. Raise
        NotAllowed, NotFound for somebody who is no tester.
        """
        if not _is(by, slack_id):
            await self._permissions.require(by, Act.REVOKE_LINKS)
        async with self._database.writing() as session:
            tester = await testers.with_slack_id(session, self._organization_id, slack_id)
            if tester is None:
                raise NotFound("This person was never given a release, and has no link.")
            held = await personal_pages.revoke(session, tester.id, now())
            if held:
                self._note(session, tester, by)
        return bool(held)

    async def revoke_of(self, address: str, by: Actor) -> bool:
        """
        Take the link of somebody without Slack back, and those that led there when they joined.

        They are given another one when they ask to join once more. Return whether one held. Raise
        NotAllowed, NotFound for an address of nobody without Slack.
        """
        await self._permissions.require(by, Act.REVOKE_LINKS)
        async with self._database.writing() as session:
            tester = await testers.with_email(session, self._organization_id, address)
            if tester is None or tester.slack_id is not None:
                raise NotFound("There is no tester without Slack who has this address.")
            held = await personal_pages.revoke(session, tester.id, now())
            led = await join_requests.lead_nowhere(session, tester.id)
            if held or led:
                self._note(session, tester, by)
        return bool(held or led)

    async def _next(self, tester_id: str) -> PersonalPage:
        """Make the link that comes after the last one; of two who do so at once, one wins."""
        async with self._database.writing() as session:
            newest = await personal_pages.newest(session, tester_id)
            if newest is not None and self._holds(newest):
                return newest
            return await self._made(session, tester_id, newest.generation + 1 if newest else 1)

    async def _made(self, session: Session, tester_id: str, generation: int) -> PersonalPage:
        page_id = new_id()
        page = PersonalPage(
            id=page_id,
            tester_id=tester_id,
            generation=generation,
            token_hash=hash_of(self._token(page_id)),
            expires_at=now() + LIFETIME,
        )
        return await personal_pages.keep(session, page)

    def _note(self, session: Session, tester: Tester, by: Actor) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            action="page.revoked",
            subject_id=tester.id,
            origin=by.origin,
            detail={"name": tester.name},
        )
        audit.add(session, entry)

    def _holds(self, page: PersonalPage) -> bool:
        """
        Return whether a link leads anywhere.

        Its token is derived anew: what was made with a former secret key is over, and a row that
        somebody slipped into the database opens nothing.
        """
        derived = hash_of(self._token(page.id))
        is_ours = hmac.compare_digest(derived, page.token_hash)
        return is_ours and page.revoked_at is None and page.expires_at > now()

    def _token(self, page_id: str) -> str:
        return derived_token(self._secret_key, f"page:{page_id}")


def _is(actor: Actor, slack_id: str) -> bool:
    identity = actor.identity
    return (
        identity is not None and identity.kind is IdentityKind.SLACK and identity.value == slack_id
    )
