"""What must be seen in two answers for their difference to be one that is meant."""

import re
import unicodedata

from storage.inspection import plists
from storage.inspection.text import clean
from tests.unit.differential.words import Line, Listing

_MOST_CONTENT = 32 << 30
_LOCAL_HEADER = 30
_METHODS = frozenset({0, 8})
_UDID = re.compile(r"[0-9A-Za-z-]{1,64}")
_MOST_PLATFORMS = 16
_MOST_CERTIFICATES = 1000


def leaves_the_archive(line: Line) -> bool:
    name = line.name
    is_rooted = name.startswith(b"/") or b":" in name[:2]
    return is_rooted or b".." in name.split(b"/") or b"\\" in name or b"\0" in name


def is_no_text(line: Line) -> bool:
    try:
        line.name.decode()
    except UnicodeDecodeError:
        return True
    return False


def has_no_name(line: Line) -> bool:
    return not line.name


def is_packed_strangely(line: Line) -> bool:
    return line.encrypted or line.method not in _METHODS


def holds_two_spellings(listing: Listing) -> bool:
    names = {line.name for line in listing.lines}
    spelled = {unicodedata.normalize("NFC", name.decode("utf-8", "replace")) for name in names}
    return len({name.rstrip("/") for name in spelled}) < len(names)


def overlaps(listing: Listing) -> bool:
    following = listing.start
    for line in sorted(listing.lines, key=lambda line: line.offset, reverse=True):
        if line.offset + _LOCAL_HEADER + line.packed > following:
            return True
        following = line.offset
    return False


def unpacks_to_too_much(listing: Listing) -> bool:
    return sum(line.size for line in listing.lines) > _MOST_CONTENT


def is_cleaned(limit: int, mine: object, theirs: object) -> bool:
    return mine == clean(theirs, limit)


def are_cleaned(mine: object, theirs: object) -> bool:
    listed = theirs if isinstance(theirs, tuple) else ()
    named = (clean(name, 32) for name in listed[:_MOST_PLATFORMS])
    return mine == tuple(name for name in named if name)


def are_udids(mine: object, theirs: object) -> bool:
    listed = theirs if isinstance(theirs, frozenset) else frozenset()
    return mine == {device for device in listed if _UDID.fullmatch(device)}


def are_the_first(mine: object, theirs: object) -> bool:
    return isinstance(theirs, tuple) and mine == theirs[:_MOST_CERTIFICATES]


def are_json(mine: object, theirs: object) -> bool:
    return isinstance(theirs, dict) and mine == plists.copy(theirs)


def are_kinds_of_a_mac(mine: object, theirs: object) -> bool:
    return (mine, theirs) in {("developer-id", "enterprise"), ("development", "adhoc")}


def is_an_old_platform(mine: object, theirs: object) -> bool:
    return mine in {"macos", "ios", "tvos", "watchos"} and theirs is None
