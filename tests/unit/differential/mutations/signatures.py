"""Damage to superblobs: to their index, to the heads of their blobs, to the entitlements."""

import re
from random import Random

from tests.unit.differential.mutations.damage import anything, overwrite, renumber

_BLOB = re.compile(rb"\xfa\xde(?:\x0c|\x71|\x0b)")
_ENTITLEMENTS = bytes.fromhex("fade7171")
_SLOTS = (0, 1, 2, 3, 4, 5, 6, 7, 0x1000, 0x10000)


def damaged(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2))):
        way = random.randrange(10)
        if way < 3:
            renumber(changed, 4 * random.randrange(15), 4, random, "big", _SLOTS)
        elif way < 6:
            places = [found.start() for found in _BLOB.finditer(changed)]
            at = random.choice(places or [0]) + 4 * random.randrange(14)
            renumber(changed, at, 4, random, "big")
        elif way < 9:
            overwrite(changed, max(changed.find(_ENTITLEMENTS), 0) + random.randrange(700), random)
        else:
            anything(changed, random)
    return bytes(changed)
