"""macOS installer packages: `.pkg` files."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from storage.inspection import cms, xmltree
from storage.inspection.facts import Facts, Inspection, Signing
from storage.inspection.package import Package
from storage.inspection.rejection import PackageRejected
from storage.inspection.text import clean, identifier
from storage.inspection.xar import Xar
from storage.inspection.xmltree import Node

MAX_COMPONENTS = 64

_DISTRIBUTION, _INFO = "Distribution", "PackageInfo"


def read(package: Package) -> Inspection:
    """Read a package by its distribution and components; raise PackageRejected without an id."""
    archive = Xar.open(package.source)
    told = _Told(tuple(_components(archive)), _distribution(archive))
    facts = Facts(
        platform="macos",
        kind="pkg",
        bundle_id=identifier(told.bundle_id, "bundle id"),
        name=told.name,
        version=told.version,
        build=told.build,
        min_os=told.min_os,
        signing=_signing(archive),
        **package.measured,
    )
    return Inspection(facts=facts)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the XML in a package says: its components, and how they go together."""

    components: tuple[Node, ...]
    distribution: Node | None

    @property
    def app(self) -> Node | None:
        """The bundle of the app that is installed, None when there is none or several."""
        bundles = [bundle for part in self.components for bundle in part.all("bundle")]
        apps = [bundle for bundle in bundles if _is_app(bundle)]
        return apps[0] if len(apps) == 1 else None

    @property
    def product(self) -> Node | None:
        return next(self.distribution.all("product"), None) if self.distribution else None

    @property
    def bundle_id(self) -> str | None:
        """The app's id; of a package that installs no single app, its own."""
        found = (
            _attribute(self.app, "id") or _attribute(self.app, "CFBundleIdentifier"),
            _attribute(self.product, "id"),
            *(_attribute(part, "identifier") for part in self.components),
        )
        return next((one for one in found if one), None)

    @property
    def version(self) -> str | None:
        found = (
            _attribute(self.app, "CFBundleShortVersionString"),
            _attribute(self.product, "version"),
            *(_attribute(part, "version") for part in self.components),
        )
        return next((shown for one in found if (shown := clean(one))), None)

    @property
    def build(self) -> str | None:
        return clean(_attribute(self.app, "CFBundleVersion"))

    @property
    def name(self) -> str | None:
        title = next(self.distribution.all("title"), None) if self.distribution else None
        path = _attribute(self.app, "path") or ""
        from_path = path.rstrip("/").rpartition("/")[2].removesuffix(".app")
        return clean(title.text if title else None) or clean(from_path) or clean(self.bundle_id)

    @property
    def min_os(self) -> str | None:
        versions = self.distribution.all("os-version") if self.distribution else iter(())
        found = (clean(version.attributes.get("min"), 32) for version in versions)
        return next((version for version in found if version), None)


def _components(archive: Xar) -> Iterator[Node]:
    """Yield the root of each PackageInfo: one at the top, or one in each component's folder."""
    paths = [path for path in archive.files if path == _INFO or path.endswith(f"/{_INFO}")]
    if not paths and _DISTRIBUTION not in archive.files:
        raise PackageRejected("The package holds neither a Distribution nor a PackageInfo.")
    for path in sorted(paths)[:MAX_COMPONENTS]:
        yield xmltree.parse(archive.read(path, xmltree.MAX_BYTES), "A PackageInfo")


def _distribution(archive: Xar) -> Node | None:
    if _DISTRIBUTION not in archive.files:
        return None
    data = archive.read(_DISTRIBUTION, xmltree.MAX_BYTES)
    return xmltree.parse(data, "The package's Distribution")


def _signing(archive: Xar) -> Signing:
    """Report the first certificate of the signature, which is the signer's."""
    if not archive.certificates:
        return Signing(signed=archive.signed)
    der = archive.certificates[0]
    try:
        title = cms.certificate(der).title
    except PackageRejected:
        title = cms.NAMELESS
    prints = (hashlib.sha256(der).hexdigest(),)
    return Signing(signed=True, certificates=prints, signers=(title,))


def _is_app(bundle: Node) -> bool:
    path = (_attribute(bundle, "path") or "").rstrip("/")
    return path.endswith(".app") and ".app/" not in path


def _attribute(node: Node | None, name: str) -> str | None:
    return node.attributes.get(name) if node else None
