"""Android apps: `.apk` files."""

import re
from dataclasses import dataclass

from storage.inspection import android, apksigning, axml
from storage.inspection.androidicon import Place
from storage.inspection.archive import Archive
from storage.inspection.arsc import ResourceTable
from storage.inspection.directory import Shape
from storage.inspection.drawable import Coding
from storage.inspection.facts import Facts, Inspection, Kind, Signing
from storage.inspection.package import Package
from storage.inspection.rejection import PackageRejected
from storage.inspection.text import name_of

MANIFEST = b"AndroidManifest.xml"
MARK = Shape(re.escape(MANIFEST), MANIFEST)

NEEDS_PARTS = "It does not run without its other parts: take a universal APK instead."

_RESOURCES = b"resources.arsc"
_LIBRARY = rb"lib/([^/\0]+)/[^/\0]+\.so"
_MAX_ABIS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What the files of an Android package say, whichever way they are coded."""

    manifest: android.Manifest
    resources: android.Resources
    signing: Signing
    abis: tuple[str, ...]
    coding: Coding


def read(package: Package, archive: Archive) -> Inspection:
    """Read an APK; raise PackageRejected with a sentence when it is none that can be used."""
    archive = archive.as_android()
    notes: list[str] = []
    data = archive.read(MANIFEST, android.MAX_MANIFEST, crc=False)
    manifest = android.read_manifest(axml.elements(data))
    signatures = apksigning.read(archive)
    notes += signatures.notes
    found = Contents(
        manifest=manifest,
        resources=_resources(archive, notes),
        signing=signatures.signing(),
        abis=abis(archive, b""),
        coding=axml.elements,
    )
    return inspection(package, "apk", found, archive, notes)


def inspection(
    package: Package,
    kind: Kind,
    found: Contents,
    archive: Archive,
    notes: list[str],
    root: str = "",
) -> Inspection:
    """Make the sheet of an Android package; the paths of its icons begin under *root*."""
    manifest, resources = found.manifest, found.resources
    bundle_id = manifest.package
    name, translations = manifest.names(resources)
    icon = Place(
        archive=archive,
        manifest=manifest,
        resources=resources,
        coding=found.coding,
        root=root,
    ).draw(notes)
    needs_splits = manifest.needs_splits(resources)
    if needs_splits:
        notes.append(NEEDS_PARTS)
    facts = Facts(
        platform="android",
        kind=kind,
        bundle_id=bundle_id,
        name=name,
        localized_names=translations,
        version=manifest.version(resources),
        build=manifest.build(resources),
        min_os=manifest.min_sdk(resources),
        device_families=manifest.forms,
        icon=icon is not None,
        signing=found.signing,
        permissions=manifest.permissions,
        features=manifest.features,
        target_sdk=manifest.target_sdk(resources),
        max_sdk=manifest.max_sdk(resources),
        abis=found.abis,
        debuggable=manifest.debuggable(resources),
        test_only=manifest.test_only(resources),
        split=manifest.split,
        needs_splits=needs_splits,
        **package.measured,
    )
    return Inspection(facts=facts, icon=icon, notes=tuple(notes))


def abis(archive: Archive, root: bytes) -> tuple[str, ...]:
    """Return the processors for which there are native libraries; *root* is a pattern."""
    shape = Shape(root + _LIBRARY, b"lib/")
    matches = (re.fullmatch(shape.pattern, name) for name in archive.search(shape))
    found = {name_of(match[1], 32) for match in matches if match}
    return tuple(sorted(found))[:_MAX_ABIS]


def _resources(archive: Archive, notes: list[str]) -> android.Resources:
    if _RESOURCES not in archive:
        return android.NoResources()
    try:
        return ResourceTable(archive.read(_RESOURCES, android.MAX_RESOURCES))
    except PackageRejected as reason:
        notes.append(f"Names and icons are unknown, the resources are unreadable: {reason}")
        return android.NoResources()
