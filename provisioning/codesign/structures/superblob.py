"""The superblob: every part of one signature, each under its number (<kern/cs_blobs.h>)."""

import struct
from dataclasses import dataclass
from typing import Final

from provisioning.codesign.errors import Malformed

SUPERBLOB: Final = 0xFADE0CC0
CODE_DIRECTORY: Final = 0xFADE0C02
REQUIREMENTS: Final = 0xFADE0C01
REQUIREMENT: Final = 0xFADE0C00
ENTITLEMENTS_XML: Final = 0xFADE7171
ENTITLEMENTS_DER: Final = 0xFADE7172
CMS: Final = 0xFADE0B01

DIRECTORY_SLOT: Final = 0
INFO_SLOT: Final = 1
REQUIREMENTS_SLOT: Final = 2
RESOURCES_SLOT: Final = 3
ENTITLEMENTS_SLOT: Final = 5
ENTITLEMENTS_DER_SLOT: Final = 7
ALTERNATES: Final = range(0x1000, 0x1005)
CMS_SLOT: Final = 0x10000

#: Which magic belongs to which numbered part.
MAGIC_OF: Final = {
    DIRECTORY_SLOT: CODE_DIRECTORY,
    REQUIREMENTS_SLOT: REQUIREMENTS,
    ENTITLEMENTS_SLOT: ENTITLEMENTS_XML,
    ENTITLEMENTS_DER_SLOT: ENTITLEMENTS_DER,
    CMS_SLOT: CMS,
    **dict.fromkeys(ALTERNATES, CODE_DIRECTORY),
}
BLOB_HEADER: Final = 8
INDEX_START: Final = 12
INDEX_ENTRY: Final = 8
MOST_BLOBS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """One part: its number, its offset in the superblob, and its bytes with magic and length."""

    slot: int
    offset: int
    content: bytes

    @property
    def payload(self) -> bytes:
        return self.content[BLOB_HEADER:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Superblob:
    """The parts of a signature in the order of their index, and the length of it all."""

    length: int
    blobs: tuple[Blob, ...]

    def get(self, slot: int) -> Blob | None:
        return next((blob for blob in self.blobs if blob.slot == slot), None)

    @property
    def directories(self) -> tuple[Blob, ...]:
        """The CodeDirectories, the primary one first."""
        return tuple(
            blob
            for blob in sorted(self.blobs, key=lambda blob: blob.slot)
            if blob.slot == DIRECTORY_SLOT or blob.slot in ALTERNATES
        )


def read_superblob(region: bytes) -> Superblob:
    """Read the superblob at the start of a signature *region*. Raise Malformed."""
    if len(region) < INDEX_START:
        raise Malformed("The signature is too short.")
    magic, length, count = struct.unpack_from(">III", region)
    if magic != SUPERBLOB:
        raise Malformed("The signature does not begin with a superblob.")
    if length > len(region) or length < INDEX_START + count * INDEX_ENTRY:
        raise Malformed("The signature is longer than the room it has.")
    if count > MOST_BLOBS:
        raise Malformed("The signature has too many parts.")
    blobs = tuple(_read_blob(region, number, length) for number in range(count))
    _refuse_clashes(blobs)
    return Superblob(length=length, blobs=blobs)


def _read_blob(region: bytes, number: int, limit: int) -> Blob:
    slot, offset = struct.unpack_from(">II", region, INDEX_START + number * INDEX_ENTRY)
    if offset < INDEX_START or offset + BLOB_HEADER > limit:
        raise Malformed("A part of the signature lies outside of it.")
    magic, length = struct.unpack_from(">II", region, offset)
    if length < BLOB_HEADER or offset + length > limit:
        raise Malformed("A part of the signature is longer than the signature.")
    if MAGIC_OF.get(slot, magic) != magic:
        raise Malformed("A part of the signature is not what its number says.")
    return Blob(slot=slot, offset=offset, content=region[offset : offset + length])


def _refuse_clashes(blobs: tuple[Blob, ...]) -> None:
    if len({blob.slot for blob in blobs}) != len(blobs):
        raise Malformed("Two parts of the signature have the same number.")
    end = 0
    for blob in sorted(blobs, key=lambda blob: blob.offset):
        if blob.offset < end:
            raise Malformed("Parts of the signature overlap.")
        end = blob.offset + len(blob.content)
