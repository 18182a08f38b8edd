"""What people send for a UDID and is none: which other number of a device it looks like."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from provisioning.devices.udids import SHOWN, Udid, read_udid


class Likeness(StrEnum):
    """What something that is no UDID looks like; the code by which a door words it."""

    #: A UDID whose dash was lost; the corrected one is offered, never taken silently.
    DASHLESS = "dashless"
    #: The shape of a UDID, with letters that are no hexadecimal digits.
    NOT_HEX = "not_hex"
    #: The shape of a UDID, too short or too long.
    LENGTH = "length"
    #: A UUID: of a simulator, of Xcode or of an app; on a Mac it may be the Hardware UUID.
    UUID = "uuid"
    SERIAL = "serial"
    IMEI = "imei"
    MEID = "meid"
    ICCID = "iccid"
    EID = "eid"
    ECID = "ecid"
    MAC = "mac"
    MODEL_NUMBER = "model_number"
    SIMULATOR = "simulator"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike:
    """
    Something that is no UDID.

    `tail` is its end, enough for whoever sent it to know which one is meant; `data` is what the
    words about it need (`digits`, `wanted`). `offered` is the UDID that it would be when put right,
    for a person to confirm.
    """

    likeness: Likeness
    tail: str
    data: dict[str, Any] = field(default_factory=dict)
    offered: Udid | None = None


_HEX: Final = re.compile(r"[0-9A-Fa-f]+")
_SHAPE: Final = re.compile(r"[0-9A-Za-z]{8}-[0-9A-Za-z]{16}|[0-9A-Za-z]{40}")
_NEARLY: Final = re.compile(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{8,24}|[0-9A-Fa-f]{34,46}")
_BARE_UUID: Final = re.compile(r"[0-9A-Fa-f]{32}")
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_MAC: Final = re.compile(r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}")
_ECID: Final = re.compile(r"0[xX][0-9A-Fa-f]{8,16}|[0-9A-Fa-f]{13,16}|[0-9]{17}")
_SERIAL: Final = re.compile(r"(?=.*[0-9])(?=.*[A-Z])[0-9A-Z]{10,12}")
_MODEL_NUMBER: Final = re.compile(r"A[0-9]{4}|(?=.*[0-9])[FMNP][0-9A-Z]{4}(?:[A-Z]{1,2}(?:/A)?)?")
_SIMULATORS: Final = frozenset({"i386", "x86_64"})
_LONG: Final = 40
_BEHIND_THE_DASH: Final = 16
_DASHLESS: Final = 24
_CHIP: Final = 8


def judge(text: str, *, mac: bool = False) -> Udid | Lookalike:
    """Tell what *text*, with nothing around it, is. What is no UDID is never put right silently."""
    found = read_udid(text, mac=mac)
    return found if found is not None else _likeness(text)


def dashless(text: str) -> Lookalike:
    """Return what to say of 24 digits that lack the dash."""
    offered = read_udid(f"{text[:_CHIP]}-{text[_CHIP:]}")
    return Lookalike(likeness=Likeness.DASHLESS, tail=text[-SHOWN:], offered=offered)


def lookalike(likeness: Likeness, text: str, **data: int) -> Lookalike:
    """Return a likeness that shows no more of *text* than its end."""
    letters = "".join(filter(str.isalnum, text))
    # The end of something short would be most of it.
    tail = letters[-SHOWN:] if len(letters) > 2 * SHOWN else ""
    return Lookalike(likeness=likeness, tail=tail, data=data)


def _likeness(text: str) -> Lookalike:
    if _HEX.fullmatch(text) and len(text) == _DASHLESS:
        return dashless(text)
    if _SHAPE.fullmatch(text) and any(letter.isdigit() for letter in text):
        return lookalike(Likeness.NOT_HEX, text)
    if _NEARLY.fullmatch(text):
        chip, dash, rest = text.partition("-")
        if dash:
            return lookalike(Likeness.LENGTH, text, digits=len(rest), wanted=_BEHIND_THE_DASH)
        return lookalike(Likeness.LENGTH, text, digits=len(chip), wanted=_LONG)
    return lookalike(
        next((likeness for likeness, holds in _RULES if holds(text)), Likeness.UNKNOWN), text
    )


def _has_luhn(text: str) -> bool:
    """Tell whether the last digit is the check digit of those before it, as of an IMEI's."""
    total = 0
    for place, digit in enumerate(reversed(text)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004  the sum of its two digits
    return total % 10 == 0


def _is_decimal(text: str, *lengths: int) -> bool:
    return len(text) in lengths and text.isascii() and text.isdecimal()


#: The first that holds is it: what is exact stands before what many things could be.
_RULES: Final[tuple[tuple[Likeness, Callable[[str], object]], ...]] = (
    (Likeness.SIMULATOR, lambda text: text in _SIMULATORS),
    (Likeness.UUID, _UUID.fullmatch),
    (Likeness.MAC, _MAC.fullmatch),
    (Likeness.EID, lambda text: _is_decimal(text, 32)),
    (Likeness.UUID, _BARE_UUID.fullmatch),
    (Likeness.ICCID, lambda text: text.startswith("89") and _is_decimal(text.rstrip("Ff"), 19, 20)),
    (Likeness.IMEI, lambda text: _is_decimal(text, 15) and _has_luhn(text)),
    (Likeness.MEID, lambda text: len(text) == 14 and _HEX.fullmatch(text)),  # noqa: PLR2004
    (Likeness.ECID, _ECID.fullmatch),
    (Likeness.MODEL_NUMBER, _MODEL_NUMBER.fullmatch),
    (Likeness.SERIAL, _SERIAL.fullmatch),
)
