"""
`.appinstaller` documents: where a Windows app package is, and how it is updated.

The elements are those of Microsoft's App Installer schema, of any of its years.
"""

from storage.inspection import xmltree
from storage.inspection.facts import Facts, Inspection
from storage.inspection.package import Package
from storage.inspection.rejection import PackageRejected
from storage.inspection.source import Source
from storage.inspection.text import clean, identifier
from storage.inspection.windows import architectures_of


def is_document(head: bytes) -> bool:
    """Tell whether a file begins as an `.appinstaller` document does."""
    plain = head.replace(b"\0", b"")[:1024]
    return b"<AppInstaller" in plain or b":AppInstaller" in plain


def read(package: Package, source: Source) -> Inspection:
    """Read the document that names a package and where it is updated from."""
    if source.size > xmltree.MAX_BYTES:
        raise PackageRejected("The App Installer document is too big: more than 8 MB.")
    root = xmltree.parse(source.read(0, source.size), "The App Installer document")
    main = root.child("MainBundle") or root.child("MainPackage")
    if main is None:
        raise PackageRejected("The App Installer document names no package.")
    named = identifier(main.attributes.get("Name"), "package identity")
    facts = Facts(
        platform="windows",
        kind="appinstaller",
        bundle_id=named,
        name=named,
        version=clean(main.attributes.get("Version")) or clean(root.attributes.get("Version")),
        architectures=architectures_of([main]),
        publisher=clean(main.attributes.get("Publisher")),
        **package.measured,
    )
    return Inspection(facts=facts)
