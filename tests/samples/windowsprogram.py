"""
Windows programs: a PE file for x64 with a version resource, an icon and a certificate table.

Layouts come from Microsoft's PE format document and the reference of VS_VERSIONINFO.
"""

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.sandbox.samples import cms, drawing, noise
from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.identities import Identity, windows_identity
from bot.sandbox.samples.opening import Target, opened, path_of

_FILE_ALIGNMENT, _PAGE = 0x200, 0x1000
_CODE = bytes.fromhex("31c0c3")
_ICON, _ICON_GROUP, _VERSION = 3, 14, 16
_LANGUAGE = 0x0409
_BASE = 0x1_4000_0000


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleExe:
    """A program, or an installer, with what its version resource says."""

    product_name: str = "Harbour"
    product_version: str = "2.4.0.0"
    file_version: str = "2.4.0.241"
    company: str = "Harbour Labs"
    versioned: bool = True
    icon: bool = True
    identity: Identity | None = None
    signed: bool = True
    filler: int = 4000


def write_exe(target: Target, program: SampleExe | None = None) -> SampleFacts:
    """Write the program, whole in memory."""
    program = program or SampleExe()
    with opened(target) as file:
        file.write(windows_program(program))
    signer = program.identity or windows_identity()
    return SampleFacts(
        path=path_of(target),
        platform="windows",
        kind="exe",
        bundle_id="",
        name=program.product_name if program.versioned else "",
        version=program.product_version if program.versioned else "",
        build="",
        certificates=(signer.fingerprint,) if program.signed else (),
    )


def windows_program(program: SampleExe) -> bytes:
    """Give the bytes of the file."""
    code = _CODE + b"".join(noise.code_like(program.filler, program.product_name))
    resources = _resource_section(_resources(program), _PAGE + _up(len(code), _PAGE))
    sections = [(b".text", code, 0x60000020), (b".rsrc", resources, 0x40000040)]
    bare = _file(sections, certificate=(0, 0))
    if not program.signed:
        return bare
    signer = program.identity or windows_identity()
    content = b"SPC " + bare[:64]
    signature = cms.enveloping(content, signer, cms.usual_attributes(content, datetime.now(UTC)))
    signature += bytes(-(len(signature) + 8) % 8)
    table = struct.pack("<I2H", len(signature) + 8, 0x0200, 0x0002) + signature
    return _file(sections, certificate=(len(bare), len(table))) + table


def version_resource(program: SampleExe) -> bytes:
    """Give a VS_VERSIONINFO block with numbers and texts."""
    file_words, product_words = _words(program.file_version), _words(program.product_version)
    fixed = struct.pack("<2I", 0xFEEF04BD, 0x10000)
    fixed += struct.pack("<4I", *file_words, *product_words)
    fixed += struct.pack("<7I", 0x3F, 0, 0x40004, 1, 0, 0, 0)
    texts = {
        "CompanyName": program.company,
        "FileDescription": program.product_name,
        "FileVersion": program.file_version,
        "ProductName": program.product_name,
        "ProductVersion": program.product_version,
    }
    strings = [
        _version_block(key, (text + "\0").encode("utf-16-le"), (), units=len(text) + 1)
        for key, text in texts.items()
    ]
    table = _version_block("040904B0", b"", strings)
    translation = _version_block(
        "Translation", struct.pack("<2H", _LANGUAGE, 1200), (), binary=True
    )
    children = (
        _version_block("StringFileInfo", b"", [table]),
        _version_block("VarFileInfo", b"", [translation]),
    )
    return _version_block("VS_VERSION_INFO", fixed, children, binary=True)


def _version_block(
    key: str,
    value: bytes,
    children: tuple[bytes, ...] | list[bytes],
    *,
    units: int | None = None,
    binary: bool = False,
) -> bytes:
    head = (key + "\0").encode("utf-16-le")
    head += bytes(-(6 + len(head)) % 4) + value
    body = head
    for child in children:
        body += bytes(-(6 + len(body)) % 4) + child
    length = len(value) if units is None else units
    return struct.pack("<3H", len(body) + 6, length, 0 if binary else 1) + body


