"""Roles: who holds which, and giving and taking them."""

from collections.abc import Collection
from dataclasses import dataclass

from provisioning.actors import Act, Actor, slack
from provisioning.people.permissions import ANYWHERE, Permissions, Where
from provisioning.ports import Directory
from storage.catalog import audit, roles
from storage.catalog.database import Database, Session
from storage.records.audit import AuditEntry
from storage.records.role import HolderKind, Role, RoleHolding


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A person, by identity (`slack:U012ABC`), or a Slack user group, that a role is given to."""

    kind: HolderKind
    id: str


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

    async def give(self, by: Actor, role: Role, holder: Holder, where: Where = ANYWHERE) -> bool:
        """
        Give a role and return whether that is news.

        Raise NotAllowed, and DirectoryFailed for a user group that Slack says nothing about.
        """
        await self._permissions.require(by, Act.MANAGE_ROLES)
        if holder.kind is HolderKind.USERGROUP:
            await self._directory.members(holder.id)
        holding = RoleHolding(
            organization_id=self._organization_id,
            role=role,
            holder_kind=holder.kind,
            holder_id=holder.id,
            app_id=where.app_id,
            group_id=where.group_id,
            given_by=by.reference,
        )
        async with self._database.writing() as session:
            is_news = await roles.give(session, holding)
            if is_news:
                self._note(session, by, "role.given", role, holder)
        return is_news

    async def take(self, by: Actor, role: Role, holder: Holder, where: Where = ANYWHERE) -> bool:
        """Take a role away and return whether it was held. Raise NotAllowed."""
        await self._permissions.require(by, Act.MANAGE_ROLES)
        holding = RoleHolding(
            organization_id=self._organization_id,
            role=role,
            holder_kind=holder.kind,
            holder_id=holder.id,
            app_id=where.app_id,
            group_id=where.group_id,
            given_by=by.reference,
        )
        async with self._database.writing() as session:
            was_held = await roles.take(session, holding)
            if was_held:
                self._note(session, by, "role.taken", role, holder)
        return was_held

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

    def _note(self, session: Session, by: Actor, action: str, role: Role, holder: Holder) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            action=action,
            subject_id=holder.id[:64],
            origin=by.origin,
            detail={"role": role.value},
        )
        audit.add(session, entry)
