"""From a file to its fact sheet: recognised by what it holds, never by its name."""

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from storage.inspection import (
    aab,
    allowance,
    apk,
    appinstaller,
    compound,
    dmg,
    ipa,
    macapp,
    msi,
    pe,
    pkg,
    profile,
    splits,
    symbols,
    tarball,
    windows,
    wrapped,
    xar,
)
from storage.inspection.archive import Archive
from storage.inspection.digests import Hashes, digests
from storage.inspection.directory import DOT, Shape
from storage.inspection.facts import Inspection
from storage.inspection.package import Package
from storage.inspection.rejection import (
    Ambiguous,
    BrokenArchive,
    Exhausted,
    NotAPackage,
    PackageRejected,
    Unseen,
)
from storage.inspection.source import Glimpse, Source, Window

logger = logging.getLogger(__name__)

_HEAD = 64 << 10
_TEXT_HEAD = 4096

Reader = Callable[[Package, Archive], Inspection]

# What a zip archive is, by what lies in it; the first that fits counts.
_MARKS: tuple[tuple[Shape, Reader], ...] = (
    (apk.MARK, apk.read),
    (aab.MARK, aab.read),
    (splits.APKS_MARK, splits.read_apks),
    (ipa.MARK, ipa.read),
    (splits.XAPK_MARK, splits.read_xapk),
    (splits.LOOSE_MARK, splits.read_loose),
    (macapp.MARK, macapp.read_zip),
    (windows.BUNDLE_MARK, windows.read_bundle),
    (windows.PACKAGE_MARK, windows.read_package),
    (windows.PACKED_MARK, windows.read_headless),
    (symbols.DSYM_MARK, symbols.read_dsym),
    (symbols.MAPPING_MARK, symbols.read_mapping),
    (windows.UPLOAD_MARK, windows.read_upload),
)


# What is installed as it is, by systems that look for a name and not for a path that leads to it.
_EXACT: frozenset[Reader] = frozenset(
    {apk.read, aab.read, windows.read_bundle, windows.read_package}
)
_DOTTED_NOTE = (
    "The names in the archive begin with “./”: pack the app again without that when a phone "
    "refuses it, or before it is signed anew."
)
_DOTTED = Shape(rb"(?s:\./.+)", DOT)

# An app for iOS as it lies on a Mac's disk: phones install it from an IPA only.
_BARE_APP = Shape(rb"(?:[^/\0]+/){0,6}[^/\0]+\.app/Info\.plist", b".app/Info.plist")
_PHONE_APP = Shape(rb"Payload/[^/\0]+\.app/Info\.plist", b".app/Info.plist")

# What is made beside a build, in one go, and zipped with it: there the build is what is meant.
_BESIDE: frozenset[Reader] = frozenset({symbols.read_dsym, symbols.read_mapping})


