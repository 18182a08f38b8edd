"""The CodeDirectory: a hash for every page of code and for every thing the code relies on."""

import hashlib
import struct
from dataclasses import dataclass
from typing import Final

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.superblob import CODE_DIRECTORY

SHA1: Final = 1
SHA256: Final = 2
SHA256_CUT: Final = 3
SHA384: Final = 4
#: Hash type to the name hashlib knows, and the length that is kept.
ALGORITHMS: Final = {
    SHA1: ("sha1", 20),
    SHA256: ("sha256", 32),
    SHA256_CUT: ("sha256", 20),
    SHA384: ("sha384", 48),
}
#: A cdhash is cut to this length, whatever the algorithm.
CDHASH_LENGTH: Final = 20

FIXED: Final = struct.Struct(">9I4BI")
FIXED_SIZE: Final = 44
SCATTER_VERSION: Final = 0x20100
TEAM_VERSION: Final = 0x20200
LIMIT_64_VERSION: Final = 0x20300
EXEC_VERSION: Final = 0x20400
HEADER_SIZES: Final = ((EXEC_VERSION, 88), (LIMIT_64_VERSION, 64), (TEAM_VERSION, 52))
MODERN_HEADER: Final = 88

MAIN_BINARY: Final = 0x1
ALLOW_DEBUGGER: Final = 0x10

MOST_SPECIAL_SLOTS: Final = 32
PAGE_SHIFTS: Final = range(12, 17)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDirectory:
    """One CodeDirectory as it stands in a signature."""

    content: bytes
    version: int
    hash_offset: int
    special_count: int
    code_count: int
    code_limit: int
    hash_size: int
    hash_type: int
    page_shift: int
    identifier: str
    team: str | None
    exec_base: int = 0
    exec_limit: int = 0
    exec_flags: int = 0

    @property
    def page_size(self) -> int:
        return 1 << self.page_shift

    def special(self, slot: int) -> bytes | None:
        """Return the hash for special slot -*slot*; None when it is absent or all zero."""
        if slot > self.special_count:
            return None
        start = self.special_offset(slot)
        value = self.content[start : start + self.hash_size]
        return value if any(value) else None

    def special_offset(self, slot: int) -> int:
        """Return where the hash of special slot -*slot* lies in the directory."""
        return self.hash_offset - slot * self.hash_size

    def page(self, number: int) -> bytes:
        start = self.hash_offset + number * self.hash_size
        return self.content[start : start + self.hash_size]

    def hash_of(self, data: bytes) -> bytes:
        """Hash *data* the way this directory does."""
        return hash_with(self.hash_type, data)

    @property
    def algorithm(self) -> str:
        return ALGORITHMS[self.hash_type][0]

    @property
    def full_hash(self) -> bytes:
        return hashlib.new(self.algorithm, self.content, usedforsecurity=False).digest()

    @property
    def cdhash(self) -> bytes:
        return self.full_hash[:CDHASH_LENGTH]


def hash_with(hash_type: int, data: bytes) -> bytes:
    """Hash *data* with a CodeDirectory's hash type."""
    name, length = ALGORITHMS[hash_type]
    return hashlib.new(name, data, usedforsecurity=False).digest()[:length]


def read_code_directory(content: bytes) -> CodeDirectory:
    """Read a CodeDirectory blob with its header. Raise Malformed."""
    if len(content) < FIXED_SIZE:
        raise Malformed("A CodeDirectory is too short.")
    magic, length, version, _, hashes, ident, special, code, limit, *rest = FIXED.unpack_from(
        content
    )
    size, kind, _, shift, _ = rest
    if magic != CODE_DIRECTORY or length != len(content):
        raise Malformed("A CodeDirectory does not have the length it announces.")
    _check_hashes(kind, size, shift)
    _check_table(length, hashes, special * size, code * size, special)
    wide_limit, team, execution = _later_fields(content, version)
    return CodeDirectory(
        content=content,
        version=version,
        hash_offset=hashes,
        special_count=special,
        code_count=code,
        code_limit=wide_limit or limit,
        hash_size=size,
        hash_type=kind,
        page_shift=shift,
        identifier=_string(content, ident, hashes),
        team=_string(content, team, hashes) if team else None,
        exec_base=execution[0],
        exec_limit=execution[1],
        exec_flags=execution[2],
    )


def _check_hashes(kind: int, size: int, shift: int) -> None:
    if kind not in ALGORITHMS or ALGORITHMS[kind][1] != size:
        raise Malformed("A CodeDirectory uses an unknown hash.")
    if shift not in PAGE_SHIFTS:
        raise Malformed("A CodeDirectory uses an unknown page size.")


def _check_table(length: int, start: int, before: int, after: int, special: int) -> None:
    if special > MOST_SPECIAL_SLOTS:
        raise Malformed("A CodeDirectory has too many special slots.")
    if start < FIXED_SIZE + before or start + after > length:
        raise Malformed("The hashes of a CodeDirectory lie outside of it.")


def _later_fields(content: bytes, version: int) -> tuple[int, int, tuple[int, int, int]]:
    needed = next((size for since, size in HEADER_SIZES if version >= since), FIXED_SIZE)
    if len(content) < needed:
        raise Malformed("A CodeDirectory is shorter than its version demands.")
    if version >= SCATTER_VERSION and int.from_bytes(content[44:48], "big"):
        raise Malformed("A CodeDirectory is scattered, which no iOS app is.")
    team = int.from_bytes(content[48:52], "big") if version >= TEAM_VERSION else 0
    wide = int.from_bytes(content[56:64], "big") if version >= LIMIT_64_VERSION else 0
    if version < EXEC_VERSION:
        return wide, team, (0, 0, 0)
    base, limit, flags = struct.unpack_from(">QQQ", content, 64)
    return wide, team, (base, limit, flags)


def _string(content: bytes, start: int, limit: int) -> str:
    end = content.find(b"\0", start, limit)
    if start < FIXED_SIZE or end < 0:
        raise Malformed("A name in a CodeDirectory has no end.")
    try:
        return content[start:end].decode()
    except UnicodeDecodeError:
        raise Malformed("A name in a CodeDirectory is no text.") from None
