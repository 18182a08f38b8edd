"""macOS apps: a bundle in a zip, a disk image, or anything else that has files by name."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from storage.inspection import apple, icons, macho, mobileprovision, plists
from storage.inspection.archive import Archive, Stream
from storage.inspection.directory import Shape
from storage.inspection.facts import Extension, Facts, Inspection, Kind, Signing
from storage.inspection.package import Package
from storage.inspection.rejection import Ambiguous, PackageRejected
from storage.inspection.text import clean, is_identifier, name_of

MAX_EXTENSIONS = 100

# The app lies at the top, in a folder, or in an Xcode archive, but not inside of another app.
MARK = Shape(
    rb"(?:(?!__MACOSX/)(?![^/\0]*\.app/)[^/\0]+/){0,3}[^/\0]+\.app/Contents/Info\.plist",
    b".app/Contents/Info.plist",
)

_EXTENSIONS = rb"PlugIns/[^/\0]+\.appex/Contents/Info\.plist"
_LOCALIZED = rb"Resources/(?:[^/\0]+\.lproj/InfoPlist\.strings|InfoPlist\.loctable)"


class Files(Protocol):
    """Files by their exact names, as a zip archive or a volume holds them."""

    def __contains__(self, name: bytes) -> bool: ...

    def read(self, name: bytes, limit: int) -> bytes:
        """Return a whole file; raise PackageRejected when it cannot be read or is too large."""

    def stream(self, name: bytes) -> Stream:
        """Begin to read a file from its start; raise PackageRejected when that cannot be."""


def read_zip(package: Package, archive: Archive) -> Inspection:
    """Read a zipped app; raise PackageRejected when there are several, or it cannot be used."""
    root = find_root(archive.search(MARK))
    inside = re.escape(root)
    extensions = archive.search(Shape(inside + _EXTENSIONS, b".appex/Contents/Info.plist"))
    localized = archive.search(Shape(inside + _LOCALIZED, b"InfoPlist."))
    names = apple.localized_names(archive, localized)
    return inspection(package, "app.zip", archive, root, extensions=extensions, names=names)


def find_root(plists_found: Sequence[bytes]) -> bytes:
    """Return the folder `<Name>.app/Contents/` of the only app; raise PackageRejected for more."""
    found = dict.fromkeys(plists_found)
    if len(found) > 1:
        raise PackageRejected("There are several apps in it, and only one can be released.")
    return next(iter(found)).removesuffix(b"Info.plist")


def inspection(
    package: Package,
    kind: Kind,
    files: Files,
    root: bytes,
    *,
    extensions: Sequence[bytes] = (),
    names: dict[str, str] | None = None,
) -> Inspection:
    """Make the sheet of the app whose `Contents/` is *root*."""
    notes: list[str] = []
    data = files.read(root + b"Info.plist", plists.MAX_BYTES)
    plist = plists.load(data, "The app's Info.plist")
    bundle_id = apple.bundle_id(plist)
    slices, icon = _slices(files, root, plist, notes), _icon(files, root, plist, notes)
    facts = Facts(
        platform="macos",
        kind=kind,
        bundle_id=bundle_id,
        name=apple.name(plist),
        localized_names=names or {},
        version=apple.version(plist),
        build=apple.build(plist),
        min_os=clean(plist.get("LSMinimumSystemVersion"), 32),
        icon=icon is not None,
        signing=_signing(files, root, notes),
        architectures=tuple(part.architecture for part in slices),
        uuids=tuple(part.uuid for part in slices),
        encrypted=any(part.encrypted for part in slices) if slices else None,
        extensions=tuple(_extensions(files, extensions, notes)),
        **package.measured,
    )
    return Inspection(facts=facts, icon=icon, notes=tuple(notes))


def _signing(files: Files, root: bytes, notes: list[str]) -> Signing:
    path = root + b"embedded.provisionprofile"
    if path not in files:
        # Most apps of a Developer ID carry no profile: the seal shows that they are signed.
        return Signing(signed=root + b"_CodeSignature/CodeResources" in files)
    try:
        return mobileprovision.read(files.read(path, mobileprovision.MAX_BYTES)).signing()
    except PackageRejected as reason:
        notes.append(f"The provisioning profile is unreadable: {reason}")
        return Signing(signed=True, profile_unreadable=True)


def _slices(
    files: Files, root: bytes, plist: dict[str, Any], notes: list[str]
) -> list[macho.Slice]:
    paths = [root + b"MacOS/" + name for name in apple.executables(plist)]
    path = next((path for path in paths if path in files), None)
    if path is None:
        notes.append("The app has no executable.")
        return []
    try:
        return macho.read_slices(files.stream(path).read)
    except PackageRejected as reason:
        notes.append(f"The app's executable is unreadable: {reason}")
        return []


def _icon(files: Files, root: bytes, plist: dict[str, Any], notes: list[str]) -> bytes | None:
    named = plists.text(plist, "CFBundleIconFile") or ""
    if not named or "/" in named:
        return None
    plain = root + b"Resources/" + named.removesuffix(".icns").encode("utf-8", "replace")
    for path in (plain + b".icns", plain):
        if path in files:
            try:
                return icons.draw(files.read(path, icons.MAX_BYTES))
            except (PackageRejected, Ambiguous) as reason:
                notes.append(f"An icon was left out: {reason}")
    return None


def _extensions(files: Files, paths: Sequence[bytes], notes: list[str]) -> Iterator[Extension]:
    for path in paths[:MAX_EXTENSIONS]:
        try:
            data = files.read(path, plists.MAX_BYTES)
            plist = plists.load(data, "An extension's Info.plist")
        except PackageRejected as reason:
            notes.append(str(reason))
            continue
        named = plist.get("CFBundleIdentifier")
        point = plists.branch(plist, "NSExtension").get("NSExtensionPointIdentifier")
        yield Extension(
            kind="extension",
            path=name_of(path.removesuffix(b"/Contents/Info.plist"), 1024),
            bundle_id=named if is_identifier(named) else None,
            name=apple.name(plist),
            version=apple.version(plist),
            build=apple.build(plist),
            point=clean(point),
        )
