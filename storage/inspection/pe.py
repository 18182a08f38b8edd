"""
Windows programs: `.exe` installers, by their version resource and certificate table.

Layouts are those of Microsoft's PE format and of VS_VERSIONINFO. Installers carry no id: they have
a name, a version, and are signed or not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct

from storage.inspection import windowssigning
from storage.inspection.facts import Facts, Inspection, Signing
from storage.inspection.package import Package
from storage.inspection.rejection import NotAPackage, PackageRejected
from storage.inspection.source import Source
from storage.inspection.text import clean

MAGIC = b"MZ"
MAX_VERSION = 1 << 20
MAX_ENTRIES = 4096

_LFANEW_AT = 0x3C
_COFF = Struct("<4s2H12xH2x")
_SECTION = Struct("<8x4L16x")
_DIRECTORY = Struct("<12x2H")
_LINE = Struct("<2L")
_BLOCK = Struct("<3H")
_CERTIFICATE = Struct("<L2H")
_WIDTHS = {0x10B: 96, 0x20B: 112}
_RESOURCES, _CERTIFICATES = 2, 4
_VERSION = 16
_SUBFOLDER = 0x80000000
_PKCS7 = 2
_MACHINES = {0x014C: "x86", 0x8664: "x64", 0xAA64: "arm64", 0x01C4: "arm"}
_MAX_DEPTH = 4
_BROKEN = "The program is damaged."


def read(package: Package) -> Inspection:
    """Read a program; raise PackageRejected when it is no PE file."""
    program = _Program.open(package.source)
    notes: list[str] = []
    try:
        texts = program.version_texts()
    except PackageRejected as reason:
        texts = {}
        notes.append(f"The version resource is unreadable: {reason}")
    facts = Facts(
        platform="windows",
        kind="exe",
        name=clean(texts.get("ProductName")) or clean(texts.get("FileDescription")),
        version=clean(texts.get("ProductVersion")) or clean(texts.get("FileVersion")),
        publisher=clean(texts.get("CompanyName")),
        architectures=(_MACHINES.get(program.machine, f"machine-{program.machine}"),),
        signing=program.signing(),
        complete=bool(texts),
        **package.measured,
    )
    return Inspection(facts=facts, notes=tuple(notes))


@dataclass(frozen=True, slots=True)
class _Program:
    """The headers: where sections lie in memory and in the file, and two data directories."""

    source: Source
    machine: int
    sections: tuple[tuple[int, int, int], ...]
    resources: tuple[int, int]
    certificates: tuple[int, int]

    @classmethod
    def open(cls, source: Source) -> "_Program":
        at = int.from_bytes(source.read(_LFANEW_AT, 4), "little")
        magic, machine, count, optional = _COFF.unpack(source.read(at, _COFF.size))
        if magic != b"PE\0\0":
            raise NotAPackage("The file is a program of another time than Windows.")
        begin = at + _COFF.size
        width = _WIDTHS.get(int.from_bytes(source.read(begin, 2), "little"))
        if width is None:
            raise PackageRejected(_BROKEN)
        known = int.from_bytes(source.read(begin + width - 4, 4), "little")
        directories = [
            _LINE.unpack(source.read(begin + width + 8 * index, 8)) if index < known else (0, 0)
            for index in (_RESOURCES, _CERTIFICATES)
        ]
        table = source.read(begin + optional, count * _SECTION.size)
        sections = [
            (address, max(size, raw), offset)
            for size, address, raw, offset in _SECTION.iter_unpack(table)
        ]
        return cls(source, machine, tuple(sections), directories[0], directories[1])

    def signing(self) -> Signing:
        """Name the signers of a certificate table that is not empty."""
        # Of all addresses in the headers this one alone is an offset in the file.
        offset, size = self.certificates
        if not size or offset + size > self.source.size:
            return Signing()
        return windowssigning.authenticode(self._signature)

    def _signature(self) -> bytes:
        offset, _ = self.certificates
        length, _, kind = _CERTIFICATE.unpack(self.source.read(offset, _CERTIFICATE.size))
        if kind != _PKCS7 or not _CERTIFICATE.size < length <= windowssigning.MAX_BYTES:
            raise PackageRejected(_BROKEN)
        return self.source.read(offset + _CERTIFICATE.size, length - _CERTIFICATE.size)

    def version_texts(self) -> dict[str, str]:
        """Return the texts of the first version resource, empty when there is none."""
        address, size = self.resources
        if not size:
            return {}
        base = self._offset(address)
        at = next((place for name, place in self._lines(base, 0) if name == _VERSION), None)
        for _ in range(2):  # Its name, then its language: the first of each.
            if at is None or not at & _SUBFOLDER:
                break
            at = next((place for _, place in self._lines(base, at & ~_SUBFOLDER)), None)
        if at is None or at & _SUBFOLDER:
            return {}
        place, length = _LINE.unpack(self.source.read(base + at, _LINE.size))
        if length > MAX_VERSION:
            raise PackageRejected("It is too big: more than 1 MB.")
        return dict(_texts(self.source.read(self._offset(place), length), 0))

    def _lines(self, base: int, at: int) -> Iterator[tuple[int, int]]:
        """Yield number and place of each line of a resource directory."""
        named, numbered = _DIRECTORY.unpack(self.source.read(base + at, _DIRECTORY.size))
        count = named + numbered
        if count > MAX_ENTRIES:
            raise PackageRejected(_BROKEN)
        begin = base + at + _DIRECTORY.size
        yield from _LINE.iter_unpack(self.source.read(begin, count * _LINE.size))

    def _offset(self, address: int) -> int:
        for begin, size, offset in self.sections:
            if begin <= address < begin + size:
                return offset + address - begin
        raise PackageRejected(_BROKEN)


def _texts(block: bytes, depth: int) -> Iterator[tuple[str, str]]:
    """Walk a block of VS_VERSIONINFO: a key, a value, then more blocks, each on four bytes."""
    if depth > _MAX_DEPTH or len(block) < _BLOCK.size:
        return
    length, value_length, kind = _BLOCK.unpack_from(block)
    block = block[:length]
    key, at = _key(block)
    at = _aligned(at)
    if depth == _MAX_DEPTH - 1:
        # Lengths of texts are in characters, but some tools write bytes: the NUL ends it.
        text = block[at:].decode("utf-16-le", "replace").partition("\0")[0]
        yield key, text
        return
    at = _aligned(at + value_length * (2 if kind else 1))
    for _ in range(MAX_ENTRIES):
        if at + _BLOCK.size > len(block):
            return
        size = int.from_bytes(block[at : at + 2], "little")
        if size < _BLOCK.size:
            return
        if depth or _is_string_info(block[at:]):
            yield from _texts(block[at : at + size], depth + 1)
        at = _aligned(at + size)


def _is_string_info(block: bytes) -> bool:
    return _key(block)[0] == "StringFileInfo"


def _key(block: bytes) -> tuple[str, int]:
    end = _BLOCK.size
    while end + 1 < len(block) and block[end : end + 2] != b"\0\0":
        end += 2
    return block[_BLOCK.size : end].decode("utf-16-le", "replace"), end + 2


def _aligned(at: int) -> int:
    return (at + 3) & ~3
