"""Finding UDIDs in what people write: a message, a line from Finder or Xcode, part of a file."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from provisioning.devices.lookalikes import Likeness, Lookalike, dashless, judge, lookalike
from provisioning.devices.udids import Udid

#: Text behind this many characters is not looked at; a list as long as that is a file.
MOST_TEXT: Final = 64 << 10
#: So many things that are no UDID are named.
MOST_LOOKALIKES: Final = 20

#: Dashes that phones and word processors put for a hyphen.
_DASHES: Final = dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D), "-")
#: What takes no room: joiners, marks of direction, soft hyphens, the mark of byte order.
_INVISIBLE: Final = dict.fromkeys(
    (0x00AD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF)
)
_CLEAN: Final = {**_DASHES, **_INVISIBLE, 0x00A0: " "}

_WORD: Final = re.compile(r"[^\W_]+(?:-+[^\W_]+)*")
_MODEL: Final = re.compile(
    r"(?<![^\W_])(?:iPhone|iPad|iPod|Watch|AppleTV|RealityDevice|MacBook(?:Pro|Air)|Macmini|Mac"
    r"|iMac)[0-9]{1,2},[0-9]{1,2}(?![^\W_])"
)
_MAC: Final = re.compile(r"(?<![\w:])[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}(?![\w:])")
#: An IMEI in groups, as Settings and boxes have it.
_GROUPED: Final = re.compile(r"(?<!\w)[0-9]{2}[ -][0-9]{6}[ -][0-9]{6}[ -][0-9](?!\w)")
_ORDER: Final = re.compile(r"(?<!\w)[FMNP][0-9A-Z]{4}[A-Z]{1,2}/A(?!\w)")
_SIMULATOR: Final = re.compile(r"(?<!\w)(?:x86_64|i386)(?!\w)")
_GAP: Final = re.compile(r"[\s-]{1,3}")
_CHIP: Final = re.compile(r"[0-9A-Fa-f]{8}")
_NUMBER: Final = re.compile(r"[0-9A-Fa-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundUdids:
    """
    What was found in a text: each UDID once, in the order they were written.

    `models` are the model identifiers beside them (`iPhone14,5`); `cut` says that the text was too
    long to be looked at wholly.
    """

    udids: tuple[Udid, ...]
    lookalikes: tuple[Lookalike, ...]
    models: tuple[str, ...]
    cut: bool


def cleaned(text: str) -> str:
    """Return *text* with plain dashes and spaces, and without what nobody sees."""
    return text.translate(_CLEAN).strip()


def find(text: str, *, mac: bool = False) -> FoundUdids:
    """
    Find the UDIDs in *text*, and what else looks like a number of a device. Take linear time.

    With *mac* a UUID is the Hardware UUID of a Mac; without, it names something else.
    """
    looked_at = _beginning(text)
    plain = cleaned(looked_at)
    models = tuple(dict.fromkeys(_MODEL.findall(plain)))
    plain, others = _set_apart(_MODEL.sub(_blank, plain))
    udids: dict[Udid, None] = {}
    for verdict in _judged(plain, mac=mac):
        if isinstance(verdict, Udid):
            udids[verdict] = None
        elif len(others) < MOST_LOOKALIKES and verdict not in others:
            others.append(verdict)
    return FoundUdids(
        udids=tuple(udids),
        lookalikes=tuple(others),
        models=models,
        cut=len(looked_at) < len(text),
    )


def _beginning(text: str) -> str:
    """Return what is looked at of *text*, cut between two words."""
    if len(text) <= MOST_TEXT:
        return text
    head = text[:MOST_TEXT]
    return head[: max(head.rfind(" "), head.rfind("\n"), 0)]


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


#: What is told by more than letters and digits, so that words alone would not show it.
_APART: Final = (
    (Likeness.MAC, _MAC),
    (Likeness.IMEI, _GROUPED),
    (Likeness.MODEL_NUMBER, _ORDER),
    (Likeness.SIMULATOR, _SIMULATOR),
)


def _set_apart(text: str) -> tuple[str, list[Lookalike]]:
    """Return *text* without what is of several words, and what that looks like."""
    found: list[Lookalike] = []
    for likeness, pattern in _APART:
        for match in pattern.finditer(text):
            item = lookalike(likeness, match[0])
            if len(found) < MOST_LOOKALIKES and item not in found:
                found.append(item)
        text = pattern.sub(_blank, text)
    return text, found


def _judged(text: str, *, mac: bool) -> Iterator[Udid | Lookalike]:
    words = [match for match in _WORD.finditer(text) if not _is_phone_number(text, match)]
    halves = _halves(text, words)
    for place, word in enumerate(words):
        if place in halves:
            yield dashless(word[0] + words[place + 1][0])
        elif place - 1 not in halves:
            verdict = _judge_word(word[0], alone=len(words) == 1, mac=mac)
            if verdict is not None:
                yield verdict


def _is_phone_number(text: str, word: re.Match[str]) -> bool:
    return text[max(word.start() - 1, 0) : word.start()] == "+"


def _halves(text: str, words: Sequence[re.Match[str]]) -> set[int]:
    """Return the places of the words that are, with the next, a UDID torn at its dash."""
    return {
        place
        for place, (first, second) in enumerate(pairwise(words))
        if _CHIP.fullmatch(first[0])
        and _NUMBER.fullmatch(second[0])
        and _GAP.fullmatch(text, first.end(), second.start())
    }


def _judge_word(word: str, *, alone: bool, mac: bool) -> Udid | Lookalike | None:
    verdict = judge(word, mac=mac)
    if isinstance(verdict, Udid) or verdict.likeness is not Likeness.UNKNOWN:
        return verdict
    # Lower case is how prose is written: only what stands alone may be a serial number in it.
    verdict = judge(word.upper(), mac=mac) if alone else verdict
    known = isinstance(verdict, Lookalike) and verdict.likeness is not Likeness.UNKNOWN
    return verdict if known else None
