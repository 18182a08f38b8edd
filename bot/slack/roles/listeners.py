"""Answers `roles`: who holds which, and giving and taking them."""

from bot.slack.blocks import Message
from bot.slack.grammar import Mention, MentionKind, Token, mentions, words
from bot.slack.roles import messages
from bot.slack.verbs import Asked, Verb, example, unknown
from provisioning.errors import Unclear
from provisioning.people import Act, Holder, People
from storage.records.role import HolderKind, Role

WAYS = ("list", "give", "take")
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
        way = str(asked.rest[0]).lower() if asked.rest else "list"
        if way not in WAYS:
            raise Unclear(unknown(way, WAYS, "roles"))
        if way == "list":
            await self._people.require(asked.user_id, Act.MANAGE_GROUPS)
            return messages.listed(await self._people.holdings())
        role, holders = _wanted(asked.rest[1:], way)
        turn = self._people.give if way == "give" else self._people.take
        changed = [await turn(asked.user_id, role, holder) for holder in holders]
        verb, to = ("given", "to") if way == "give" else ("taken", "from")
        said = (
            f"The role *{role.value}* was {verb} {to} {sum(changed)}."
            if any(changed)
            else f"Nothing was {verb}: it was so already."
        )
        return messages.listed(await self._people.holdings(), said)


def _wanted(rest: tuple[Token, ...], way: str) -> tuple[Role, list[Holder]]:
    """Raise Unclear when the role or the people are missing."""
    typed = "-".join(words(rest)).lower()
    if typed not in SPOKEN:
        raise Unclear(unknown(typed or "that", list(SPOKEN), f"roles {way}"))
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
