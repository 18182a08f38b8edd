"""Small changes to any bytes."""

from collections.abc import Sequence
from random import Random
from typing import Literal

_ODD = (0, 1, 2, 3, 8, 0x10, 0x7F, 0x80, 0xFF, 0x1000, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
_INSERTED = (b"\0", b"PK", b"PK\5\6" + bytes(18), b"\xff" * 8)
_CHARACTERS = (*b'<>/&"\0 0A', 0x7F, 0x80, 0xFF)


def renumber(
    data: bytearray,
    at: int,
    width: int,
    random: Random,
    order: Literal["little", "big"] = "little",
    more: Sequence[int] = (),
) -> None:
    """Write another number: a near one, one bit away, an odd one, or about the file's size."""
    if at + width > len(data):
        return
    was = int.from_bytes(data[at : at + width], order)
    number = random.choice(
        (
            was + random.choice((-8, -4, -1, 1, 4, 8)),
            was ^ 1 << random.randrange(8 * width),
            random.choice((*_ODD, *more)),
            len(data) + random.choice((-1, 0, 1)),
        )
    )
    data[at : at + width] = (number % (1 << 8 * width)).to_bytes(width, order)


def overwrite(data: bytearray, at: int, random: Random, values: Sequence[int] = ()) -> None:
    """Write one byte, of *values* if there are some, else one that means something in a text."""
    if at < len(data):
        data[at] = random.choice(values or _CHARACTERS)


def anything(data: bytearray, random: Random) -> None:
    """Flip a bit, cut a range out, have one twice, put one in, or end the file earlier."""
    if not data:
        return
    at, length = random.randrange(len(data)), random.choice((1, 2, 4, 8, 64, 1_000, 20_000))
    match random.randrange(5):
        case 0:
            data[at] ^= 1 << random.randrange(8)
        case 1:
            del data[at : at + length]
        case 2:
            data[at:at] = data[at : at + length]
        case 3:
            data[at:at] = random.choice(_INSERTED)
        case _:
            del data[-length:]
