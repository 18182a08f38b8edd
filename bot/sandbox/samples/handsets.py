"""The phones and tablets of the people of Harbour Labs, each with a UDID of its own."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bot.sandbox.samples.identities import old_device_id

#: The build of the system that all of them run, iOS 18.1.
SYSTEM: Final = "22B83"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handset:
    """
    A device of Apple's.

    `name` is what its owner calls it; `model` Apple's identifier, such as `iPhone14,5`, and
    `product` what that is sold as. `chip` is its number in hexadecimal, with which the `udid`
    begins since 2018.
    """

    name: str
    model: str
    product: str
    chip: str
    udid: str
    device_class: str = "IPHONE"


def _handset(owner: str, model: str, product: str, chip: str) -> Handset:
    name = f"{owner}'s {product}"
    # Behind the chip stands a number of the device that never fills its sixteen digits.
    number = hashlib.sha256(name.encode()).hexdigest()[:12].upper()
    return Handset(
        name=name, model=model, product=product, chip=chip, udid=f"0000{chip}-00{number}1E"
    )


BOBS_OLD: Final = _handset("Bob", "iPhone11,2", "iPhone XS", "8020")
BOBS_NEW: Final = _handset("Bob", "iPhone14,5", "iPhone 13", "8110")
DEES: Final = _handset("Dee", "iPhone15,4", "iPhone 15", "8120")
CIDS: Final = _handset("Cid", "iPhone17,3", "iPhone 16", "8140")
EVES: Final = _handset("Eve", "iPhone13,1", "iPhone 12 mini", "8101")
ANNS: Final = Handset(
    name="Ann's iPad",
    model="iPad7,5",
    product="iPad (6th generation)",
    chip="8010",
    udid=old_device_id(3),
    device_class="IPAD",
)

#: What is registered at Apple from the beginning, and what the newest builds are made for as well.
REGISTERED: Final[Sequence[Handset]] = (BOBS_OLD, DEES, ANNS)
JOINED: Final[Sequence[Handset]] = (CIDS,)

#: Whose each is, by first name, with the newest last.
HANDSETS: Final[Mapping[str, Sequence[Handset]]] = MappingProxyType(
    {"Ann": (ANNS,), "Bob": (BOBS_OLD, BOBS_NEW), "Cid": (CIDS,), "Dee": (DEES,), "Eve": (EVES,)}
)


def handset_of(udid: str) -> Handset:
    """Return the handset with this UDID. Raise LookupError."""
    return {one.udid: one for owned in HANDSETS.values() for one in owned}[udid]
