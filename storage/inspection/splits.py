"""
Archives of APKs: bundletool's `.apks`, the `.xapk` and `.apkm` of third-party stores, and others.

The APK that tells the app is read in place inside of the archive. That is the one level of zip in
zip that is read.
"""

import json
import re
from typing import Any

from storage.inspection import apk, axml
from storage.inspection.android import MAX_MANIFEST
from storage.inspection.archive import Archive
from storage.inspection.directory import Shape
from storage.inspection.facts import Inspection, Kind
from storage.inspection.package import Package
from storage.inspection.rejection import PackageRejected
from storage.inspection.source import Memory
from storage.inspection.text import clean

APKS_MARK = Shape(rb"toc\.pb", b"toc.pb")
XAPK_MARK = Shape(rb"manifest\.json", b"manifest.json")

_APK = Shape(rb"(?:[^/\0]+/)?[^/\0]+\.apk", b".apk")
_APK_ON_TOP = Shape(rb"[^/\0]+\.apk", b".apk")
LOOSE_MARK = _APK_ON_TOP
# The order in which bundletool's parts tell the whole app.
_TELLING = (
    re.compile(rb"universal\.apk"),
    re.compile(rb"splits/base-master\.apk"),
    re.compile(rb"standalones/[^/\0]+\.apk"),
    re.compile(rb"splits/base-master_[0-9]+\.apk"),
)
_ABI = re.compile(rb"[.\-](arm64_v8a|armeabi_v7a|armeabi|x86_64|x86|riscv64|mips64|mips)[._\-]")
# An APK that is not stored but packed again has to fit into memory.
_MAX_INNER = 128 << 20
_MAX_JSON = 4 << 20
_MAX_PARTS = 500
_BASE = b"base.apk"
_APKM_INFO = b"info.json"
_NOTE = "It is an archive of APKs: a device needs the parts that fit it."


def read_apks(package: Package, archive: Archive) -> Inspection:
    """Read a `.apks` by its universal or base APK; raise PackageRejected when it holds none."""
    names = archive.search(_APK)
    telling = (name for mark in _TELLING for name in names if mark.fullmatch(name))
    base = next(telling, None)
    if base is None:
        raise PackageRejected("The archive of APKs holds no base APK.")
    return _read(package, archive, "apks", base, names)


def is_xapk(archive: Archive) -> bool:
    """Tell whether there are APKs beside the `manifest.json`, a name that many things have."""
    return bool(archive.search(_APK_ON_TOP))


def read_xapk(package: Package, archive: Archive) -> Inspection:
    """Read a `.xapk` by its base APK, which counts where the JSON beside it says otherwise."""
    manifest = _manifest(archive)
    names = archive.search(_APK)
    base = next((name for name in _bases(manifest) if name in names), None)
    if base is None:
        raise PackageRejected("The XAPK holds no base APK.")
    return _read(package, archive, "xapk", base, names)


def is_loose(archive: Archive) -> bool:
    """Tell whether there are several APKs, or one with what APKMirror lays beside it."""
    return len(archive.search(_APK_ON_TOP)) > 1 or _APKM_INFO in archive


def read_loose(package: Package, archive: Archive) -> Inspection:
    """
    Read the APKs of one app that no list describes, by the one that is no part of another.

    Raise PackageRejected when there is none, or several.
    """
    names = archive.search(_APK_ON_TOP)
    base = _BASE if _BASE in names else _only_base(archive, names)
    return _read(package, archive, _kind_of(package, archive), base, names)


def _kind_of(package: Package, archive: Archive) -> Kind:
    """Nothing inside tells these archives apart but APKMirror's note: else the ending decides."""
    name = package.name.lower()
    if name.endswith(".apkm") or _APKM_INFO in archive:
        return "apkm"
    return "xapk" if name.endswith(".xapk") else "apks"


def _only_base(archive: Archive, names: list[bytes]) -> bytes:
    bases, packages, left = [], set(), _MAX_INNER
    for name in names[:_MAX_PARTS]:
        source = archive.inner(name, left)
        # What lies in the archive as it is costs nothing to open; what was packed counts.
        left -= source.size if isinstance(source, Memory) else 0
        data = Archive.open(source).as_android().read(apk.MANIFEST, MAX_MANIFEST, crc=False)
        root = next(axml.elements(data)).attributes
        packages.add(root.get("package"))
        if not root.get("split"):
            bases.append(name)
    if len(bases) > 1 or len(packages) > 1:
        raise PackageRejected("There are several apps in it, and only one can be released.")
    if not bases:
        raise PackageRejected("The archive of APKs holds no base APK.")
    return bases[0]


def _manifest(archive: Archive) -> dict[str, Any]:
    data = archive.read(b"manifest.json", _MAX_JSON)
    try:
        manifest = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise PackageRejected("The XAPK's manifest.json cannot be read.") from error
    if not isinstance(manifest, dict):
        raise PackageRejected("The XAPK's manifest.json is no object.")
    return manifest


def _bases(manifest: dict[str, Any]) -> list[bytes]:
    """Return the names that the base APK may have, the one that is named as base first."""
    listed = manifest.get("split_apks")
    parts = [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []
    named = [part.get("file") for part in parts if part.get("id") == "base"]
    package = clean(manifest.get("package_name"))
    named += [f"{package}.apk", "base.apk"]
    return [name.encode("utf-8", "replace") for name in named if isinstance(name, str) and name]


def _read(
    package: Package, archive: Archive, kind: Kind, base: bytes, names: list[bytes]
) -> Inspection:
    source = archive.inner(base, _MAX_INNER)
    inner = Package(source=source, name=package.name, hashes=package.hashes)
    found = apk.read(inner, Archive.open(source))
    matches = (_ABI.search(name) for name in names)
    parts = {match[1].decode() for match in matches if match}
    abis = {_written(part) for part in parts} | set(found.facts.abis)
    told = {**package.measured, "kind": kind, "abis": tuple(sorted(abis)), "needs_splits": False}
    notes = (_NOTE, *(note for note in found.notes if note != apk.NEEDS_PARTS))
    return Inspection(facts=found.facts.model_copy(update=told), icon=found.icon, notes=notes)


def _written(abi: str) -> str:
    """Names of parts have an underscore where names of processors have a hyphen."""
    return abi if abi == "x86_64" else abi.replace("_", "-")
