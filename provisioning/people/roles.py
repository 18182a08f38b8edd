"""Roles: who holds which, and giving and taking them."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from provisioning.actors import Act, Actor, Identity, IdentityKind, slack
from provisioning.errors import NotNow, Unclear
from provisioning.people.permissions import ANYWHERE, OUTSIDERS_MAY_HOLD, Permissions, Where
from provisioning.ports import Directory, PersonFacts
from storage.catalog import audit, home_tabs, roles
from storage.catalog.database import Database, Session
from storage.errors import NotFound
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.role import HolderKind, Role, RoleHolding

#: What every full member may do for as long as nobody was given the role.
OPEN_TO_ALL = frozenset({Role.UPLOADER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whom a role is given to: a person by identity (`slack:U012ABC`), a user group, everybody."""

    kind: HolderKind
    id: str


#: Every full member of the workspace.
EVERYBODY = Holder(kind=HolderKind.EVERYBODY, id="")


class Others(StrEnum):
    """What becomes of everybody else who could do what a role allows before it was given."""

    ASK = "ask"  #: Nobody has said, so nothing is taken from them.
    KEEP = "keep"  #: They are given the role as well.
    DROP = "drop"  #: Only those who hold it may from now on.


class Roles:
    """Gives and takes roles."""

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        directory: Directory,
        *,
        organization_id: str,
        admins: Collection[str],
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._directory = directory
        self._organization_id = organization_id
        self._admins = frozenset(admins)

    async def give(
        self,
        by: Actor,
        role: Role,
        holder: Holder,
        where: Where = ANYWHERE,
        *,
        others: Others = Others.ASK,
    ) -> bool:
        """
        Give a role and return whether that is news.

        Raise NotAllowed; Unclear for whom it would have no effect; NotNow, code
        `takes_from_others`, where it would be taken from everybody else and nobody said so; and
        DirectoryFailed for a user group that Slack says nothing about.
        """
        await self._permissions.require(by, Act.MANAGE_ROLES)
        await self.check(role, holder)
        concerned = await self._concerned(holder)
        async with self._database.writing() as session:
            if holder != EVERYBODY and await self._closes(session, role, where):
                if others is Others.ASK:
                    raise NotNow(
                        f"Until now everybody may do what the role {role.value} allows, and then "
                        "only those who hold it could. Say whether the others keep it.",
                        code="takes_from_others",
                        role=role.value,
                    )
                if others is Others.KEEP:
                    await self._give(session, by, role, EVERYBODY, where)
            is_news = await self._give(session, by, role, holder, where)
            if is_news:
                await home_tabs.stir_people(session, self._organization_id, concerned, now())
        return is_news

    async def check(self, role: Role, holder: Holder) -> None:
        """Raise Unclear, with the reason, where giving a role would have no effect."""
        if role is Role.TESTER:
            raise Unclear(
                "Everybody is a tester without being named. Put people in a group, or give them a "
                "release."
            )
        if holder.kind is HolderKind.EVERYBODY and role not in OPEN_TO_ALL:
            raise Unclear(f"The role {role.value} is given to people and user groups by name.")
        if holder.kind is HolderKind.USERGROUP:
            await self._directory.members(holder.id)
        identity = Identity.read(holder.id)
        if identity is None or identity.kind is not IdentityKind.SLACK:
            return
        try:
            facts = await self._directory.person(identity.value)
        except NotFound:
            raise Unclear("Slack does not know one of these people.") from None
        reason = _without_effect(role, facts)
        if reason:
            raise Unclear(reason)

    async def takes_from_others(self, role: Role) -> bool:
        """Return whether giving a role to somebody would take it from everybody else."""
        async with self._database.reading() as session:
            return await self._closes(session, role, ANYWHERE)

    async def _closes(self, session: Session, role: Role, where: Where) -> bool:
        is_everywhere = role in OPEN_TO_ALL and where == ANYWHERE
        return is_everywhere and not await roles.is_given(session, self._organization_id, role)

    async def _give(
        self, session: Session, by: Actor, role: Role, holder: Holder, where: Where
    ) -> bool:
        is_news = await roles.give(session, self._holding(by, role, holder, where))
        if is_news:
            self._note(session, by, "role.given", role, holder)
        return is_news

    async def take(self, by: Actor, role: Role, holder: Holder, where: Where = ANYWHERE) -> bool:
        """Take a role away and return whether it was held. Raise NotAllowed."""
        await self._permissions.require(by, Act.MANAGE_ROLES)
        concerned = await self._concerned(holder)
        async with self._database.writing() as session:
            was_held = await roles.take(session, self._holding(by, role, holder, where))
            if was_held:
                self._note(session, by, "role.taken", role, holder)
                await home_tabs.stir_people(session, self._organization_id, concerned, now())
        return was_held

    async def usergroup_changed(self, usergroup_id: str, slack_ids: Collection[str]) -> None:
        """Let the tabs of those be looked at who came into a user group with a role, or left it."""
        async with self._database.reading() as session:
            held = await roles.every(session, self._organization_id)
        if not any(_is_of(one, usergroup_id) for one in held):
            return
        async with self._database.writing() as session:
            await home_tabs.stir_people(session, self._organization_id, slack_ids, now())

    async def _concerned(self, holder: Holder) -> tuple[str, ...]:
        """
        Return the Slack ids of those whose Home may change with a role of a holder.

        Of a user group those that Slack tells of. What every member may do changes nobody's.
        """
        if holder.kind is HolderKind.USERGROUP:
            return (await self._directory.memberships([holder.id])).get(holder.id, ())
        identity = Identity.read(holder.id)
        return (identity.value,) if identity and identity.kind is IdentityKind.SLACK else ()

    async def holdings(self) -> list[tuple[Role, Holder]]:
        """Return who holds what everywhere, the admins of the settings first."""
        async with self._database.reading() as session:
            kept = await roles.every(session, self._organization_id)
        fixed = [
            (Role.ADMIN, Holder(kind=HolderKind.PERSON, id=str(slack(admin))))
            for admin in sorted(self._admins)
        ]
        given = [
            (h.role, Holder(kind=h.holder_kind, id=h.holder_id))
            for h in kept
            if not h.app_id and not h.group_id
        ]
        return fixed + [pair for pair in given if pair not in fixed]

    def _holding(self, by: Actor, role: Role, holder: Holder, where: Where) -> RoleHolding:
        return RoleHolding(
            organization_id=self._organization_id,
            role=role,
            holder_kind=holder.kind,
            holder_id=holder.id,
            app_id=where.app_id,
            group_id=where.group_id,
            given_by=by.reference,
        )

    def _note(self, session: Session, by: Actor, action: str, role: Role, holder: Holder) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            action=action,
            subject_id=(holder.id or holder.kind.value)[:64],
            origin=by.origin,
            detail={"role": role.value},
        )
        audit.add(session, entry)


def _is_of(holding: RoleHolding, usergroup_id: str) -> bool:
    return holding.holder_kind is HolderKind.USERGROUP and holding.holder_id == usergroup_id


def _without_effect(role: Role, facts: PersonFacts) -> str:
    """Return why somebody could do nothing with a role; empty when they can."""
    if facts.deleted:
        return f"The account of {facts.name} is deactivated, so a role would have no effect."
    if role in OUTSIDERS_MAY_HOLD:
        return ""
    kind = ""
    if facts.bot:
        kind = "is an app"
    elif facts.stranger:
        kind = "belongs to another workspace"
    elif facts.guest:
        kind = "is a guest of this workspace"
    return f"{facts.name} {kind}, and can be uploader and nothing else." if kind else ""
