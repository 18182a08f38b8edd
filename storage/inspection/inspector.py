"""From a file to its fact sheet."""

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

from storage.inspection import aab, apk, ipa, splits
from storage.inspection.archive import Archive
from storage.inspection.facts import Hashes, Inspection
from storage.inspection.package import Package
from storage.inspection.rejection import NotAPackage, PackageRejected
from storage.inspection.source import Window

_CHUNK = 1 << 20

Reader = Callable[[Package, Archive], Inspection]

# What a zip archive is, by what lies in it; the first that fits counts.
_MARKS: tuple[tuple[bytes, Reader], ...] = (
    (re.escape(apk.MANIFEST), apk.read),
    (re.escape(aab.MANIFEST), aab.read),
    (splits.APKS_MARK, splits.read_apks),
    (ipa.MARK, ipa.read),
    (splits.XAPK_MARK, splits.read_xapk),
)


def inspect(path: Path, hashes: Hashes | None = None, name: str | None = None) -> Inspection:
    """
    Read the package at *path*, which nobody may be writing to.

    Digests are made when they are not given, which takes seconds for a gigabyte. *name* is what
    the sender calls the file. Raise PackageRejected with a sentence for people, NotAPackage when
    the file is of no kind that we know, OSError when it cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        source = Window(descriptor, 0, os.fstat(descriptor).st_size)
        found = hashes or _digests(descriptor)
        return read(Package(source=source, name=name or path.name, hashes=found))
    finally:
        os.close(descriptor)


def read(package: Package) -> Inspection:
    """
    Read a package that is open already; raise PackageRejected with a sentence, nothing else.

    Everything that goes wrong in a reader, foreseen or not, becomes one refusal here.
    """
    try:
        return _read_by_content(package)
    except PackageRejected:
        raise
    except MemoryError as error:
        raise PackageRejected("Reading the file takes more memory than it may.") from error
    except Exception as error:
        raise PackageRejected("The file is damaged in a way that cannot be read.") from error


def _read_by_content(package: Package) -> Inspection:
    archive = Archive.open(package.source)
    # One search for all that tells kinds apart: each costs milliseconds in a large archive.
    names = archive.search(b"|".join(mark for mark, _ in _MARKS))
    for mark, reader in _MARKS:
        whole = re.compile(mark)
        if any(whole.fullmatch(name) for name in names):
            return reader(package, archive)
    raise NotAPackage("There is no app in it.")


def _digests(descriptor: int) -> Hashes:
    md5 = hashlib.md5(usedforsecurity=False)
    sha1 = hashlib.sha1(usedforsecurity=False)
    sha256 = hashlib.sha256()
    offset = 0
    while chunk := os.pread(descriptor, _CHUNK, offset):
        for digest in (md5, sha1, sha256):
            digest.update(chunk)
        offset += len(chunk)
    return Hashes(md5=md5.hexdigest(), sha1=sha1.hexdigest(), sha256=sha256.hexdigest())
