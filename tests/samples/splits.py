"""Archives of APKs: bundletool's `.apks` and the `.xapk` of third-party stores."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

from bot.sandbox.samples import drawing
from bot.sandbox.samples import protobuf as pb
from bot.sandbox.samples.androidapp import SampleApk
from bot.sandbox.samples.apk import android_facts, write_apk
from bot.sandbox.samples.archive import ArchiveWriter
from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.opening import Target, opened

_CHUNK = 1 << 20


def write_apks(
    target: Target, app: SampleApk | None = None, *, universal: bool = False
) -> SampleFacts:
    """Write what `bundletool build-apks` gives: splits, or one universal APK, stored."""
    app = app or SampleApk()
    parts = [("universal.apk", app)] if universal else _bundletool_splits(app)
    with opened(target) as file:
        archive = ArchiveWriter(file)
        archive.add("toc.pb", _contents(app, [name for name, _ in parts]), method="stored")
        _add_apks(archive, parts)
        archive.close()
    return android_facts(app, target, kind="apks")


def write_xapk(target: Target, app: SampleApk | None = None) -> SampleFacts:
    """Write an XAPK: the base APK under its package's name, splits, an icon and a JSON manifest."""
    app = app or SampleApk()
    parts = [(f"{app.package}.apk", replace(app, abis=()))]
    parts += [(f"{split.split}.apk", split) for split in _abi_splits(app)]
    with opened(target) as file:
        archive = ArchiveWriter(file)
        archive.add("manifest.json", json.dumps(_manifest(app, parts)).encode())
        archive.add("icon.png", drawing.icon(192, "png", shape="rounded"), method="stored")
        _add_apks(archive, parts)
        archive.close()
    return android_facts(app, target, kind="xapk")


def _bundletool_splits(app: SampleApk) -> list[tuple[str, SampleApk]]:
    base = ("splits/base-master.apk", replace(app, abis=()))
    abis = [
        (f"splits/base-{split.split.removeprefix('config.')}.apk", split)
        for split in _abi_splits(app)
    ]
    return [base, *abis]


def _abi_splits(app: SampleApk) -> Iterator[SampleApk]:
    for abi in app.abis:
        yield replace(
            app,
            abis=(abi,),
            split=f"config.{abi.replace('-', '_')}",
            payload_bytes=0,
            assets=0,
            extra={},
        )


def _add_apks(archive: ArchiveWriter, parts: Sequence[tuple[str, SampleApk]]) -> None:
    for name, part in parts:
        # An APK is signed in place, which an archive around it does not allow: it waits on disk.
        with tempfile.TemporaryFile() as file:
            write_apk(file, part)
            archive.add(name, _read(file), method="stored")


def _read(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk


def _contents(app: SampleApk, names: Sequence[str]) -> bytes:
    """Give the `BuildApksResult` of bundletool's `commands.proto`, as far as readers look."""
    described = (pb.message(2, pb.text(2, name)) for name in names)
    module = pb.message(1, pb.text(1, "base"))
    variant = pb.message(1, pb.message(2, module, *described), pb.number(3, 0))
    return variant + pb.message(2, pb.text(2, "1.18.1")) + pb.text(4, app.package)


def _manifest(app: SampleApk, parts: Sequence[tuple[str, SampleApk]]) -> dict[str, object]:
    return {
        "xapk_version": 2,
        "package_name": app.package,
        "name": app.name,
        "version_code": str(app.version_code),
        "version_name": app.version,
        "min_sdk_version": str(app.min_sdk),
        "target_sdk_version": str(app.target_sdk),
        "permissions": list(app.permissions),
        "icon": "icon.png",
        "split_configs": [part.split for _, part in parts if part.split],
        "split_apks": [{"file": name, "id": part.split or "base"} for name, part in parts],
    }
