"""From a file to its fact sheet."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from storage.inspection import apk, ipa
from storage.inspection.archive import Archive
from storage.inspection.facts import Hashes, Inspection
from storage.inspection.package import Package
from storage.inspection.rejection import NotAPackage, PackageRejected
from storage.inspection.source import Window

_CHUNK = 1 << 20

Reader = Callable[[Package, Archive], Inspection]


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
        return _read(Package(source=source, name=name or path.name, hashes=found))
    finally:
        os.close(descriptor)


def _read(package: Package) -> Inspection:
    """Turn everything that goes wrong in a reader into one refusal."""
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
    if apk.MANIFEST in archive:
        return apk.read(package, archive)
    if ipa.is_ipa(archive):
        return ipa.read(package, archive)
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
