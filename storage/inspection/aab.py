"""Android app bundles: `.aab` files."""

import re

from storage.inspection import android, apk, apksigning, protobundle
from storage.inspection.archive import Archive
from storage.inspection.directory import Shape
from storage.inspection.facts import Inspection, Signing
from storage.inspection.package import Package
from storage.inspection.rejection import PackageRejected

MANIFEST = b"base/manifest/AndroidManifest.xml"
MARK = Shape(re.escape(MANIFEST), MANIFEST)

_RESOURCES = b"base/resources.pb"
_NOTE = "It is an app bundle: no device installs it before bundletool or a store made APKs of it."


def read(package: Package, archive: Archive) -> Inspection:
    """Read a bundle by its base module; raise PackageRejected when it is none."""
    notes = [_NOTE]
    data = archive.read(MANIFEST, android.MAX_MANIFEST)
    found = apk.Contents(
        manifest=android.read_manifest(protobundle.elements(data)),
        resources=_resources(archive, notes),
        signing=_signing(archive, notes),
        abis=apk.abis(archive, rb"[^/\0]+/"),
        coding=protobundle.elements,
    )
    return apk.inspection(package, "aab", found, archive, notes, root="base/")


def _signing(archive: Archive, notes: list[str]) -> Signing:
    """Return who signed the bundle as a JAR: the key of whoever uploads it to a store."""
    found = apksigning.Signatures()
    try:
        signers = apksigning.jar_signers(archive)
    except PackageRejected as reason:
        notes.append(f"The signature is unreadable: {reason}")
        signers = []
    if signers:
        found.by_scheme["v1"] = signers
    return found.signing()


def _resources(archive: Archive, notes: list[str]) -> android.Resources:
    if _RESOURCES not in archive:
        return android.NoResources()
    try:
        data = archive.read(_RESOURCES, android.MAX_RESOURCES)
        return protobundle.ProtoResources(data)
    except PackageRejected as reason:
        notes.append(f"Names and icons are unknown, the resources are unreadable: {reason}")
        return android.NoResources()
