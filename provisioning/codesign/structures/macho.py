"""
Mach-O files, thin and fat: where the code, its segments and its signature lie.

The layout is Apple's <mach-o/loader.h> and <mach-o/fat.h>.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.source import PartSource, Source

MAGIC_64: Final = 0xFEEDFACF
MAGIC_32: Final = 0xFEEDFACE
FAT_32: Final = 0xCAFEBABE
FAT_64: Final = 0xCAFEBABF
#: A Java class begins with FAT_32 too; its next word is a version of 45 or more.
MOST_SLICES: Final = 30
FAT_HEADER: Final = 8
FAT_ENTRY_32: Final = struct.Struct(">IIIII")
FAT_ENTRY_64: Final = struct.Struct(">IIQQII")
MACHO_HEADER: Final = struct.Struct("<7I")
HEADER_SIZE_64: Final = 32
HEADER_SIZE_32: Final = 28

EXECUTE: Final = 2
DYLIB: Final = 6
BUNDLE: Final = 8

_SIGNABLE: Final = frozenset({EXECUTE, DYLIB, BUNDLE})
#: The header of a fat file with one slice, or of a thin one.
_LONGEST_HEAD: Final = FAT_HEADER + FAT_ENTRY_64.size

LC_SEGMENT: Final = 0x1
LC_SEGMENT_64: Final = 0x19
LC_UUID: Final = 0x1B
LC_CODE_SIGNATURE: Final = 0x1D
LC_ENCRYPTION_INFO: Final = 0x21
LC_ENCRYPTION_INFO_64: Final = 0x2C
LC_BUILD_VERSION: Final = 0x32
#: Platforms of LC_BUILD_VERSION that are simulators: iOS, tvOS, watchOS, visionOS.
SIMULATORS: Final = frozenset({7, 8, 9, 12})
#: Intel, 32 and 64 bit: no iPhone, Apple TV or watch has such a processor.
INTEL: Final = frozenset({7, 0x01000007})

#: The bits of a subtype that say what the code can do, and not for which processor it is.
_CAPABILITIES: Final = 0xFF000000
_NAMES: Final = {
    (7, 3): "i386",
    (0x01000007, 3): "x86_64",
    (0x01000007, 8): "x86_64h",
    (12, 6): "armv6",
    (12, 9): "armv7",
    (12, 11): "armv7s",
    (12, 12): "armv7k",
    (0x0100000C, 0): "arm64",
    (0x0100000C, 1): "arm64",
    (0x0100000C, 2): "arm64e",
    (0x0200000C, 0): "arm64_32",
    (0x0200000C, 1): "arm64_32",
}

MOST_COMMANDS: Final = 20_000
MOST_COMMAND_BYTES: Final = 4 << 20
MOST_SECTIONS: Final = 4_096

_SEGMENT_64: Final = struct.Struct("<16sQQQQIIII")
_SEGMENT_32: Final = struct.Struct("<16sIIIIIIII")
_SECTION_64: Final = struct.Struct("<16s16sQQI")
_SECTION_32: Final = struct.Struct("<16s16sIII")
_SECTION_SIZE_64: Final = 80
_SECTION_SIZE_32: Final = 68
_LINKEDIT_DATA: Final = 16
_UUID_COMMAND: Final = 24
_THIN_MAGICS: Final = frozenset(word.to_bytes(4, "little") for word in (MAGIC_64, MAGIC_32))
_FAT_MAGICS: Final = frozenset(word.to_bytes(4, "big") for word in (FAT_32, FAT_64))
_COMMAND_HEADER: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment: where its command lies, where it is loaded, and which bytes it takes."""

    name: str
    command: int  #: Offset of the load command in the slice.
    address: int
    address_size: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePlace:
    """LC_CODE_SIGNATURE: offset of the command, and the region it points at."""

    command: int
    offset: int
    size: int

    @property
    def end(self) -> int:
        return self.offset + self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One architecture. All offsets but `start` are relative to the slice."""

    start: int
    size: int
    alignment: int  #: As a power of two; 14 for a thin file.
    cpu_type: int
    cpu_subtype: int
    file_type: int
    wide: bool
    command_count: int = 0
    commands_end: int = 0
    first_content: int = 0  #: The lowest file offset of any section: the end of the header's room.
    signature: SignaturePlace | None = None
    segments: tuple[Segment, ...] = ()
    info_plist: tuple[int, int] | None = None  #: Offset and length of a `__info_plist` section.
    crypt_id: int = 0
    platform: int = 0
    uuid: str = ""

    @property
    def architecture(self) -> str:
        """The name that Apple's tools give it, or else its two numbers."""
        subtype = self.cpu_subtype & ~_CAPABILITIES
        return _NAMES.get((self.cpu_type, subtype), f"cpu-{self.cpu_type}-{subtype}")

    @property
    def header_size(self) -> int:
        return HEADER_SIZE_64 if self.wide else HEADER_SIZE_32

    @property
    def is_simulator(self) -> bool:
        return self.platform in SIMULATORS

    @property
    def text(self) -> Segment | None:
        return self.segment("__TEXT")

    @property
    def linkedit(self) -> Segment | None:
        return self.segment("__LINKEDIT")

    def segment(self, name: str) -> Segment | None:
        return next((item for item in self.segments if item.name == name), None)

    def of(self, source: Source) -> PartSource:
        """Return this slice of the file it was read from."""
        return PartSource(source, self.start, self.size)