def _resources(program: SampleExe) -> dict[int, dict[int, bytes]]:
    """Give the resources by type and number."""
    found: dict[int, dict[int, bytes]] = {}
    if program.icon:
        picture = drawing.icon(256, "png", shape="rounded")
        group = struct.pack("<3H", 0, 1, 1)
        group += struct.pack("<4B2HIH", 0, 0, 0, 0, 1, 32, len(picture), 1)
        found[_ICON] = {1: picture}
        found[_ICON_GROUP] = {1: group}
    if program.versioned:
        found[_VERSION] = {1: version_resource(program)}
    return found


def _resource_section(resources: Mapping[int, Mapping[int, bytes]], address: int) -> bytes:
    """Lay the tree out: types, numbers, languages, then descriptions of the data, then the data."""
    leaves = [(kind, number) for kind, inner in resources.items() for number in inner]
    types_size = 16 + 8 * len(resources)
    numbers_size = sum(16 + 8 * len(inner) for inner in resources.values())
    languages_at = types_size + numbers_size
    described_at = languages_at + 24 * len(leaves)
    data_at = described_at + 16 * len(leaves)
    numbers_at, index = types_size, 0
    types, numbers, languages, described, data = b"", b"", b"", b"", b""
    for kind, inner in resources.items():
        types += struct.pack("<2I", kind, 0x80000000 | numbers_at)
        numbers += struct.pack("<3I2H", 0, 0, 0, 0, len(inner))
        numbers_at += 16 + 8 * len(inner)
        for number, content in inner.items():
            numbers += struct.pack("<2I", number, 0x80000000 | languages_at + 24 * index)
            languages += struct.pack("<3I2H", 0, 0, 0, 0, 1)
            languages += struct.pack("<2I", _LANGUAGE, described_at + 16 * index)
            place = address + data_at + len(data)
            described += struct.pack("<4I", place, len(content), 0, 0)
            data += content + bytes(-len(content) % 8)
            index += 1
    root = struct.pack("<3I2H", 0, 0, 0, 0, len(resources))
    return root + types + numbers + languages + described + data


def _file(sections: list[tuple[bytes, bytes, int]], *, certificate: tuple[int, int]) -> bytes:
    stub = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    headers_size = _FILE_ALIGNMENT * 2
    table, body, address, offset = b"", io.BytesIO(), _PAGE, headers_size
    places: dict[bytes, tuple[int, int]] = {}
    for name, content, flags in sections:
        raw = _up(len(content), _FILE_ALIGNMENT)
        table += struct.pack("<8s4I", name, len(content), address, raw, offset)
        table += struct.pack("<2I2HI", 0, 0, 0, 0, flags)
        places[name] = (address, len(content))
        body.write(content.ljust(raw, b"\0"))
        address += _up(len(content), _PAGE)
        offset += raw
    coff = struct.pack("<4s2H3I2H", b"PE\0\0", 0x8664, len(sections), 0, 0, 0, 240, 0x22)
    directories = [(0, 0)] * 16
    directories[2] = places[b".rsrc"]
    directories[4] = certificate
    optional = struct.pack("<H2B5I", 0x20B, 14, 0, places[b".text"][1], 0, 0, _PAGE, _PAGE)
    optional += struct.pack("<Q2I6H", _BASE, _PAGE, _FILE_ALIGNMENT, 6, 0, 0, 0, 6, 0)
    optional += struct.pack("<4I2H", 0, address, headers_size, 0, 2, 0x8160)
    optional += struct.pack("<4Q2I", 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
    optional += b"".join(struct.pack("<2I", *directory) for directory in directories)
    headers = (stub + coff + optional + table).ljust(headers_size, b"\0")
    return headers + body.getvalue()


def _words(version: str) -> tuple[int, int]:
    """Give a version of four parts as the two words of the fixed block."""
    parts = ([int(part) for part in version.split(".")] + [0, 0, 0, 0])[:4]
    return parts[0] << 16 | parts[1], parts[2] << 16 | parts[3]


def _up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple
