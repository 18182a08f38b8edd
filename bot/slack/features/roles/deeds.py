"""Answers `roles`: who holds which, and giving and taking them."""

from bot.slack.features.roles import messages
from bot.slack.kit import names
from bot.slack.kit.blocks import Message
from bot.slack.kit.grammar import Mention, MentionKind, Token, mentions, unresolved, words
from bot.slack.kit.verbs import Asked, example, unknown
from provisioning.actors import Act, Identity, person, slack
from provisioning.errors import Unclear
from provisioning.people.permissions import Permissions
from provisioning.people.roles import Holder, Roles
from storage.records.role import HolderKind, Role

WAYS = ("list", "give", "take")
#: Words that people put between a role and who holds it.
FILLERS = frozenset({"to", "from", "role", "the"})
#: What people type for a role.
SPOKEN = {
    "admin": Role.ADMIN,
    "manager": Role.MANAGER,
    "release-manager": Role.MANAGER,
    "uploader": Role.UPLOADER,
    "tester": Role.TESTER,
}


class RoleActs:
    """Shows, gives and takes roles."""

    def __init__(self, roles: Roles, permissions: Permissions) -> None:
        self._roles = roles
        self._permissions = permissions

    async def answer(self, asked: Asked) -> Message:
        """Raise NotAllowed, Unclear, DirectoryFailed."""
        first = asked.rest[0] if asked.rest else "list"
        if isinstance(first, Mention):
            raise Unclear(f"Say first what to do: {example('roles give manager @somebody')}")
        way = first.lower()
        if way not in WAYS:
            raise Unclear(unknown(way, WAYS, "roles"))
        if way == "list":
            await self._permissions.require(asked.by, Act.SEE_ROLES)
            return messages.listed(await self._roles.holdings())
        await self._permissions.require(asked.by, Act.MANAGE_ROLES)
        role, holders = _wanted(asked.rest[1:], way)
        turn = self._given if way == "give" else self._taken
        said = [await turn(asked, role, holder) for holder in holders]
        return messages.listed(await self._roles.holdings(), "\n".join(said))

    async def _given(self, asked: Asked, role: Role, holder: Holder) -> str:
        is_news = await self._roles.give(asked.by, role, holder) or asked.again
        if not await self._counts(role, holder):
            return messages.without_effect(role, holder)
        return messages.given(role, holder, is_news=is_news)

    async def _taken(self, asked: Asked, role: Role, holder: Holder) -> str:
        was_held = await self._roles.take(asked.by, role, holder) or asked.again
        if await self._counts(role, holder) and holder.kind is HolderKind.PERSON:
            return messages.still_held(role, holder)
        return messages.taken(role, holder, was_held=was_held)

    async def _counts(self, role: Role, holder: Holder) -> bool:
        """Return whether somebody may do what a role allows; user groups are asked each time."""
        identity = Identity.read(holder.id)
        if holder.kind is HolderKind.USERGROUP or identity is None:
            return True
        held = await self._permissions.roles_of(person(identity, origin=names.ORIGIN))
        return role in held


def _wanted(rest: tuple[Token, ...], way: str) -> tuple[Role, list[Holder]]:
    """Raise Unclear when the role or the people are missing."""
    stranger = unresolved(rest)
    if stranger is not None:
        raise Unclear(
            f"Slack does not know `{stranger[:60]}`. Choose the name from the list that Slack "
            "offers while you type."
        )
    typed = "-".join(word.lower() for word in words(rest) if word.lower() not in FILLERS)
    if not typed:
        raise Unclear(f"Say which role, and who: {example(f'roles {way} manager @somebody')}")
    if typed not in SPOKEN:
        raise Unclear(unknown(typed, list(SPOKEN), f"roles {way}"))
    people = mentions(rest, MentionKind.PERSON)
    usergroups = mentions(rest, MentionKind.USERGROUP)
    if not people and not usergroups:
        raise Unclear(f"Say who: {example(f'roles {way} {typed} @somebody')}")
    return SPOKEN[typed], [_holder(mention) for mention in (*people, *usergroups)]


def _holder(mention: Mention) -> Holder:
    if mention.kind is MentionKind.PERSON:
        return Holder(kind=HolderKind.PERSON, id=str(slack(mention.id)))
    return Holder(kind=HolderKind.USERGROUP, id=mention.id)
