"""What a person types behind a slash command, as words, quoted names and mentions."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class MentionKind(StrEnum):
    PERSON = "person"
    USERGROUP = "usergroup"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Mention:
    """What Slack makes of @name, @group and #channel when the command has `should_escape`."""

    kind: MentionKind
    id: str
    name: str = ""


Token: TypeAlias = str | Mention

#: What Slack takes for an address stands as it was typed behind a bar: `<mailto:a@b.c|a@b.c>`.
#: `<@U1|ann>`, `<@U1>`, `<#C1|qa>`, `<#C1>`, `<!subteam^S1|@qa-team>`; then quotes; then a word.
_TOKEN = re.compile(
    r"<@(?P<person>[UW][A-Z0-9]+)(?:\|(?P<person_name>[^>]*))?>"
    r"|<#(?P<channel>[CG][A-Z0-9]+)(?:\|(?P<channel_name>[^>]*))?>"
    r"|<!subteam\^(?P<usergroup>S[A-Z0-9]+)(?:\|(?P<usergroup_name>[^>]*))?>"
    r"|<(?:mailto:|https?://)[^<>|\s]*\|(?P<typed>[^<>\s]+)>"
    r'|"(?P<quoted>[^"]*)"'
    r"|(?P<comma>,)"
    r"|(?P<word>[^\s,\"<]+|<)"
)

_MENTION = re.compile(r"<(?P<sign>@|#|!subteam\^)(?P<id>[A-Z0-9]+)(?:\|(?P<name>[^>]*))?>")

#: Slack puts what it takes for an address in angle brackets, with what was typed behind a bar.
_ADDRESS = re.compile(r"<([a-z][a-z0-9+.-]*:[^<>|\s]+)(?:\|[^<>]*)?>", re.IGNORECASE)
#: What parts a command from its reason.
_BECAUSE = re.compile(r"(?:^|\s)because\b[:,]?\s*", re.IGNORECASE)

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

#: Phones and word processors type these for a straight quote.
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\u00a0": " "})


def tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of *text* in order; commas only part them and are left out."""
    plain = text.translate(_QUOTES)
    found = (_token(match) for match in _TOKEN.finditer(plain))
    return tuple(token for token in found if token is not None)


def _token(match: re.Match[str]) -> Token | None:
    for kind in MentionKind:
        mentioned = match.group(kind.value)
        if mentioned:
            name = (match.group(f"{kind.value}_name") or "").lstrip("@#")
            return Mention(kind, mentioned, name)
    if match.group("typed"):
        return _unescaped(match.group("typed"))
    if match.group("comma"):
        return None
    if match.group("quoted") is not None:
        return _unescaped(match.group("quoted")).strip() or None
    return _unescaped(match.group("word"))


def _unescaped(text: str) -> str:
    """Slack escapes three characters in what a person typed."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def with_reason(text: str) -> tuple[str, str]:
    """Part what was typed from the reason behind `because`, which stays as people read it."""
    before, *reason = _BECAUSE.split(text, maxsplit=1)
    return before, spoken(reason[0]) if reason else ""


def spoken(text: str) -> str:
    """Return what was typed as people read it: mentions by name, in one line."""
    return " ".join(_unescaped(_MENTION.sub(_called, text.translate(_QUOTES))).split())


def written(text: str) -> str:
    """Return what was typed as people read it, line by line: mentions by name, addresses bare."""
    return _unescaped(_ADDRESS.sub(r"\1", _MENTION.sub(_called, text))).strip()


def _called(match: re.Match[str]) -> str:
    sign = "#" if match.group("sign") == "#" else "@"
    name = (match.group("name") or "").lstrip("@#")
    return f"{sign}{name}" if name else f"{sign}{match.group('id')}"


def words(found: Sequence[Token]) -> list[str]:
    """Return the plain words."""
    return [token for token in found if isinstance(token, str)]


def readings(spoken: Sequence[str], fillers: Container[str]) -> list[str]:
    """
    Return what a name may be that has *fillers* around it: all words first, the name alone last.

    A filler at its edge may belong to it: `add the crew`.
    """
    begin, end = 0, len(spoken)
    found = [" ".join(spoken)]
    while begin < end and spoken[begin].lower() in fillers:
        begin += 1
        found.append(" ".join(spoken[begin:end]))
    while end > begin and spoken[end - 1].lower() in fillers:
        end -= 1
        found.append(" ".join(spoken[begin:end]))
    return found


def unresolved(found: Sequence[Token]) -> str | None:
    """Return the first @name or #channel that Slack left as it was typed, not knowing it."""
    return next((word for word in words(found) if re.match(r"[@#]\w", word)), None)


def is_address(word: str) -> bool:
    """Return whether a word is an e-mail address, and no name."""
    return _EMAIL.fullmatch(word) is not None


def mentions(found: Sequence[Token], kind: MentionKind) -> list[Mention]:
    """Return the mentions of one kind."""
    return [token for token in found if isinstance(token, Mention) and token.kind is kind]
