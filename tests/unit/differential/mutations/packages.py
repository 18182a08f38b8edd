"""Damage to zip archives: to their records mostly, to names, now and then to anything."""

import re
from random import Random

from tests.unit.differential.mutations.damage import anything, overwrite, renumber

_RECORD = re.compile(rb"PK(?:\x01\x02|\x03\x04|\x05\x06|\x06\x06|\x06\x07)")
_CENTRAL = b"PK\x01\x02"
# Offset and width of the numbers in each record, some of them overlapping, and of a name's start.
_FIELDS = {
    b"PK\x03\x04": ((0, 4), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2), (30, 1)),
    _CENTRAL: (
        *((0, 4), (4, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2)),
        *((32, 2), (38, 4), (42, 4), (46, 1), (47, 1), (48, 4)),
    ),
    b"PK\x05\x06": ((0, 4), (4, 2), (6, 2), (8, 2), (10, 2), (8, 4), (12, 4), (16, 4), (20, 2)),
    b"PK\x06\x06": ((0, 4), (4, 8), (16, 4), (20, 4), (24, 8), (32, 8), (40, 8), (48, 8)),
    b"PK\x06\x07": ((0, 4), (4, 4), (8, 8), (16, 4)),
}


def damaged(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        way = random.randrange(10)
        if way < 6:
            _renumber(changed, random)
        elif way == 6:
            _rename(changed, random)
        else:
            anything(changed, random)
    return bytes(changed)


def _renumber(changed: bytearray, random: Random) -> None:
    places = _places(changed)
    if random.randrange(3) == 0:
        places = places[-4:]
    if places:
        at = random.choice(places)
        offset, width = random.choice(_FIELDS[bytes(changed[at : at + 4])])
        renumber(changed, at + offset, width, random)


def _rename(changed: bytearray, random: Random) -> None:
    """Write one byte of an entry's name, in both of its headers or in one."""
    places = [at for at in _places(changed) if changed[at : at + 4] == _CENTRAL]
    if not places:
        return
    at = random.choice(places)
    length = int.from_bytes(changed[at + 28 : at + 30], "little")
    local = int.from_bytes(changed[at + 42 : at + 46], "little")
    if length:
        inside, written = random.randrange(length), (random.choice(b"/\\.:\0\xff\xc3ab\x1b"),)
        overwrite(changed, at + 46 + inside, random, written)
        if random.randrange(3):
            overwrite(changed, local + 30 + inside, random, written)


def _places(changed: bytearray) -> list[int]:
    return [found.start() for found in _RECORD.finditer(changed)]
