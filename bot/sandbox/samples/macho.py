"""
Mach-O programs and libraries, thin and fat, signed or not, as Apple's linker lays them out.

Numbers come from Apple's published headers (mach-o/loader.h, mach-o/fat.h). The code inside is a
function that returns 0; everything else is filler, so a sample can have any size.
"""

import struct
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.sandbox.samples import noise
from bot.sandbox.samples.loadcommands import (
    ALIGNMENT,
    CPUS,
    HEADER,
    PLATFORMS,
    SEGMENT_PAGE,
    Architecture,
    Platform,
    library,
    packed_version,
    section,
    segment,
    text_command,
    up,
)
from bot.sandbox.samples.signature import CodeSigning, PageHashes, signature_room, superblob

_CODE: dict[Architecture, bytes] = {
    "arm64": bytes.fromhex("fd7bbfa9fd03009100008052fd7bc1a8c0035fd6"),
    "x86_64": bytes.fromhex("554889e531c05dc3"),
}
_BASE = 0x1_0000_0000
_SPARE_ROOM = 1024
_READ_ONLY, _READ_RUN, _READ_WRITE = 1, 5, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class MachO:
    """
    What an executable is. `install_name` makes it a library.

    `filler` is the number of bytes added to the code of every slice; `packable` filler deflates to
    about 40 in 100, as real code does. `crypt_id` 1 marks a copy from the App Store.
    """

    name: str
    architectures: tuple[Architecture, ...] = ("arm64",)
    install_name: str | None = None
    platform: Platform = "ios"
    minimum_os: str = "15.0"
    sdk: str = "18.0"
    libraries: tuple[str, ...] = ("/usr/lib/libSystem.B.dylib", "/usr/lib/libobjc.A.dylib")
    filler: int = 0
    packable: bool = True
    crypt_id: int = 0

    def uuid(self, architecture: Architecture) -> uuid.UUID:
        """Give the LC_UUID of a slice; it follows from name, architecture and size."""
        return uuid.uuid5(uuid.NAMESPACE_OID, f"{self.name} {architecture} {self.filler}")


def image(binary: MachO, signing: CodeSigning | None = None) -> Iterator[bytes]:
    """Yield the bytes of the file, never more than a few MiB at a time."""
    slices = [_Slice(binary, architecture, signing) for architecture in binary.architectures]
    yield from fat([(part.architecture, part.size, part.chunks()) for part in slices])


def fat(slices: Sequence[tuple[Architecture, int, Iterable[bytes]]]) -> Iterator[bytes]:
    """Yield the slices behind a fat header; one alone needs none."""
    if len(slices) == 1:
        yield from slices[0][2]
        return
    offset = SEGMENT_PAGE
    table = struct.pack(">2I", 0xCAFEBABE, len(slices))
    for architecture, size, _ in slices:
        table += struct.pack(">5I", *CPUS[architecture], offset, size, ALIGNMENT)
        offset += up(size, SEGMENT_PAGE)
    yield table.ljust(SEGMENT_PAGE, b"\0")
    for number, (_, size, chunks) in enumerate(slices, 1):
        yield from chunks
        if number < len(slices):
            yield bytes(-size % SEGMENT_PAGE)


