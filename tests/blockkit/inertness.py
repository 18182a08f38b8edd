"""Whether names that are made to break a message lie still in it."""

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.slack.kit.mrkdwn import holds_stand_ins

#: A name that would ring for everybody, lead elsewhere and be drawn in every style there is.
EVIL = "<!channel>&<@U1> `x` *evilb* _evili_ ~evils~ <http://e.io|a>"

_ACTS = re.compile(
    r"<!channel>|<!here>|<@U1>|<@UEVIL|<https://evil\.example|<http://e\.io"
    r"|[*_~]evil[bis]|evil[bis][*_~]"
)
_CODE = re.compile(r"`[^`\n]+`")


def acting(value: object) -> list[str]:
    """Return the texts of a payload in which Slack would read markup of a stranger's."""
    found = [text for text in marked(value) if _ACTS.search(_CODE.sub(_bare, text))]
    return found + [text for text in strings(value) if holds_stand_ins(text)]


def _bare(code: re.Match[str]) -> str:
    """Return code without the signs that mean nothing in it."""
    return re.sub("[*_~]", "", code[0])


def marked(value: object) -> Iterator[str]:
    """Yield the texts that Slack reads as mrkdwn."""
    if isinstance(value, Mapping):
        if value.get("type") == "mrkdwn":
            yield str(value.get("text"))
        for part in value.values():
            yield from marked(part)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for part in value:
            yield from marked(part)


def strings(value: object) -> Iterator[str]:
    """Yield every string there is."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, Sequence):
        for part in value:
            yield from strings(part)
