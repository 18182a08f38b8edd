"""What may stand behind `/release groups`."""

from dataclasses import dataclass
from enum import StrEnum

from bot.slack.grammar import Mention, MentionKind, Token, mentions, words
from bot.slack.verbs import unknown
from provisioning.errors import Unclear


class Way(StrEnum):
    LIST = "list"
    CREATE = "create"
    SHOW = "show"
    RENAME = "rename"
    DELETE = "delete"
    ADD = "add"
    REMOVE = "remove"
    CONNECT = "connect"
    DISCONNECT = "disconnect"


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
    """Raise Unclear when the first word is none of the ways."""
    if not rest:
        return Wish(way=Way.LIST)
    first = rest[0].lower() if isinstance(rest[0], str) else ""
    if first not in set(Way):
        raise Unclear(unknown(first or "that", [way.value for way in Way], "groups"))
    spoken = words(rest[1:])
    way = Way(first)
    name, new_name = _names(way, spoken)
    return Wish(
        way=way,
        group=name,
        new_name=new_name,
        people=tuple(m.id for m in mentions(rest, MentionKind.PERSON)),
        usergroups=tuple(mentions(rest, MentionKind.USERGROUP)),
        channels=tuple(mentions(rest, MentionKind.CHANNEL)),
    )


def _names(way: Way, spoken: list[str]) -> tuple[str, str]:
    """Names of several words need no quotes; `rename` parts the two names at `to`."""
    if way is Way.RENAME and "to" in spoken:
        split = spoken.index("to")
        return " ".join(spoken[:split]), " ".join(spoken[split + 1 :])
    return " ".join(spoken), ""