def is_macho(head: bytes) -> bool:
    """Tell by the first eight bytes whether this is a Mach-O file, thin or fat."""
    if len(head) < FAT_HEADER:
        return False
    return head[:4] in _THIN_MAGICS or is_fat(head)


def is_fat(head: bytes) -> bool:
    count = int.from_bytes(head[4:8], "big")
    return head[:4] in _FAT_MAGICS and 0 < count < MOST_SLICES


def is_signable(source: Source) -> bool:
    """
    Tell whether this is a program, a library or a plug-in.

    Object files and debugging symbols are Mach-O files as well, but they are resources.
    """
    head = source.read(0, min(_LONGEST_HEAD, source.size))
    if not is_macho(head):
        return False
    start = 0
    if is_fat(head):
        wide = int.from_bytes(head[:4], "big") == FAT_64
        entry = FAT_ENTRY_64 if wide else FAT_ENTRY_32
        start = entry.unpack_from(head, FAT_HEADER)[2]
        if start + MACHO_HEADER.size > source.size:
            return False
        head = source.read(start, MACHO_HEADER.size)
    return len(head) >= MACHO_HEADER.size and MACHO_HEADER.unpack_from(head)[3] in _SIGNABLE


def read_slices(source: Source) -> tuple[Slice, ...]:
    """Read every slice of a Mach-O file. Raise Malformed for anything else."""
    head = source.read(0, min(FAT_HEADER, source.size))
    if not is_macho(head):
        raise Malformed("This is no Mach-O file.")
    if not is_fat(head):
        return (_read_slice(source, 0, source.size, 14),)
    slices = tuple(_fat_slices(source, head))
    _refuse_overlaps(slices)
    return slices


def _fat_slices(source: Source, head: bytes) -> Iterator[Slice]:
    magic, count = struct.unpack(">II", head)
    entry = FAT_ENTRY_64 if magic == FAT_64 else FAT_ENTRY_32
    for number in range(count):
        fields = entry.unpack(source.read(FAT_HEADER + number * entry.size, entry.size))
        start, size, alignment = fields[2], fields[3], fields[4]
        if start + size > source.size:
            raise Malformed("A slice of this fat file lies outside of it.")
        yield _read_slice(source, start, size, alignment)


def _refuse_overlaps(slices: tuple[Slice, ...]) -> None:
    end = 0
    for piece in sorted(slices, key=lambda piece: piece.start):
        if piece.start < end:
            raise Malformed("Slices of this fat file overlap.")
        end = piece.start + piece.size


