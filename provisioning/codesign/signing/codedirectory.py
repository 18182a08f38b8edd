"""Writing a CodeDirectory: version 0x20400, SHA-256, pages of 4096 bytes, as Xcode does today."""

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from provisioning.codesign.structures import codedirectory
from provisioning.codesign.structures.codedirectory import CodeDirectory, read_code_directory
from provisioning.codesign.structures.source import Source
from provisioning.codesign.structures.superblob import CODE_DIRECTORY

PAGE_SHIFT: Final = 12
PAGE_SIZE: Final = 1 << PAGE_SHIFT
HASH_SIZE: Final = 32
#: The highest slot there is: the DER entitlements.
SPECIAL_SLOTS: Final = 7
_PAGES_AT_ONCE: Final = 256
_LIMIT_32: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryPlan:
    """What a CodeDirectory says besides its page hashes; `special` holds contents, not hashes."""

    identifier: str
    team: str
    text: tuple[int, int]  #: Where __TEXT lies in the slice, and how long it is.
    exec_flags: int
    special: Mapping[int, bytes]


def write_directory(plan: DirectoryPlan, code: Source) -> CodeDirectory:
    """Hash every page of *code*, which ends where the signature begins, and write the directory."""
    names = plan.identifier.encode() + b"\0"
    team_offset = codedirectory.MODERN_HEADER + len(names)
    names += plan.team.encode() + b"\0"
    slots = max(plan.special)
    hash_offset = codedirectory.MODERN_HEADER + len(names) + slots * HASH_SIZE
    pages = hash_pages(code)
    large = code.size > _LIMIT_32
    head = codedirectory.FIXED.pack(
        CODE_DIRECTORY,
        hash_offset + len(pages),
        codedirectory.EXEC_VERSION,
        0,
        hash_offset,
        codedirectory.MODERN_HEADER,
        slots,
        len(pages) // HASH_SIZE,
        0 if large else code.size,
        HASH_SIZE,
        codedirectory.SHA256,
        0,
        PAGE_SHIFT,
        0,
    )
    later = struct.pack(
        ">IIIQQQQ",
        0,
        team_offset,
        0,
        code.size if large else 0,
        *plan.text,
        plan.exec_flags,
    )
    return read_code_directory(head + later + names + _special(plan.special) + pages)


def _special(contents: Mapping[int, bytes]) -> bytes:
    hashes = (
        hashlib.sha256(contents[slot]).digest() if slot in contents else bytes(HASH_SIZE)
        for slot in range(max(contents), 0, -1)
    )
    return b"".join(hashes)


def hash_pages(code: Source) -> bytes:
    """Return the SHA-256 of every page, one after the other."""
    step = PAGE_SIZE * _PAGES_AT_ONCE
    sha256 = hashlib.sha256
    hashes: list[bytes] = []
    for start in range(0, code.size, step):
        batch = memoryview(code.read(start, min(step, code.size - start)))
        hashes.extend(
            sha256(batch[offset : offset + PAGE_SIZE]).digest()
            for offset in range(0, len(batch), PAGE_SIZE)
        )
    return b"".join(hashes)
