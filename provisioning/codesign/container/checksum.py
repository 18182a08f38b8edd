"""Joining CRC-32 checksums: that of two parts put together, without reading either again."""

from functools import cache
from typing import Final

_POLYNOMIAL: Final = 0xEDB88320
_BITS: Final = 32


def combine(first: int, second: int, length: int) -> int:
    """Return the CRC-32 of a part with *first* followed by *length* bytes with *second*."""
    power = 3  # The operator for 2**3 zero bits appends one zero byte.
    while length:
        if length & 1:
            first = _times(_zeros(power), first)
        length >>= 1
        power += 1
    return first ^ second


@cache
def _zeros(power: int) -> tuple[int, ...]:
    """Return the matrix over GF(2) that appends 2**power zero bits to a checksum."""
    if power == 0:
        return (_POLYNOMIAL, *(1 << number for number in range(_BITS - 1)))
    half = _zeros(power - 1)
    return tuple(_times(half, column) for column in half)


def _times(matrix: tuple[int, ...], vector: int) -> int:
    result = 0
    for column in matrix:
        if vector & 1:
            result ^= column
        vector >>= 1
        if not vector:
            break
    return result
