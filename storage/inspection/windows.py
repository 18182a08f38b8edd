"""
Windows app packages: MSIX and APPX, bundles of them, and uploads for the store.

Element names are those of Microsoft's package manifest schemas. Prefixes vary, and names of
entries compare without case.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from storage.inspection import cgbi, icons, windowssigning, xmltree
from storage.inspection.archive import Archive
from storage.inspection.directory import Shape
from storage.inspection.facts import Facts, Inspection, Kind, Signing
from storage.inspection.package import Package
from storage.inspection.rejection import Ambiguous, PackageRejected
from storage.inspection.text import clean, identifier
from storage.inspection.xmltree import Node

PACKAGE_MARK = Shape(rb"(?i:AppxManifest\.xml)")
BUNDLE_MARK = Shape(rb"(?i:AppxMetadata/AppxBundleManifest\.xml)")
# What lies in everything that Windows' own packer made, and in no upload.
PACKED_MARK = Shape(rb"(?i:AppxSignature\.p7x|AppxBlockMap\.xml)")
UPLOAD_MARK = Shape(rb"(?i:[^/\0]+\.(?:appx|msix)(?:bundle)?)")
MAX_PACKAGES = 1000
MAX_ICONS = 64
# How many of the apps in a bundle are opened until one can be read.
MAX_TRIED = 4

_SIGNATURE = Shape(rb"(?i:AppxSignature\.p7x)")
_SIGNATURE_MAGIC = b"PKCX"
_MAX_INNER = 128 << 20
_HEAD = 64
_REFERENCE = "ms-resource:"
# Manifests before Windows 10 are of these years, and none of them was called MSIX.
_OLD = ("/appx/2010/", "/appx/2013/", "/appx/2014/")
_LOGOS = ("Square310x310Logo", "Square150x150Logo", "Square71x71Logo", "Square44x44Logo", "Logo")


def read_package(package: Package, archive: Archive) -> Inspection:
    """Read an MSIX or APPX; raise PackageRejected when it has no identity."""
    manifest = _Manifest(_document(archive, PACKAGE_MARK, "The AppxManifest.xml"))
    notes: list[str] = []
    icon = _icon(archive, manifest.logos, notes)
    kind: Kind = "appx" if _is_appx(package.name, manifest.root) else "msix"
    facts = Facts(
        platform="windows",
        kind=kind,
        bundle_id=manifest.name,
        name=manifest.display_name,
        version=manifest.version,
        min_os=manifest.min_os,
        device_families=manifest.families,
        icon=icon is not None,
        signing=_signing(archive),
        architectures=manifest.architectures,
        publisher=manifest.publisher,
        **package.measured,
    )
    return Inspection(facts=facts, icon=icon, notes=tuple(notes))


def read_bundle(package: Package, archive: Archive) -> Inspection:
    """Read a bundle by its manifest, and by the first app in it; refuse one without identity."""
    return _read_bundle(package, archive, look_inside=True)


def _read_bundle(package: Package, archive: Archive, *, look_inside: bool) -> Inspection:
    manifest = _Manifest(_document(archive, BUNDLE_MARK, "The AppxBundleManifest.xml"))
    inner = _inner(package, archive, manifest) if look_inside else None
    kind: Kind = "appxbundle" if _is_appx(package.name, manifest.root) else "msixbundle"
    facts = Facts(
        platform="windows",
        kind=kind,
        bundle_id=manifest.name,
        name=inner.facts.name if inner else manifest.name,
        version=manifest.version,
        min_os=inner.facts.min_os if inner else manifest.min_os,
        device_families=inner.facts.device_families if inner else manifest.families,
        icon=inner is not None and inner.icon is not None,
        signing=_signing(archive),
        architectures=manifest.architectures,
        publisher=manifest.publisher,
        **package.measured,
    )
    return Inspection(facts=facts, icon=inner.icon if inner else None)


def read_headless(_: Package, archive: Archive) -> Inspection:
    """Refuse what was packed for Windows, but lacks the manifest that says what it is."""
    what, manifest = "an app package", "AppxManifest.xml"
    if archive.search(UPLOAD_MARK):
        what, manifest = "a bundle of app packages", "AppxMetadata/AppxBundleManifest.xml"
    raise PackageRejected(
        f"It is {what} without its manifest, {manifest}, so that Windows does not install it: "
        "pack it again."
    )


def read_upload(package: Package, archive: Archive) -> Inspection:
    """
    Read what Visual Studio makes for the store: a bundle, or a package, in a zip.

    That is the one level of zip in zip: the packages in the bundle stay closed.
    """
    inside = archive.search(UPLOAD_MARK)
    if len(inside) > 1:
        raise PackageRejected("There are several apps in it, and only one can be released.")
    source = archive.inner(inside[0], _MAX_INNER)
    name = inside[0].decode("utf-8", "replace")
    inner = Package(source=source, name=name, hashes=package.hashes)
    opened = Archive.open(source)
    if opened.search(BUNDLE_MARK):
        found = _read_bundle(inner, opened, look_inside=False)
    elif opened.search(PACKAGE_MARK):
        found = read_package(inner, opened)
    else:
        raise PackageRejected("What is in the upload is no app package.")
    note = "It is an upload for the store: take the package out of it to install the app."
    facts = found.facts.model_copy(update=dict(package.measured))
    return Inspection(facts=facts, icon=found.icon, notes=(note, *found.notes))


@dataclass(frozen=True, slots=True)
class _Manifest:
    """The manifest of a package or a bundle; raise PackageRejected when it has no identity."""

    root: Node

    @property
    def identity(self) -> Node:
        identity = self.root.child("Identity")
        if identity is None:
            raise PackageRejected("The app package's manifest holds no Identity.")
        return identity

    @property
    def name(self) -> str:
        return identifier(self.identity.attributes.get("Name"), "package identity")

    @property
    def version(self) -> str | None:
        return clean(self.identity.attributes.get("Version"))

    @property
    def publisher(self) -> str | None:
        """Who made it, for people; else the subject of the certificate that must sign it."""
        return self._property("PublisherDisplayName") or clean(
            self.identity.attributes.get("Publisher")
        )

    @property
    def display_name(self) -> str | None:
        """The name for people; one that only the resources know stands for the identity."""
        visual = (node.attributes.get("DisplayName") for node in self.root.all("VisualElements"))
        found = (self._property("DisplayName"), *(_plain(name) for name in visual))
        return next((name for name in found if name), self.name)

    @property
    def min_os(self) -> str | None:
        families = self.root.all("TargetDeviceFamily")
        found = [clean(family.attributes.get("MinVersion"), 32) for family in families]
        older = self.root.all("OSMinVersion")
        found += [clean(node.text, 32) for node in older]
        return next((version for version in found if version), None)

    @property
    def families(self) -> tuple[str, ...]:
        found = (clean(f.attributes.get("Name"), 64) for f in self.root.all("TargetDeviceFamily"))
        return tuple(dict.fromkeys(name for name in found if name))[:16]

    @property
    def packages(self) -> list[Node]:
        """The apps in a bundle; packages of resources are left out."""
        found = list(self.root.all("Package"))[:MAX_PACKAGES]
        return [node for node in found if node.attributes.get("Type", "").lower() == "application"]

    @property
    def architectures(self) -> tuple[str, ...]:
        return architectures_of([self.identity, *self.packages])

    @property
    def logos(self) -> list[str]:
        """The paths of pictures, as Windows writes them."""
        visual = [
            node for node in self.root.all("VisualElements") for node in (node, *node.children)
        ]
        found = [node.attributes.get(key) for node in visual for key in _LOGOS]
        found.append(self._property("Logo"))
        return list(dict.fromkeys(path for path in found if path))[:MAX_ICONS]

    def _property(self, name: str) -> str | None:
        properties = self.root.child("Properties")
        node = properties.child(name) if properties else None
        return _plain(node.text if node else None)


def _plain(text: str | None) -> str | None:
    """Return a text that says something by itself, None for a reference into the resources."""
    return None if text is None or text.strip().startswith(_REFERENCE) else clean(text)


def architectures_of(nodes: Sequence[Node]) -> tuple[str, ...]:
    """Return the processors that elements name, each once."""
    keys = ("ProcessorArchitecture", "Architecture")
    found = (clean(node.attributes.get(key), 32) for node in nodes for key in keys)
    return tuple(dict.fromkeys(name.lower() for name in found if name))[:16]


def _document(archive: Archive, mark: Shape, what: str) -> Node:
    names = archive.search(mark)
    if len(set(names)) > 1:
        raise Ambiguous("The archive holds a duplicate: its manifest is in it twice.")
    return xmltree.parse(archive.read(names[0], xmltree.MAX_BYTES), what)


def _is_appx(name: str, root: Node) -> bool:
    """Nothing inside tells new APPX packages from MSIX ones: there the file's ending decides."""
    if name.lower().endswith((".appx", ".appxbundle")):
        return True
    ending = name.lower().endswith((".msix", ".msixbundle"))
    return not ending and any(year in f"{root.space}/" for year in _OLD) and root.name != "Bundle"


