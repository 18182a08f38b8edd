"""Who may do what."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from provisioning.errors import DirectoryFailed, NotAllowed
from provisioning.ports import Directory, PersonFacts
from storage.catalog import roles
from storage.catalog.database import Database
from storage.errors import NotFound
from storage.records.role import HolderKind, Role, RoleHolding


class Act(StrEnum):
    """Something a person may be allowed to do."""

    SEE = "see releases"
    UPLOAD = "bring builds in"
    CREATE_APP = "create apps"
    DISTRIBUTE = "distribute releases"
    DISMISS = "dismiss drafts"
    MANAGE_GROUPS = "change groups"
    MANAGE_ROLES = "give roles"


#: The one table of who may do what. Whoever is not in it for an act may not do it.
ALLOWED: dict[Act, frozenset[Role]] = {
    Act.SEE: frozenset({Role.ADMIN, Role.MANAGER, Role.UPLOADER, Role.TESTER}),
    Act.UPLOAD: frozenset({Role.ADMIN, Role.MANAGER, Role.UPLOADER}),
    Act.CREATE_APP: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.DISTRIBUTE: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.DISMISS: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.MANAGE_GROUPS: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.MANAGE_ROLES: frozenset({Role.ADMIN}),
}

#: Guests, bots and people of other workspaces never hold more than these, whatever they were given.
OUTSIDERS_MAY_HOLD = frozenset({Role.UPLOADER, Role.TESTER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A person or a Slack user group that a role is given to."""

    kind: HolderKind
    id: str


class People:
    """
    Decides who may do what, each time anew.

    Admins named in the settings are admins whatever the records say, so that nobody can lock
    everybody out. Until somebody holds the uploader role, every full member may bring builds in.
    """

    def __init__(
        self,
        database: Database,
        directory: Directory,
        *,
        organization_id: str,
        admins: Collection[str],
    ) -> None:
        self._database = database
        self._directory = directory
        self._organization_id = organization_id
        self._admins = frozenset(admins)

    async def require(self, user_id: str, act: Act) -> None:
        """Raise NotAllowed, saying who may, unless the person may do *act* at this moment."""
        held = await self.roles_of(user_id)
        if held & ALLOWED[act]:
            return
        who = " or ".join(role.value for role in Role if role in ALLOWED[act])
        raise NotAllowed(
            f"You may not {act.value} here: this takes the role {who}. "
            "An admin can give it to you with `/release roles`."
        )

    async def may(self, user_id: str, act: Act) -> bool:
        return bool(await self.roles_of(user_id) & ALLOWED[act])

    async def roles_of(self, user_id: str) -> frozenset[Role]:
        """Return the roles of a person; none for somebody deactivated or unknown."""
        try:
            person = await self._directory.person(user_id)
        except NotFound:
            return frozenset()
        if person.deleted:
            return frozenset()
        async with self._database.reading() as session:
            holdings = await roles.every(session, self._organization_id)
        held = {h.role for h in holdings if await self._is_held_by(h, user_id)}
        held.add(Role.TESTER)
        if self._is_outsider(person):
            return frozenset(held & OUTSIDERS_MAY_HOLD)
        if user_id in self._admins:
            held.add(Role.ADMIN)
        if all(h.role is not Role.UPLOADER for h in holdings):
            held.add(Role.UPLOADER)
        return frozenset(held)

    async def give(self, by: str, role: Role, holder: Holder) -> bool:
        """
        Give a role and return whether that is news.

        Raise NotAllowed, and DirectoryFailed for a user group that Slack says nothing about.
        """
        await self.require(by, Act.MANAGE_ROLES)
        if holder.kind is HolderKind.USERGROUP:
            await self._directory.members(holder.id)
        holding = RoleHolding(
            organization_id=self._organization_id,
            role=role,
            holder_kind=holder.kind,
            holder_id=holder.id,
            given_by=by,
        )
        async with self._database.writing() as session:
            return await roles.give(session, holding)

    async def take(self, by: str, role: Role, holder: Holder) -> bool:
        """Take a role away and return whether it was held. Raise NotAllowed."""
        await self.require(by, Act.MANAGE_ROLES)
        async with self._database.writing() as session:
            return await roles.take(session, self._organization_id, role, holder.kind, holder.id)

    async def holdings(self) -> list[tuple[Role, Holder]]:
        """Return who holds what, the admins of the settings first."""
        async with self._database.reading() as session:
            kept = await roles.every(session, self._organization_id)
        fixed = [
            (Role.ADMIN, Holder(kind=HolderKind.PERSON, id=admin)) for admin in sorted(self._admins)
        ]
        given = [(h.role, Holder(kind=h.holder_kind, id=h.holder_id)) for h in kept]
        return fixed + [pair for pair in given if pair not in fixed]

    async def is_bot(self, user_id: str) -> bool:
        """Return whether this is a program, or nobody that Slack knows."""
        try:
            return (await self._directory.person(user_id)).bot
        except NotFound:
            return True

    async def name(self, user_id: str) -> str:
        """Return how a person is called; for sentences, never for decisions."""
        try:
            return (await self._directory.person(user_id)).name
        except NotFound:
            return "Somebody who has left"

    async def _is_held_by(self, holding: RoleHolding, user_id: str) -> bool:
        if holding.holder_kind is HolderKind.PERSON:
            return holding.holder_id == user_id
        try:
            return user_id in await self._directory.members(holding.holder_id)
        except DirectoryFailed:
            # Slack's silence about one group must not lock out those who hold a role by name.
            return False

    @staticmethod
    def _is_outsider(person: PersonFacts) -> bool:
        return person.bot or person.guest or person.stranger
