"""What crash reports are read with: dSYM bundles, and R8's or ProGuard's `mapping.txt`."""

import re
from collections.abc import Iterator

from storage.inspection import android, apple, axml, macho, plists, xmltree
from storage.inspection.archive import Archive
from storage.inspection.directory import Shape
from storage.inspection.facts import Facts, Inspection, Platform
from storage.inspection.package import Package
from storage.inspection.rejection import PackageRejected
from storage.inspection.source import Source
from storage.inspection.text import clean, is_identifier, name_of

MAX_BUNDLES = 1000

_BUNDLE = rb"(?:[^/\0]+/){0,4}[^/\0]+\.(?i:dSYM)/Contents/"
DSYM_MARK = Shape(_BUNDLE + rb"Resources/DWARF/[^/\0]+", b"/Contents/Resources/DWARF/")
MAPPING_MARK = Shape(rb"(?:[^/\0]+/)?mapping\.txt", b"mapping.txt")

_PREFIX = "com.apple.xcode.dsym."
_MANIFEST = b"AndroidManifest.xml"
_MAX_MANIFEST = 1 << 20
_HEAD = 64 << 10
# Comments come first, then a class, its new name, and a colon.
_MAPPED = re.compile(rb"(?m)^[^\s#][^\r\n]* -> [^\s:]+:\s*$")
_MAPPING_ID = re.compile(rb"(?m)^# pg_map_id: ([0-9A-Za-z]{1,64})\s*$")


def read_dsym(package: Package, archive: Archive) -> Inspection:
    """Read the UUIDs of every binary in every dSYM; raise PackageRejected when none is left."""
    notes: list[str] = []
    found: list[tuple[bytes, macho.Slice]] = []
    for name in archive.search(DSYM_MARK)[:MAX_BUNDLES]:
        try:
            found += [(name, part) for part in macho.read_slices(archive.stream(name).read)]
        except PackageRejected as reason:
            notes.append(f"{name_of(name.rpartition(b'/')[2])}: {reason}")
    if not found:
        raise PackageRejected("There are no symbols in it that can be read.")
    # An archive holds the symbols of frameworks too; the app's bundle has the app's ending.
    main = next((name for name, _ in found if b".app.dsym/" in name.lower()), found[0][0])
    slices = [part for _, part in found]
    plist = _info(archive, main, notes)
    facts = Facts(
        platform=_platform(slices),
        kind="dsym",
        bundle_id=_bundle_id(plist),
        name=clean(main.rpartition(b"/")[2].decode("utf-8", "replace")),
        version=apple.version(plist),
        build=apple.build(plist),
        architectures=tuple(part.architecture for part in slices),
        uuids=tuple(part.uuid for part in slices),
        **package.measured,
    )
    return Inspection(facts=facts, notes=tuple(notes))


def _info(archive: Archive, binary: bytes, notes: list[str]) -> dict[str, object]:
    path = binary.rpartition(b"Resources/DWARF/")[0] + b"Info.plist"
    if path not in archive:
        return {}
    try:
        return plists.load(archive.read(path, plists.MAX_BYTES), "The symbols' Info.plist")
    except PackageRejected as reason:
        notes.append(str(reason))
        return {}


def _bundle_id(plist: dict[str, object]) -> str | None:
    named = plists.text(plist, "CFBundleIdentifier")
    shown = named.removeprefix(_PREFIX) if named else None
    return shown if is_identifier(shown) else None


def _platform(slices: list[macho.Slice]) -> Platform:
    mac = all(part.platform in ("macos", "maccatalyst") for part in slices)
    return "macos" if mac else "ios"


def read_mapping(package: Package, archive: Archive) -> Inspection:
    """Read a zipped `mapping.txt`, and the manifest that some tools lay beside it."""
    name = archive.search(MAPPING_MARK)[0]
    head = archive.head(name, _HEAD)
    if not is_mapping(head):
        raise PackageRejected("The mapping.txt in it maps nothing.")
    bundle_id, version = _beside(archive)
    return _mapping(package, head, bundle_id, version)


def read_plain_mapping(package: Package, source: Source) -> Inspection:
    """Read a `mapping.txt` as it is."""
    return _mapping(package, source.read(0, min(source.size, _HEAD)), None, None)


def is_mapping(head: bytes) -> bool:
    """Tell whether a text begins as R8 and ProGuard write it."""
    return b"\0" not in head and _MAPPED.search(head) is not None


def _mapping(
    package: Package, head: bytes, bundle_id: str | None, version: str | None
) -> Inspection:
    known = _MAPPING_ID.search(head)
    facts = Facts(
        platform="android",
        kind="mapping",
        bundle_id=bundle_id,
        version=version,
        mapping_id=known[1].decode() if known else None,
        **package.measured,
    )
    return Inspection(facts=facts)


def _beside(archive: Archive) -> tuple[str | None, str | None]:
    """Return package and version of a manifest beside the mapping, in either coding."""
    if _MANIFEST not in archive:
        return None, None
    try:
        data = archive.read(_MANIFEST, _MAX_MANIFEST)
        if data.lstrip().startswith(b"<"):
            root = xmltree.parse(data, "The AndroidManifest.xml")
            named, version = root.attributes.get("package"), root.attributes.get("versionName")
        else:
            manifest = android.read_manifest(axml.elements(data))
            named, version = manifest.package, manifest.version(android.NoResources())
    except PackageRejected:
        return None, None
    return (named if is_identifier(named) else None), clean(version)


def manifest_is_beside_mapping(archive: Archive) -> bool:
    """Tell a mapping with its manifest from an app: an app has code, and no mapping at its root."""
    return b"mapping.txt" in archive and next(_codes(archive), None) is None


def _codes(archive: Archive) -> Iterator[bytes]:
    return (name for name in (b"classes.dex", b"resources.arsc") if name in archive)
