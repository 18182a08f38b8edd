"""macOS installer packages: a distribution with one component that installs one app."""

import gzip
from xml.etree import ElementTree as ET

from bot.sandbox.samples import noise
from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.identities import signing_identity
from bot.sandbox.samples.opening import Target, opened, path_of
from tests.samples.macapp import SampleMacApp
from tests.samples.xar import coded, xar


def write_pkg(
    target: Target, app: SampleMacApp | None = None, *, signed: bool = True, plain: bool = False
) -> SampleFacts:
    """
    Write the package whole in memory; `plain` writes a component without a distribution.

    Its payload is filler, so it can be read but not installed.
    """
    app = app or SampleMacApp()
    folder = "" if plain else f"{app.name}.pkg/"
    files = {} if plain else {"Distribution": _distribution(app)}
    payload = b"".join(noise.code_like(max(app.payload_bytes, 4000), app.name))
    files[f"{folder}PackageInfo"] = _package_info(app)
    files[f"{folder}Payload"] = gzip.compress(payload, mtime=0)
    signer = signing_identity(app.team, "Developer ID Installer") if signed else None
    with opened(target) as file:
        file.write(xar(files, signer))
    return SampleFacts(
        path=path_of(target),
        platform="macos",
        kind="pkg",
        bundle_id=app.bundle_id,
        name=app.name,
        version=app.version,
        build=app.build,
        min_os="" if plain else app.minimum_os,
        certificates=(signer.fingerprint,) if signer else (),
    )


def _package_info(app: SampleMacApp) -> bytes:
    root = ET.Element(
        "pkg-info",
        {
            "format-version": "2",
            "identifier": app.bundle_id,
            "version": app.version,
            "install-location": "/Applications",
            "auth": "root",
        },
    )
    ET.SubElement(root, "payload", numberOfFiles="4", installKBytes="40")
    ET.SubElement(
        root,
        "bundle",
        {
            "path": f"./{app.name}.app",
            "id": app.bundle_id,
            "CFBundleShortVersionString": app.version,
            "CFBundleVersion": app.build,
        },
    )
    return coded(root)


def _distribution(app: SampleMacApp) -> bytes:
    root = ET.Element("installer-gui-script", minSpecVersion="2")
    ET.SubElement(root, "title").text = app.name
    ET.SubElement(root, "product", id=app.bundle_id, version=app.version)
    versions = ET.SubElement(ET.SubElement(root, "volume-check"), "allowed-os-versions")
    ET.SubElement(versions, "os-version", min=app.minimum_os)
    reference = {"id": app.bundle_id, "version": app.version, "onConclusion": "none"}
    ET.SubElement(root, "pkg-ref", reference).text = f"#{app.name}.pkg"
    return coded(root)