def inspect(path: Path, hashes: Hashes | None = None, name: str | None = None) -> Inspection:
    """
    Read the package at *path*, which nobody may be writing to.

    Digests are made when they are not given, which takes seconds for a gigabyte. *name* is what
    the sender calls the file. Raise PackageRejected with a sentence for people, NotAPackage when
    the file is of no kind that we know, Wrapped when it is a zip with one build in it, OSError when
    it cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        source = Window(descriptor, 0, os.fstat(descriptor).st_size)
        found = hashes or digests(descriptor)
        return read(Package(source=source, name=name or path.name, hashes=found))
    finally:
        os.close(descriptor)


def read(package: Package) -> Inspection:
    """
    Read a package that is open already; raise PackageRejected with a sentence, nothing else.

    Everything that goes wrong in a reader, foreseen or not, becomes one refusal here.
    """
    try:
        with allowance.opened():
            return _read_by_content(package)
    except PackageRejected:
        raise
    except (Ambiguous, Exhausted) as reason:
        raise PackageRejected(str(reason)) from reason
    except MemoryError as error:
        raise PackageRejected("Reading the file takes more memory than it may.") from error
    except Exception as error:
        # Refusing is right, and yet a reader should have known this kind of damage.
        logger.warning("A reader stumbled over a file.", exc_info=True)
        raise PackageRejected("The file is damaged in a way that cannot be read.") from error


def _read_by_content(package: Package) -> Inspection:
    source = package.source
    if dmg.is_dmg(source):
        return dmg.read(package)
    head = source.read(0, min(source.size, _HEAD))
    for magic, reader in ((xar.MAGIC, pkg.read), (compound.MAGIC, msi.read), (pe.MAGIC, pe.read)):
        if head.startswith(magic):
            return reader(package)
    if profile.is_signed_data(head):
        return profile.read(package, source)
    if appinstaller.is_document(head[:_TEXT_HEAD]):
        return appinstaller.read(package, source)
    if symbols.is_mapping(head):
        return symbols.read_plain_mapping(package, source)
    if tarball.is_packed(head):
        raise tarball.refuse(source, package.name)
    return _read_archive(package, _opened(source, head))


def _opened(source: Source, head: bytes) -> Archive:
    """Open a zip archive; what does not even begin as one is no broken package, but none."""
    try:
        return Archive.open(source)
    except PackageRejected as reason:
        if head.startswith(b"PK"):
            raise BrokenArchive(str(reason)) from reason
        raise NotAPackage(str(reason)) from reason


def _read_archive(package: Package, archive: Archive) -> Inspection:
    reader = _reader_of(archive)
    notes: tuple[str, ...] = ()
    if reader is None and archive.search(_DOTTED):
        archive, notes = archive.as_dotted(), (_DOTTED_NOTE,)
        reader = _reader_of(archive)
        if reader in _EXACT:
            raise PackageRejected(
                "The names in the archive begin with “./”, under which no device finds them: "
                "pack the app again without that."
            )
    if _gives_way(reader, archive, package.name) and (builds := wrapped.builds_in(archive)):
        raise wrapped.take(archive, builds)
    if reader is None:
        raise _nothing(archive)
    found = reader(package, archive)
    return replace(found, notes=(*found.notes, *notes))


def glance(source: Source, name: str) -> bool | None:
    """
    Return whether a file has to do with builds; None when the part that is here does not tell.

    *source* has its end for a zip, its beginning for other archives. Raise PackageRejected with a
    sentence when it can be refused already.
    """
    try:
        with allowance.opened():
            return _glance(source, name)
    except NotAPackage:
        return False
    except Unseen:
        return None
    except PackageRejected:
        raise
    except Exception:
        # Whoever reads all of it will say what is wrong with it.
        logger.info("A glance did not help.", exc_info=True)
        return None


def _glance(source: Source, name: str) -> bool:
    if isinstance(source, Glimpse) and source.start == 0 and tarball.is_packed(source.data):
        raise tarball.refuse(source.part(0, len(source.data)), name)
    try:
        archive = Archive.open(source)
    except PackageRejected as reason:
        raise Unseen from reason
    if archive.directory.shift:
        raise Unseen  # Something else stands in front, and counts.
    reader = _reader_of(archive) or _reader_of(archive.as_dotted())
    if _gives_way(reader, archive, name) and (builds := wrapped.builds_in(archive)):
        wrapped.the_only(archive, builds)
    elif reader is None:
        raise _nothing(archive)
    return True


def _nothing(archive: Archive) -> PackageRejected:
    """Return why an archive is no build: the folder of an app is at least meant as one."""
    if archive.search(_BARE_APP):
        return PackageRejected(tarball.FOLDER_OF_APP)
    return NotAPackage("There is no app in it.")


def _gives_way(reader: Reader | None, archive: Archive, name: str) -> bool:
    """Tell whether a build that lies in the archive is what is meant, and not what it is itself."""
    if reader is windows.read_upload:
        return name.lower().endswith(".zip")
    if reader is ipa.read:
        return not archive.search(_PHONE_APP)
    return reader is None or reader in _BESIDE


def _reader_of(archive: Archive) -> Reader | None:
    return next(
        (reader for mark, reader in _MARKS if archive.search(mark) and _means_it(reader, archive)),
        None,
    )


def _means_it(reader: Reader, archive: Archive) -> bool:
    """Look closer where a name alone says little."""
    if reader is apk.read:
        return not symbols.manifest_is_beside_mapping(archive)
    if reader is splits.read_loose:
        return splits.is_loose(archive)
    return reader is not splits.read_xapk or splits.is_xapk(archive)
