"""What may stand behind `/release groups`."""

from dataclasses import dataclass

from bot.slack.features.groups.views import Way
from bot.slack.kit.grammar import Mention, MentionKind, Token, mentions, unresolved, words
from bot.slack.kit.verbs import example, unknown
from provisioning.errors import Unclear

#: Words that people put between a group and what goes into it or out of it.
FILLERS = frozenset({"to", "from", "in", "into", "with", "and"})
#: `groups rename QA Quality` needs no word in between.
OLD_AND_NEW = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted of which group. `group` is as typed; empty when it was left out."""

    way: Way
    group: str = ""
    new_name: str = ""
    people: tuple[str, ...] = ()
    usergroups: tuple[Mention, ...] = ()
    channels: tuple[Mention, ...] = ()


def read(rest: tuple[Token, ...]) -> Wish:
    """Raise Unclear when the first word is none of the ways, or a name is none of Slack's."""
    if not rest:
        return Wish(way=Way.LIST)
    if isinstance(rest[0], Mention):
        raise Unclear(f"Say first what to do: {example('groups add QA @somebody')}")
    first = rest[0].lower()
    if first not in set(Way):
        raise Unclear(unknown(first, [way.value for way in Way], "groups"))
    stranger = unresolved(rest[1:])
    if stranger is not None:
        raise Unclear(
            f"Slack does not know `{stranger[:60]}`. Choose the name from the list that Slack "
            "offers while you type."
        )
    way = Way(first)
    name, new_name = _names(way, _named(rest[1:]))
    return Wish(
        way=way,
        group=name,
        new_name=new_name,
        people=tuple(m.id for m in mentions(rest, MentionKind.PERSON)),
        usergroups=tuple(mentions(rest, MentionKind.USERGROUP)),
        channels=tuple(mentions(rest, MentionKind.CHANNEL)),
    )


def _named(rest: tuple[Token, ...]) -> list[str]:
    """Return the words that name groups: without those that only lead over to a mention."""
    kept = [
        token
        for index, token in enumerate(rest)
        if not (_is_filler(token) and _touches_a_mention(rest, index))
    ]
    return words(kept)


def _is_filler(token: Token) -> bool:
    return isinstance(token, str) and token.lower() in FILLERS


def _touches_a_mention(rest: tuple[Token, ...], index: int) -> bool:
    around = rest[max(index - 1, 0) : index + 2]
    return any(isinstance(token, Mention) for token in around)


def _names(way: Way, spoken: list[str]) -> tuple[str, str]:
    """Names of several words need no quotes; `rename` parts the two names at `to`."""
    if way is not Way.RENAME:
        return " ".join(spoken), ""
    split = next((i for i, word in enumerate(spoken) if word.lower() == "to"), None)
    if split is not None:
        return " ".join(spoken[:split]), " ".join(spoken[split + 1 :])
    if len(spoken) == OLD_AND_NEW:
        return spoken[0], spoken[1]
    return " ".join(spoken), ""
