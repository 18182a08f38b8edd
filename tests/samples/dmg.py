"""Disk images of macOS (UDIF): packed blocks of a volume, a property list of them, a trailer."""

import bz2
import plistlib
import struct
import zlib
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.opening import Target, opened
from tests.samples.fat import FatVolume
from tests.samples.hfsplus import Volume
from tests.samples.macapp import SampleMacApp, add_mac_app, mac_app_facts

Packing = Literal["zlib", "bzip2", "raw"]

_SECTOR = 512
_PIECE = 512 * _SECTOR
_CODES: dict[Packing, int] = {"zlib": 0x80000005, "bzip2": 0x80000006, "raw": 1}
_LAST = 0xFFFFFFFF
_CRC = struct.Struct(">2II124x")


def write_dmg(
    target: Target, app: SampleMacApp | None = None, *, packing: Packing = "zlib"
) -> SampleFacts:
    """Write an image with the app and the usual link to the Applications folder, in memory."""
    app = app or SampleMacApp()
    expires = app.expires or datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)
    volume = Volume(app.name)
    add_mac_app(volume, app, expires)
    volume.link("Applications", "/Applications")
    with opened(target) as file:
        file.write(disk_image(volume.coded(), packing))
    return mac_app_facts(app, target, expires, kind="dmg")


def write_fat_dmg(target: Target, app: SampleMacApp | None = None) -> SampleFacts:
    """Write an image whose volume is FAT, as tools on other systems make them."""
    app = app or SampleMacApp()
    expires = app.expires or datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)
    volume = FatVolume()
    add_mac_app(volume, app, expires)
    with opened(target) as file:
        file.write(disk_image(volume.coded(), title="whole disk (Windows_FAT_16 : 0)"))
    return mac_app_facts(app, target, expires, kind="dmg")


def disk_image(
    volume: bytes, packing: Packing = "zlib", title: str = "whole disk (Apple_HFS : 0)"
) -> bytes:
    """Give the image of a volume that has no partition map around it."""
    data, chunks = b"", b""
    for at in range(0, len(volume), _PIECE):
        piece = volume[at : at + _PIECE]
        packed = _packed(piece, packing)
        place = (at // _SECTOR, len(piece) // _SECTOR, len(data), len(packed))
        chunks += struct.pack(">2I4Q", _CODES[packing], 0, *place)
        data += packed
    sectors = len(volume) // _SECTOR
    chunks += struct.pack(">2I4Q", _LAST, 0, sectors, 0, len(data), 0)
    head = struct.pack(">4sI3Q2I24x", b"mish", 1, 0, sectors, 0, 520, 0)
    table = head + _checksum(volume) + struct.pack(">I", len(chunks) // 40) + chunks
    contents = plistlib.dumps({"resource-fork": {"blkx": [_block(table, title)], "plst": []}})
    return data + contents + _trailer(data, contents, volume)


def _packed(piece: bytes, packing: Packing) -> bytes:
    match packing:
        case "zlib":
            return zlib.compress(piece)
        case "bzip2":
            return bz2.compress(piece)
    return piece


def _block(table: bytes, name: str) -> dict[str, object]:
    return {"Attributes": "0x0050", "CFName": name, "Data": table, "ID": "0", "Name": name}


def _trailer(data: bytes, contents: bytes, volume: bytes) -> bytes:
    head = struct.pack(">4s3I", b"koly", 4, _SECTOR, 1)
    forks = struct.pack(">5Q2I16s", 0, 0, len(data), 0, 0, 1, 1, bytes(16))
    listed = struct.pack(">2Q120x", len(data), len(contents))
    sectors = struct.pack(">IQ12x", 1, len(volume) // _SECTOR)
    return head + forks + _checksum(data) + listed + _checksum(_checksum(volume)[8:12]) + sectors


def _checksum(content: bytes) -> bytes:
    return _CRC.pack(2, 32, zlib.crc32(content))