def _inner(package: Package, archive: Archive, manifest: _Manifest) -> Inspection | None:
    """Read the first app in a bundle, where it has its name and its pictures."""
    for node in manifest.packages[:MAX_TRIED]:
        path = node.attributes.get("FileName", "").replace("\\", "/")
        # Names in the zip are written as in an address.
        for name in (path.encode("utf-8", "replace"), quote(path).encode()):
            if not name or name not in archive:
                continue
            try:
                source = archive.inner(name, _MAX_INNER)
                opened = Archive.open(source)
                if not opened.search(PACKAGE_MARK):
                    continue
                return read_package(replace(package, source=source, name=path), opened)
            except PackageRejected:
                continue
    return None


def _signing(archive: Archive) -> Signing:
    names = archive.search(_SIGNATURE)
    if not names:
        return Signing()
    return windowssigning.authenticode(lambda: _signature(archive, names[0]))


def _signature(archive: Archive, name: bytes) -> bytes:
    data = archive.read(name, windowssigning.MAX_BYTES)
    return data.removeprefix(_SIGNATURE_MAGIC)


def _icon(archive: Archive, logos: Sequence[str], notes: list[str]) -> bytes | None:
    """Draw the widest of the pictures: each path stands for files of several scales."""
    names = list(dict.fromkeys(_scaled(archive, logos)))[:MAX_ICONS]
    widths = {name: _width(archive, name) for name in names}
    for name in sorted(names, key=lambda name: widths[name], reverse=True)[:3]:
        try:
            return icons.draw(archive.read(name, icons.MAX_BYTES))
        except (PackageRejected, Ambiguous) as reason:
            notes.append(f"An icon was left out: {reason}")
    return None


def _scaled(archive: Archive, logos: Sequence[str]) -> Iterator[bytes]:
    patterns = []
    for path in logos:
        stem, _, ending = path.replace("\\", "/").rpartition(".")
        if stem and ending.lower() in ("png", "jpg", "jpeg"):
            patterns.append(_qualified(stem, ending))
    if patterns:
        yield from archive.search(Shape(b"(?i:" + b"|".join(patterns) + b")"))


def _qualified(stem: str, ending: str) -> bytes:
    """Match `Assets/Logo.png`, `Assets/Logo.scale-200.png` and `Assets/Logo.targetsize-48.png`."""
    written = re.escape(quote(stem).encode())
    return written + rb"(?:\.[A-Za-z0-9_-]+)?\." + re.escape(ending.encode())


def _width(archive: Archive, name: bytes) -> int:
    try:
        return cgbi.size(archive.head(name, _HEAD))[0]
    except (PackageRejected, Ambiguous):
        return 0
