"""A build that somebody zipped: people do, and so do most continuous integrations."""

import re
from collections.abc import Sequence
from dataclasses import replace

from storage.inspection import symbols
from storage.inspection.archive import Archive
from storage.inspection.endings import base_name, is_build
from storage.inspection.rejection import PackageRejected
from storage.inspection.text import name_of
from storage.inspection.unpacking import Wrapped

#: How many names a sentence has.
_NAMED = 3
#: What macOS lays beside files, and what lies within a program: neither was put there as a build.
_ELSEWHERE = re.compile(
    rb"(?:.*/)?(?:__MACOSX/|\._)|.*\.(?i:app|appex|framework|bundle|xcarchive|dsym)/", re.DOTALL
)
_SYMBOLS = (
    "Symbols lie beside it in the zip and were left out: post those in a zip of their own to have "
    "them kept."
)


def builds_in(archive: Archive) -> list[bytes]:
    """Return the names of what is called a build in an archive, in order, each once."""
    names = dict.fromkeys(archive.directory.names())
    return [name for name in names if _is_build(name)]


def the_only(archive: Archive, builds: Sequence[bytes]) -> bytes:
    """Return the build; raise PackageRejected when there are several, or it cannot be unpacked."""
    if len(builds) > 1:
        shown = ", ".join(base_name(name_of(name)) for name in builds[:_NAMED])
        rest = len(builds) - _NAMED
        more = f" and {rest} more" if rest > 0 else ""
        raise PackageRejected(
            f"There are {len(builds)} builds in it ({shown}{more}): post each by itself, or in a "
            "zip of its own."
        )
    (only,) = builds
    archive.check(only)
    return only


def take(archive: Archive, builds: Sequence[bytes]) -> Wrapped:
    """Return where the only build lies. Raise PackageRejected as `the_only` does."""
    enclosed = archive.enclosed(the_only(archive, builds))
    enclosed.check()
    return Wrapped(replace(enclosed, remark=_SYMBOLS) if _has_symbols(archive) else enclosed)


def _has_symbols(archive: Archive) -> bool:
    return bool(archive.search(symbols.DSYM_MARK) or archive.search(symbols.MAPPING_MARK))


def _is_build(name: bytes) -> bool:
    if name.endswith(b"/") or not is_build(name[-20:].decode("latin-1")):
        return False
    return _ELSEWHERE.match(name) is None
