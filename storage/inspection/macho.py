"""
Mach-O: what the load commands say about each slice.

Layouts and numbers are those of Apple's `mach-o/loader.h` and `mach-o/fat.h`. Only the head of a
slice is read; code, symbols and signature stay where they are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from struct import Struct
from uuid import UUID

from storage.inspection.rejection import PackageRejected

# The commands of a slice lie in its first bytes. The largest apps need about 20 KB; where a header
# announces more, more is read.
HEAD = 64 << 10
MAX_SLICES = 29
MAX_COMMANDS = 20_000
MAX_COMMAND_BYTES = 4 << 20

_FAT, _FAT_64 = 0xCAFEBABE, 0xCAFEBABF
_THIN = {
    b"\xce\xfa\xed\xfe": ("<", 28),
    b"\xcf\xfa\xed\xfe": ("<", 32),
    b"\xfe\xed\xfa\xce": (">", 28),
    b"\xfe\xed\xfa\xcf": (">", 32),
}
_UUID, _CODE_SIGNATURE, _BUILD_VERSION = 0x1B, 0x1D, 0x32
_ENCRYPTION = frozenset({0x21, 0x2C})
_MINIMUM = {0x24: 1, 0x25: 2, 0x2F: 3, 0x30: 4}
# How many bytes of these commands are read behind their number and size.
_NEEDED = {_UUID: 16, _CODE_SIGNATURE: 8, _BUILD_VERSION: 4, 0x21: 12, 0x2C: 12}
_DAMAGED = "The executable's load commands are damaged."
_SUBTYPE = 0x00FFFFFF

_ARCHITECTURES = {
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
    (18, 0): "ppc",
    (0x01000012, 0): "ppc64",
}
_PLATFORMS = {
    1: "macos",
    2: "ios",
    3: "tvos",
    4: "watchos",
    6: "maccatalyst",
    7: "iossimulator",
    8: "tvossimulator",
    9: "watchossimulator",
    11: "visionos",
    12: "visionossimulator",
}

Head = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """
    One architecture. `uuid` is lower-case with dashes, empty where there is no LC_UUID.

    `signature` says where in the file the signature lies and how long it is, None without one.
    """

    architecture: str
    uuid: str = ""
    encrypted: bool = False
    platform: str | None = None
    signature: tuple[int, int] | None = None


def read_slices(head: Head) -> list[Slice]:
    """
    Read every slice of a thin or fat file; raise PackageRejected when it is no Mach-O.

    *head* returns up to so many bytes from an offset on, fewer at the end of the file. The offsets
    that it is asked for never descend.
    """
    start = head(0, HEAD)
    magic = int.from_bytes(start[:4])
    if magic not in (_FAT, _FAT_64):
        return [_read_slice(head, 0)]
    offsets = sorted(_slice_offsets(start, wide=magic == _FAT_64))
    if not offsets:
        raise PackageRejected("The executable is a Mach-O without a slice.")
    return [_read_slice(head, offset) for offset in offsets]


def _slice_offsets(start: bytes, *, wide: bool) -> Iterator[int]:
    count = int.from_bytes(start[4:8])
    # Java classes share the magic number; their count is a version of 45 and more.
    if count > MAX_SLICES:
        raise PackageRejected("The executable is no Mach-O file.")
    line = Struct(">8xQ16x") if wide else Struct(">8xL8x")
    for index in range(count):
        at = 8 + index * line.size
        if at + line.size > len(start):
            raise PackageRejected("The executable is cut off.")
        (offset,) = line.unpack_from(start, at)
        yield offset


def _read_slice(head: Head, at: int) -> Slice:
    order, size, (cpu, subtype, _, count, length) = _header(head(at, HEAD))
    if count > MAX_COMMANDS or length > MAX_COMMAND_BYTES:
        raise PackageRejected("The executable announces too many load commands.")
    data = head(at, size + length)[size:]
    if len(data) < length:
        raise PackageRejected("The executable is cut off.")
    name = _ARCHITECTURES.get((cpu, subtype & _SUBTYPE), f"cpu-{cpu}-{subtype & _SUBTYPE}")
    uuid, encrypted, platform, signature = "", False, None, None
    for command, body in _commands(data, count, order):
        if command == _UUID:
            uuid = str(UUID(bytes=body[:16]))
        elif command == _CODE_SIGNATURE:
            if signature:
                raise PackageRejected("The executable has two signatures.")
            signature = at + _number(body[:4], order), _number(body[4:8], order)
        elif command in _ENCRYPTION:
            encrypted = encrypted or any(body[8:12])
        elif command == _BUILD_VERSION:
            platform = _PLATFORMS.get(_number(body[:4], order))
        elif command in _MINIMUM:
            platform = platform or _PLATFORMS[_MINIMUM[command]]
    return Slice(
        architecture=name,
        uuid=uuid,
        encrypted=encrypted,
        platform=platform,
        signature=signature,
    )


def _header(data: bytes) -> tuple[str, int, tuple[int, ...]]:
    """Return the byte order, the length of the header, and its numbers behind the first."""
    order, size = _THIN.get(data[:4], ("", 0))
    if not order or len(data) < size:
        raise PackageRejected("The executable is no Mach-O file.")
    return order, size, Struct(order + "5L").unpack_from(data, 4)


def _commands(data: bytes, count: int, order: str) -> Iterator[tuple[int, bytes]]:
    """Yield each load command with what follows its number and size."""
    head, at = Struct(order + "2L"), 0
    for _ in range(count):
        if at + head.size > len(data):
            raise PackageRejected(_DAMAGED)
        command, size = head.unpack_from(data, at)
        body = data[at + head.size : at + size]
        if at + size > len(data) or size < head.size + _NEEDED.get(command, 0):
            raise PackageRejected(_DAMAGED)
        yield command, body
        at += size


def _number(field: bytes, order: str) -> int:
    return int.from_bytes(field, "little" if order == "<" else "big")
