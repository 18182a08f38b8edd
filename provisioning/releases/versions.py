"""
Versions: which of two is the newer one, as people who number releases mean it.

What stands between the dots is compared as numbers: 4.10 comes after 4.9, and 4.2 is 4.2.0. What
follows the numbers is a suffix: 4.2-beta comes before 4.2, whatever the suffix says. Of two
suffixes the parts are compared one by one, digits as numbers and before words, words by the
alphabet whatever their case, and fewer parts before more: beta, beta.2, beta.10, rc. A `v` in
front and everything from a `+` on say nothing. A text without any number comes before all others.
"""

import re
from typing import Final, TypeAlias

#: What a version is compared by.
Order: TypeAlias = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]

#: Nobody's version is longer, and what a package says may be.
_LONGEST: Final = 100
_NUMBERS: Final = re.compile(r"\s*[vV]?([0-9]+(?:\.[0-9]+)*)")
_PARTS: Final = re.compile(r"([0-9]+)|([^\W\d_]+)")


def order(text: str) -> Order:
    """Return what a version is sorted by."""
    known = text[:_LONGEST].partition("+")[0]
    found = _NUMBERS.match(known)
    if found is None:
        return (), False, _suffix(known)
    numbers = [int(part) for part in found.group(1).split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    rest = _suffix(known[found.end() :])
    return tuple(numbers), not rest, rest


def is_older(one: str, other: str) -> bool:
    """Return whether a version comes before another one."""
    return order(one) < order(other)


def has_numbers(text: str) -> bool:
    """Return whether *text* begins as a version does."""
    return _NUMBERS.match(text) is not None


def _suffix(text: str) -> tuple[tuple[bool, int, str], ...]:
    return tuple(
        (bool(word), int(digits or 0), word.casefold()) for digits, word in _PARTS.findall(text)
    )
