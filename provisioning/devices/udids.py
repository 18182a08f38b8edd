"""
UDIDs: what one is, how it is spelled, and what it tells.

Three forms are registered at Apple: 40 hexadecimal digits (devices up to 2018), 8-16 of them
(later devices, Macs with Apple silicon), and the Hardware UUID of an older Mac.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: What a person who may not see it whole sees of a UDID.
SHOWN: Final = 4


class UdidForm(StrEnum):
    """How a UDID is written."""

    #: 40 digits, in lower case: iPhones and iPads up to the iPhone X.
    LONG = "long"
    #: 8-16 digits, in upper case: the chip and the number of the device.
    CHIP = "chip"
    #: A UUID, in upper case: Macs with Intel, or before macOS 11.
    UUID = "uuid"


@dataclass(frozen=True, slots=True)
class Udid:
    """
    A UDID as it is kept and registered, in the case of its form.

    As text it is its last four digits only, so that it cannot slip into a log or an error; `value`
    is the whole.
    """

    value: str
    form: UdidForm

    def __repr__(self) -> str:
        return f"Udid({self})"

    def __str__(self) -> str:
        return f"…{self.tail}"

    @property
    def tail(self) -> str:
        """The last four digits."""
        return self.value[-SHOWN:]

    @property
    def chip_id(self) -> int | None:
        """The chip of the device, as Apple numbers them; None where the form does not tell."""
        return int(self.value.partition("-")[0], 16) if self.form is UdidForm.CHIP else None


_FORMS: Final = (
    (UdidForm.LONG, re.compile(r"[0-9A-Fa-f]{40}")),
    (UdidForm.CHIP, re.compile(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{16}")),
    (UdidForm.UUID, re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")),
)


def read_udid(text: str, *, mac: bool = False) -> Udid | None:
    """
    Return the UDID that *text* is, without anything around it; None when it is none.

    A UUID is one of a Mac only: on any other device it names something else.
    """
    form = next((form for form, pattern in _FORMS if pattern.fullmatch(text)), None)
    if form is None or (form is UdidForm.UUID and not mac):
        return None
    return Udid(text.lower() if form is UdidForm.LONG else text.upper(), form)
