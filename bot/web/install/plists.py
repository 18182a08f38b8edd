"""The manifest that iOS fetches before it installs."""

import plistlib

from bot.links import Links
from bot.web.install.names import tidy
from provisioning.installing.grants import OpenedGrant

#: Apple's schema (other/manifesturl.yaml) asks for more than one character.
SHORTEST_TITLE = 2


def manifest(opened: OpenedGrant, links: Links, token: str) -> bytes:
    """
    Return the manifest of a release for iOS as an XML property list.

    It names the SHA-256 of each piece of the package, so that the phone itself checks what it got.
    """
    build, file = opened.build, opened.file
    package = {
        "kind": "software-package",
        "url": package_address(opened, links, token),
        "sha256-size": file.chunk_size,
        "sha256s": list(file.chunks),
    }
    metadata = {
        "bundle-identifier": build.bundle_id,
        "kind": "software",
        "title": _title(opened),
    }
    if build.build:
        metadata["bundle-version"] = tidy(build.build)
    item = {
        "assets": [
            package,
            {"kind": "display-image", "url": links.icon(token, 57)},
            {"kind": "full-size-image", "url": links.icon(token, 512)},
        ],
        "metadata": metadata,
    }
    return plistlib.dumps({"items": [item]}, fmt=plistlib.FMT_XML)


def package_address(opened: OpenedGrant, links: Links, token: str) -> str:
    """
    Return where the very file of a manifest is fetched.

    Each variant has an address of its own: iOS keeps what it fetched from one, and a variant that
    gets ready between manifest and package would not have the digests that the manifest names.
    """
    address = links.package(token, opened.facts.kind)
    edition = opened.handout.edition if opened.handout else None
    if edition is None:
        return address
    return links.install(token) + f"/{edition}" + address.removeprefix(links.install(token))


def _title(opened: OpenedGrant) -> str:
    for name in (opened.app.display_name, opened.app.name, opened.build.bundle_id):
        title = tidy(name)
        if len(title) >= SHORTEST_TITLE:
            return title
    return "App"