def _read_slice(source: Source, start: int, size: int, alignment: int) -> Slice:
    part = PartSource(source, start, size)
    magic, cpu, subtype, kind, count, length, _ = MACHO_HEADER.unpack(
        part.read(0, MACHO_HEADER.size)
    )
    if magic not in {MAGIC_64, MAGIC_32}:
        raise Malformed("A slice is no Mach-O file.")
    if count > MOST_COMMANDS or length > MOST_COMMAND_BYTES:
        raise Malformed("This Mach-O file announces too many load commands.")
    wide = magic == MAGIC_64
    header = HEADER_SIZE_64 if wide else HEADER_SIZE_32
    piece = Slice(
        start=start,
        size=size,
        alignment=alignment,
        cpu_type=cpu,
        cpu_subtype=subtype,
        file_type=kind,
        wide=wide,
        command_count=count,
        commands_end=header + length,
        first_content=size,
    )
    for offset, command, body in _commands(part.read(header, length), count, header):
        piece = _with_command(piece, offset, command, body)
    return piece


def _commands(raw: bytes, count: int, base: int) -> Iterator[tuple[int, int, bytes]]:
    position = 0
    for _ in range(count):
        if position + 8 > len(raw):
            raise Malformed("The load commands end too early.")
        command, length = struct.unpack_from("<II", raw, position)
        if length < _COMMAND_HEADER or position + length > len(raw):
            raise Malformed("A load command has an impossible length.")
        yield base + position, command, raw[position : position + length]
        position += length


def _with_command(piece: Slice, offset: int, command: int, body: bytes) -> Slice:
    if command in {LC_SEGMENT, LC_SEGMENT_64}:
        return _with_segment(piece, offset, body, wide=command == LC_SEGMENT_64)
    if command == LC_CODE_SIGNATURE:
        return _with_signature(piece, offset, body)
    if command in {LC_ENCRYPTION_INFO, LC_ENCRYPTION_INFO_64}:
        return replace(piece, crypt_id=_word(body, 16) or piece.crypt_id)
    if command == LC_BUILD_VERSION:
        return replace(piece, platform=_word(body, 8))
    if command == LC_UUID:
        if len(body) < _UUID_COMMAND:
            raise Malformed("A load command is too short.")
        return replace(piece, uuid=body[8:24].hex())
    return piece


def _with_signature(piece: Slice, offset: int, body: bytes) -> Slice:
    if piece.signature is not None:
        raise Malformed("This Mach-O file has two signatures.")
    if len(body) < _LINKEDIT_DATA:
        raise Malformed("The signature's load command is too short.")
    place = SignaturePlace(command=offset, offset=_word(body, 8), size=_word(body, 12))
    if place.end > piece.size or place.offset < piece.header_size:
        raise Malformed("The signature lies outside of its file.")
    return replace(piece, signature=place)


def _with_segment(piece: Slice, offset: int, body: bytes, *, wide: bool) -> Slice:
    layout = _SEGMENT_64 if wide else _SEGMENT_32
    if len(body) < 8 + layout.size:
        raise Malformed("A segment's load command is too short.")
    name, address, address_size, start, size, _, _, sections, _ = layout.unpack_from(body, 8)
    segment = Segment(
        name=_text(name),
        command=offset,
        address=address,
        address_size=address_size,
        offset=start,
        size=size,
    )
    if start + size > piece.size:
        raise Malformed(f"The segment {segment.name} lies outside of its file.")
    piece = replace(piece, segments=(*piece.segments, segment))
    return _with_sections(piece, body[8 + layout.size :], sections, wide=wide)


def _with_sections(piece: Slice, raw: bytes, count: int, *, wide: bool) -> Slice:
    layout, step = (_SECTION_64, _SECTION_SIZE_64) if wide else (_SECTION_32, _SECTION_SIZE_32)
    if count > MOST_SECTIONS or count * step > len(raw):
        raise Malformed("A segment announces more sections than it holds.")
    for number in range(count):
        name, _, _, size, start = layout.unpack_from(raw, number * step)
        if start and size:
            piece = replace(piece, first_content=min(piece.first_content, start))
        if _text(name) == "__info_plist":
            piece = replace(piece, info_plist=(start, size))
    return piece


def _word(body: bytes, offset: int) -> int:
    if len(body) < offset + 4:
        raise Malformed("A load command is too short.")
    return int.from_bytes(body[offset : offset + 4], "little")


def _text(name: bytes) -> str:
    return name.split(b"\0", 1)[0].decode("latin-1")