class _Slice:
    """One architecture: where its parts lie, and its bytes in order."""

    def __init__(
        self, binary: MachO, architecture: Architecture, signing: CodeSigning | None
    ) -> None:
        self.architecture = architecture
        self._binary = binary
        self._signing = signing
        self._code = _CODE[architecture]
        self._links = _symbols(binary, self._code_address(0))[0]
        commands_end = HEADER.size + sum(map(len, self._commands(0, 0, 0)))
        self._code_at = up(commands_end + _SPARE_ROOM, 16)
        self._text_size = up(self._code_at + len(self._code) + binary.filler, SEGMENT_PAGE)
        self._links = _symbols(binary, self._code_address(self._code_at))[0]
        self._links_at = self._text_size + SEGMENT_PAGE
        self._code_limit = up(self._links_at + len(self._links), 16)
        self._room = signature_room(signing, self._code_limit) if signing else 0
        end = self._code_limit + self._room if signing else self._links_at + len(self._links)
        self.size = end

    def chunks(self) -> Iterator[bytes]:
        if self._signing is None:
            yield from self._plain()
            return
        hashes = PageHashes()
        for chunk in self._plain():
            hashes.update(chunk)
            yield chunk
        gap = bytes(self._code_limit - self._links_at - len(self._links))
        hashes.update(gap)
        blob = superblob(
            self._signing,
            hashes.finish(),
            self._code_limit,
            self._text_size,
            program=self._binary.install_name is None,
        )
        yield gap + blob.ljust(self._room, b"\0")

    def _plain(self) -> Iterator[bytes]:
        binary = self._binary
        commands = self._commands(self._code_at, self._text_size, self._links_at)
        yield self._header(commands).ljust(self._code_at, b"\0") + self._code
        stream = noise.code_like if binary.packable else noise.incompressible
        yield from stream(binary.filler, f"{binary.name} {self.architecture}")
        yield bytes(self._text_size - self._code_at - len(self._code) - binary.filler)
        yield bytes(SEGMENT_PAGE)
        yield self._links

    def _header(self, commands: list[bytes]) -> bytes:
        library = self._binary.install_name is not None
        flags = 0x100085 if library else 0x200085
        kind = 6 if library else 2
        cpu = CPUS[self.architecture]
        size = sum(map(len, commands))
        header = HEADER.pack(0xFEEDFACF, *cpu, kind, len(commands), size, flags, 0)
        return header + b"".join(commands)

    def _code_address(self, offset: int) -> int:
        return (0 if self._binary.install_name else _BASE) + offset

    def _commands(self, code_at: int, text_size: int, links_at: int) -> list[bytes]:
        return [
            *self._segments(code_at, text_size, links_at),
            *self._identification(code_at),
            *(library(0xC, name) for name in self._binary.libraries),
            text_command(0x8000001C, 12, "@executable_path/Frameworks"),
            *self._links_commands(text_size, links_at),
        ]

    def _segments(self, code_at: int, text_size: int, links_at: int) -> Iterator[bytes]:
        base = self._code_address(0)
        if base:
            yield segment(b"__PAGEZERO", (0, base, 0, 0), 0, [])
        code = self._code
        sections = [
            section(b"__text", b"__TEXT", (base + code_at, len(code), code_at), 0x80000400),
            section(
                b"__const",
                b"__TEXT",
                (base + code_at + len(code), self._binary.filler, code_at + len(code)),
                0,
            ),
        ]
        yield segment(b"__TEXT", (base, text_size, 0, text_size), _READ_RUN, sections)
        data = (base + text_size, 64, text_size)
        yield segment(
            b"__DATA",
            (base + text_size, SEGMENT_PAGE, text_size, SEGMENT_PAGE),
            _READ_WRITE,
            [section(b"__data", b"__DATA", data, 0)],
        )
        size = self.size - links_at if links_at else 0
        place = (base + links_at, up(size, SEGMENT_PAGE), links_at, size)
        yield segment(b"__LINKEDIT", place, _READ_ONLY, [])

    def _identification(self, code_at: int) -> Iterator[bytes]:
        binary = self._binary
        yield struct.pack("<2I16s", 0x1B, 24, binary.uuid(self.architecture).bytes)
        system = PLATFORMS[binary.platform]
        versions = (packed_version(binary.minimum_os), packed_version(binary.sdk))
        yield struct.pack("<8I", 0x32, 32, system, *versions, 1, 3, packed_version("1115.7"))
        if binary.install_name:
            yield library(0xD, binary.install_name)
            return
        yield text_command(0xE, 12, "/usr/lib/dyld")
        yield struct.pack("<2I2Q", 0x80000028, 24, code_at, 0)

    def _links_commands(self, text_size: int, links_at: int) -> Iterator[bytes]:
        count, names_size = _symbols(self._binary, 0)[1]
        names_at = links_at + count * 16
        yield struct.pack("<6I", 0x2, 24, links_at, count, names_at, names_size)
        yield struct.pack("<20I", 0xB, 80, 0, 0, 0, count, count, *[0] * 13)
        if self._binary.platform != "macos":
            crypt = (SEGMENT_PAGE, max(text_size - SEGMENT_PAGE, 0), self._binary.crypt_id)
            yield struct.pack("<6I", 0x2C, 24, *crypt, 0)
        if self._signing:
            limit = self._code_limit if links_at else 0
            yield struct.pack("<4I", 0x1D, 16, limit, self._room if links_at else 0)


def _symbols(binary: MachO, code: int) -> tuple[bytes, tuple[int, int]]:
    """Give the symbols followed by their names, and how many and how many bytes of names."""
    names = (b"_start_of_code",) if binary.install_name else (b"__mh_execute_header", b"_main")
    table, strings = b"", b" \0"
    for number, name in enumerate(names):
        address = _BASE if name == b"__mh_execute_header" else code
        table += struct.pack("<I2BHQ", len(strings), 0x0F, 1, 0x10 if number == 0 else 0, address)
        strings += name + b"\0"
    strings += bytes(-len(strings) % 8)
    return table + strings, (len(names), len(strings))
