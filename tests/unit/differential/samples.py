"""What both libraries read: packages, and the programs, signatures and profiles in them."""

import functools
import io
import zipfile
from collections.abc import Mapping, Sequence

from tests.samples import gallery
from tests.unit.differential.comparing import is_profile, is_program

# Disk images and installers are no zips, and code signing has no reader of them. What lies in the
# images is what lies in the zipped apps.
_ENDINGS = (".ipa", ".app.zip", ".dSYM.zip")
_SUPERBLOB = bytes.fromhex("fade0cc0")

Samples = Mapping[str, Sequence[bytes]]
"""Bytes of one kind, by the package that they come from."""

NAMES = tuple(name for name in gallery.exhibits() if name.endswith(_ENDINGS))


@functools.cache
def package(name: str) -> bytes:
    """Write a package of Apple's that is a zip archive."""
    out = io.BytesIO()
    gallery.exhibits()[name](out)
    return out.getvalue()


@functools.cache
def packages() -> Samples:
    return {name: [package(name)] for name in NAMES}


@functools.cache
def programs() -> Samples:
    found = {name: [data for _, data in _entries(name) if is_program(data)] for name in NAMES}
    return {name: data for name, data in found.items() if data}


@functools.cache
def signatures() -> Samples:
    """Return the signatures of programs; of a fat one, that of its last slice."""
    found = {
        name: [data[data.rfind(_SUPERBLOB) :] for data in inside if _SUPERBLOB in data]
        for name, inside in programs().items()
    }
    return {name: data for name, data in found.items() if data}


@functools.cache
def profiles() -> Samples:
    found = {name: [data for path, data in _entries(name) if is_profile(path)] for name in NAMES}
    return {name: data for name, data in found.items() if data}


def _entries(name: str) -> Sequence[tuple[bytes, bytes]]:
    with zipfile.ZipFile(io.BytesIO(package(name))) as archive:
        return [(info.filename.encode(), archive.read(info)) for info in archive.infolist()]
