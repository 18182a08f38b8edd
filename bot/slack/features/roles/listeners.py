"""Answers `roles`: who holds which, and giving and taking them."""

from bot.slack.features.roles import messages
from bot.slack.kit.blocks import Message
from bot.slack.kit.grammar import Mention, MentionKind, Token, mentions, unresolved, words
from bot.slack.kit.verbs import Asked, Verb, example, unknown
from provisioning.errors import Unclear
from provisioning.people.people import Act, Holder, People
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

    def __init__(self, people: People) -> None:
        self._people = people

    async def answer(self, asked: Asked) -> Message:
        """Raise NotAllowed, Unclear, DirectoryFailed."""
        first = asked.rest[0] if asked.rest else "list"
        if isinstance(first, Mention):
            raise Unclear(f"Say first what to do: {example('roles give manager @somebody')}")
        way = first.lower()
        if way not in WAYS:
            raise Unclear(unknown(way, WAYS, "roles"))
        if way == "list":
            await self._people.require(asked.user_id, Act.MANAGE_GROUPS)
            return messages.listed(await self._people.holdings())
        await self._people.require(asked.user_id, Act.MANAGE_ROLES)
        role, holders = _wanted(asked.rest[1:], way)
        turn = self._given if way == "give" else self._taken
        said = [await turn(asked.user_id, role, holder) for holder in holders]
        return messages.listed(await self._people.holdings(), "\n".join(said))

    async def _given(self, by: str, role: Role, holder: Holder) -> str:
        is_news = await self._people.give(by, role, holder)
        if not await self._counts(role, holder):
            return messages.without_effect(role, holder)
        return messages.given(role, holder, is_news=is_news)

    async def _taken(self, by: str, role: Role, holder: Holder) -> str:
        was_held = await self._people.take(by, role, holder)
        if await self._counts(role, holder) and holder.kind is HolderKind.PERSON:
            return messages.still_held(role, holder)
        return messages.taken(role, holder, was_held=was_held)

    async def _counts(self, role: Role, holder: Holder) -> bool:
        """Return whether somebody may do what a role allows; user groups are asked each time."""
        if holder.kind is HolderKind.USERGROUP:
            return True
        return role in await self._people.roles_of(holder.id)


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
    person = mention.kind is MentionKind.PERSON
    kind = HolderKind.PERSON if person else HolderKind.USERGROUP
    return Holder(kind=kind, id=mention.id)


def verbs(acts: RoleActs) -> tuple[Verb, ...]:
    """Return the verb of roles."""
    return (
        Verb(
            name="roles",
            usage="roles [list | give ROLE @who | take ROLE @who]",
            summary="Who may do what. A role is given to people or to Slack user groups.",
            examples=(
                "roles",
                "roles give manager @ann",
                "roles give uploader @ios-team",
                "roles take manager @ann",
            ),
            act=Act.MANAGE_GROUPS,
            answer=acts.answer,
        ),
    )
