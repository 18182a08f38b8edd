"""APKs: binary manifest, resource table, icons, code, and every signature scheme."""

from collections.abc import Iterable, Iterator
from typing import Literal

from bot.sandbox.samples import drawing, noise
from bot.sandbox.samples.androidapp import (
    ADAPTIVE_NAME,
    DENSITIES,
    VECTOR_NAME,
    SampleApk,
    adaptive_icon,
    icon_name,
    manifest,
    resource_table,
    vector_boat,
)
from bot.sandbox.samples.androidcode import dex, native_library
from bot.sandbox.samples.apksignature import add_signing_block
from bot.sandbox.samples.archive import ArchiveWriter, Method
from bot.sandbox.samples.binaryxml import binary_xml
from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.jarsignature import JarManifest
from bot.sandbox.samples.opening import Target, opened, path_of

_NOTE = b"Chart number %06d. Nothing to see but water."


def write_apk(target: Target, app: SampleApk | None = None) -> SampleFacts:
    """
    Write the app to a path or to a file open for reading and writing, with flat memory.

    The facts of what was written come back; for an open file their path is its name.
    """
    app = app or SampleApk()
    with opened(target) as file:
        archive = ArchiveWriter(file, descriptors=app.descriptors)
        jar = JarManifest()
        for name, content, method in _files(app):
            archive.add(
                name, jar.listed(name, content), method=method, align=_alignment(name, method)
            )
        if "v1" in app.schemes:
            for name, content in jar.signature_files(app.signer, schemes=app.schemes).items():
                archive.add(name, content)
        archive.close()
        add_signing_block(file, app.signer, app.schemes)
    return android_facts(app, target, kind="apk")


def _files(app: SampleApk) -> Iterator[tuple[str, bytes | Iterable[bytes], Method]]:
    table = resource_table(app) if app.resources and not app.split else None
    xml = binary_xml(manifest(app, table), utf8=app.utf8_manifest)
    yield "AndroidManifest.xml", xml, "deflated"
    if table:
        yield "resources.arsc", table.coded(utf8=app.utf8_resources, coding=app.coding), "stored"
        for name, picture in icon_files(app):
            yield name, picture, "stored"
        if app.icon in {"adaptive", "vector"}:
            yield ADAPTIVE_NAME, binary_xml(adaptive_icon(table)), "deflated"
            yield VECTOR_NAME, binary_xml(vector_boat()), "deflated"
    yield from code_files(app)


def code_files(app: SampleApk) -> Iterator[tuple[str, bytes | Iterable[bytes], Method]]:
    """Yield code, libraries, assets and whatever else the app was given."""
    if not app.split:
        yield "classes.dex", dex(_filler(app.code_bytes, "code")), "deflated"
    for abi in app.abis:
        library = native_library(abi, _filler(app.library_bytes, abi))
        yield f"lib/{abi}/libharbour.so", library, "stored"
    for name, content in app.extra.items():
        yield name, content, "deflated"
    for number in range(app.assets):
        yield f"assets/charts/{number:06}.txt", _NOTE % number, "stored"
    if app.payload_bytes:
        stream = noise.incompressible(app.payload_bytes, f"{app.package} {app.version}")
        yield "assets/charts.bin", stream, "stored"


def icon_files(app: SampleApk) -> Iterator[tuple[str, bytes]]:
    """Yield the launcher icon in every density, as PNG or WebP."""
    if app.icon in {"none", "vector"}:
        return
    form: Literal["png", "webp"] = "webp" if app.icon == "webp" else "png"
    for name, density in DENSITIES.items():
        size = density * 48 // 160
        picture = drawing.icon(size, form, shape="rounded", letter=app.letter, picture=app.picture)
        yield icon_name(name, form), picture


def _filler(size: int, seed: str) -> bytes:
    return b"".join(noise.code_like(size, seed))


def _alignment(name: str, method: Method) -> int:
    # Android maps stored entries: libraries on pages of 16 KiB, everything else on words.
    if method != "stored":
        return 1
    return 0x4000 if name.endswith(".so") else 4


def android_facts(app: SampleApk, target: Target, *, kind: str) -> SampleFacts:
    """Give what a reader must find in the app, however it was packed."""
    return SampleFacts(
        path=path_of(target),
        platform="android",
        kind=kind,
        bundle_id=app.package,
        name=app.name,
        version=app.version,
        build=str(app.version_code),
        min_os=str(app.min_sdk),
        certificates=(app.signer.fingerprint,) if app.schemes else (),
        permissions=tuple(app.permissions),
        target_sdk=app.target_sdk,
        abis=tuple(sorted(app.abis)),
        labels={"": app.name, **app.labels},
    )
