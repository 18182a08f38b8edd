"""Who may do what, where; asked each time anew."""

from collections.abc import Collection
from dataclasses import dataclass

from provisioning.actors import Act, Actor, ActorKind, Identity, IdentityKind, slack
from provisioning.errors import NotAllowed
from provisioning.ports import Directory, PersonFacts
from storage.catalog import roles, testers
from storage.catalog.database import Database
from storage.errors import NotFound
from storage.records.role import HolderKind, Role, RoleHolding

#: The one table of who may do what. Whoever is not in it for an act may not do it.
ALLOWED: dict[Act, frozenset[Role]] = {
    Act.SEE: frozenset({Role.ADMIN, Role.MANAGER, Role.UPLOADER, Role.TESTER}),
    Act.UPLOAD: frozenset({Role.ADMIN, Role.MANAGER, Role.UPLOADER}),
    Act.CREATE_APP: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.DISTRIBUTE: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.DISMISS: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.RECALL: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.EDIT: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.DISABLE: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.REQUIRE: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.SEE_GROUPS: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.SEE_TESTERS: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.REVOKE_LINKS: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.SEE_HISTORY: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.SEE_HOLDERS: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.NUDGE: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.SEE_ROLES: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.MANAGE_GROUPS: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.MANAGE_ROLES: frozenset({Role.ADMIN}),
    Act.SEE_APPROVALS: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.MANAGE_APPROVALS: frozenset({Role.ADMIN}),
    Act.OVERRIDE_APPROVALS: frozenset({Role.ADMIN}),
    Act.APPROVE_SIGNERS: frozenset({Role.ADMIN}),
    Act.SIGN: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.MANAGE_APPLE: frozenset({Role.ADMIN}),
    Act.SEE_DEVICES: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.MANAGE_DEVICES: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.APPROVE_DEVICES: frozenset({Role.ADMIN, Role.MANAGER}),
    Act.APPROVE_LAST_DEVICES: frozenset({Role.ADMIN}),
    Act.SEE_UDIDS: frozenset({Role.ADMIN}),
    Act.EXAMINE: frozenset({Role.ADMIN}),
}

#: Guests, bots and people of other workspaces never hold more than these, whatever they were given.
OUTSIDERS_MAY_HOLD = frozenset({Role.UPLOADER, Role.TESTER})

#: They act for the house itself.
TRUSTED = frozenset({ActorKind.CLOCK, ActorKind.COMMAND_LINE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What an act is about: an app, a group, both, or the whole organization."""

    app_id: str = ""
    group_id: str = ""


ANYWHERE = Where()


class Permissions:
    """
    Decides who may do what.

    Admins named in the settings (Slack user ids) are admins whatever the records say, so that
    nobody can lock everybody out. Until somebody holds the uploader role, every full member may
    bring builds in; afterwards they may where everybody was given it as well
    (provisioning.people.roles). A role that was given for an app or a group counts there only.
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

    async def require(self, actor: Actor, act: Act, where: Where = ANYWHERE) -> None:
        """Raise NotAllowed, whose data names the act and the roles, unless the actor may."""
        if await self.may(actor, act, where):
            return
        if actor.scopes is not None and act not in actor.scopes:
            raise NotAllowed(
                f"This token may not {act.value}: it was made without that scope.",
                code="scope_missing",
                act=act.value,
            )
        able = [role.value for role in Role if role in ALLOWED[act]]
        raise NotAllowed(
            f"You may not {act.value} here: this takes the role {' or '.join(able)}. "
            "An admin can give it to you.",
            act=act.value,
            roles=able,
        )

    async def may(self, actor: Actor, act: Act, where: Where = ANYWHERE) -> bool:
        return act in await self.allowed(actor, {act}, where)

    async def allowed(
        self, actor: Actor, acts: Collection[Act], where: Where = ANYWHERE
    ) -> set[Act]:
        """Return those of the acts that an actor may do; their roles are asked for once."""
        scoped = {act for act in acts if actor.scopes is None or act in actor.scopes}
        if not scoped or actor.kind in TRUSTED:
            return scoped
        if actor.kind is not ActorKind.PERSON:
            # A token and a hook may what they were made for.
            return set() if actor.scopes is None else scoped
        held = await self.roles_of(actor, where)
        return {act for act in scoped if held & ALLOWED[act]}

    async def roles_of(self, actor: Actor, where: Where = ANYWHERE) -> frozenset[Role]:
        """Return the roles of a person; none for somebody deactivated, unknown, or no person."""
        user_id = await self._user_id(actor.identity)
        if user_id is None:
            return frozenset()
        try:
            facts = await self._directory.person(user_id)
        except NotFound:
            return frozenset()
        if facts.deleted:
            return frozenset()
        async with self._database.reading() as session:
            own = self._organization_id
            found = await roles.of_person(session, own, user_id, Role.UPLOADER)
        counting = [one for one in found.holdings if _counts(one, where)]
        everybodys = {one.role for one in counting if one.holder_kind is HolderKind.EVERYBODY}
        if not found.is_given:
            everybodys.add(Role.UPLOADER)
        return self._completed(await self._held(counting, user_id), facts, everybodys)

    async def admins(self) -> list[str]:
        """Return the identities of those who are admins by name, as holdings spell them."""
        return await self.named({Role.ADMIN})

    async def named(self, wanted: Collection[Role]) -> list[str]:
        """
        Return the identities of those who hold any of *wanted* by name, for everything.

        The admins of the settings come first.
        """
        async with self._database.reading() as session:
            given = await roles.every(session, self._organization_id)
        named: list[str] = []
        if Role.ADMIN in wanted:
            named += [str(slack(user_id)) for user_id in sorted(self._admins)]
        named += [
            one.holder_id
            for one in given
            if one.role in wanted
            and one.holder_kind is HolderKind.PERSON
            and not one.app_id
            and not one.group_id
        ]
        return list(dict.fromkeys(named))

    async def _held(self, found: Collection[RoleHolding], user_id: str) -> set[Role]:
        """Return the roles of a person among holdings of theirs and of user groups."""
        groups = {one.holder_id for one in found if one.holder_kind is HolderKind.USERGROUP}
        # Slack's silence about one group must not lock out those who hold a role by name.
        inside = await self._directory.memberships(sorted(groups)) if groups else {}
        return {
            one.role
            for one in found
            if one.holder_kind is HolderKind.PERSON
            or (
                one.holder_kind is HolderKind.USERGROUP and user_id in inside.get(one.holder_id, ())
            )
        }

    def _completed(
        self, held: set[Role], facts: PersonFacts, everybodys: Collection[Role]
    ) -> frozenset[Role]:
        """Add what is held without being given by name; *everybodys*: by every full member."""
        held.add(Role.TESTER)
        if facts.bot or facts.guest or facts.stranger:
            return frozenset(held & OUTSIDERS_MAY_HOLD)
        if facts.id in self._admins:
            held.add(Role.ADMIN)
        return frozenset(held | set(everybodys))

    async def account_of(self, actor: Actor) -> str | None:
        """Return the Slack account of whoever acts, None for one who has none."""
        return await self._user_id(actor.identity)

    async def _user_id(self, identity: Identity | None) -> str | None:
        """Return the Slack account of a person, who may be known by another identity."""
        if identity is None or identity.kind is IdentityKind.SLACK:
            return identity.value if identity else None
        async with self._database.reading() as session:
            tester = await testers.with_email(session, self._organization_id, identity.value)
        return tester.slack_id if tester else None


def _counts(holding: RoleHolding, where: Where) -> bool:
    return holding.app_id in {"", where.app_id} and holding.group_id in {"", where.group_id}
