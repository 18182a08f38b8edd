"""Damage to Mach-O files: to their headers and load commands mostly."""

from random import Random

from tests.unit.differential.mutations.damage import anything, renumber

_FAT = bytes.fromhex("cafebabe")
_SECOND_SLICE = 0x4000
_HEADER = 32
# Those that either library reads.
_COMMANDS = (0x1, 0x19, 0x1B, 0x1D, 0x21, 0x24, 0x25, 0x2C, 0x2F, 0x30, 0x32)
_MOST_COMMANDS = 40


def damaged(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        way = random.randrange(10)
        if way < 2:
            renumber(changed, 4 * random.randrange(15), 4, random)
        elif way < 8:
            start = _SECOND_SLICE if changed[:4] == _FAT else 0
            _recommand(changed, start, random)
        else:
            anything(changed, random)
    return bytes(changed)


def _recommand(changed: bytearray, start: int, random: Random) -> None:
    """Change a load command: its number, its length, one of its words; or have another twice."""
    places = _commands(changed, start)
    if not places:
        return
    at, length = random.choice(places)
    match random.randrange(6):
        case 0:
            changed[at : at + 4] = random.choice(_COMMANDS).to_bytes(4, "little")
        case 1:
            renumber(changed, at + 4, 4, random)
        case 2:
            other, other_length = random.choice(places)
            content = changed[other : other + min(length, other_length)]
            changed[at : at + length] = content.ljust(length, b"\0")
        case _:
            known = [place for place in places if changed[place[0]] in _COMMANDS]
            at, length = random.choice(known or places)
            renumber(changed, at + 4 * random.randrange(length // 4), 4, random)


def _commands(changed: bytearray, start: int) -> list[tuple[int, int]]:
    """Return where the load commands of a slice lie, and how long they are."""
    found = []
    at, count = start + _HEADER, int.from_bytes(changed[start + 16 : start + 20], "little")
    for _ in range(min(count, _MOST_COMMANDS)):
        length = int.from_bytes(changed[at + 4 : at + 8], "little")
        if length < 8 or at + length > len(changed):
            break
        found.append((at, length))
        at += length
    return found
