"""Signing one Mach-O file: every slice gets a new signature, and room for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding

from provisioning.codesign.errors import Refused
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.signing import blobs
from provisioning.codesign.signing.cms import sign_directories
from provisioning.codesign.signing.codedirectory import (
    HASH_SIZE,
    PAGE_SIZE,
    SPECIAL_SLOTS,
    DirectoryPlan,
    write_directory,
)
from provisioning.codesign.signing.layout import Layout, lay_out
from provisioning.codesign.structures import codedirectory, macho, superblob
from provisioning.codesign.structures.assembled import Assembled, Piece, Range, assembled
from provisioning.codesign.structures.macho import Slice, read_slices
from provisioning.codesign.structures.source import PartSource, Source

#: More than attributes, signer and headers of a CMS take besides certificates and signature.
_CMS_FRAME: Final = 2_048
_FAT_LIMIT: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    What to sign a file with.

    `info_plist` and `resources` are the bundle's; None for a loose file. `entitlements` are the two
    blobs, XML and DER, for programs; `debuggable` goes with them.
    """

    identity: Identity
    identifier: str
    moment: datetime
    info_plist: bytes | None = field(default=None, repr=False)
    resources: bytes | None = field(default=None, repr=False)
    entitlements: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    debuggable: bool = False


def sign_code(source: Source, order: Order) -> Assembled:
    """Return the file with new signatures. Raise Malformed or Refused with the reason."""
    parts = read_slices(source)
    for part in parts:
        if part.crypt_id:
            raise Refused("The code is encrypted: this is a copy from the App Store.")
    signed = [list(_signed_slice(part.of(source), part, order)) for part in parts]
    if not macho.is_fat(source.read(0, 8)):
        return _flattened(source, signed[0])
    return _fat(source, parts, signed)


def _flattened(source: Source, pieces: list[Piece]) -> Assembled:
    """Turn ranges of the only slice into ranges of the file, so that they can be told apart."""
    return assembled(
        Range(source, piece.offset, piece.length) if isinstance(piece, Range) else piece
        for piece in pieces
    )


def _signed_slice(source: PartSource, part: Slice, order: Order) -> Iterator[Piece]:
    parts = _components(source, part, order)
    layout = lay_out(source, part, _needed(source, part, order, parts))
    code = assembled(_code(source, layout))
    directory = write_directory(_plan(part, order, parts), code)
    cms = sign_directories(order.identity, [directory], order.moment)
    listed = {slot: parts[slot] for slot in sorted(parts) if slot in superblob.MAGIC_OF}
    content = blobs.join(
        {
            superblob.DIRECTORY_SLOT: directory.content,
            **listed,
            superblob.CMS_SLOT: blobs.blob(superblob.CMS, cms),
        }
    )
    if len(content) > layout.room:
        raise Refused("The new signature is larger than was foreseen.")
    yield from code.pieces
    yield content.ljust(layout.room, b"\0")


def _code(source: PartSource, layout: Layout) -> Iterator[Piece]:
    yield layout.head
    yield Range(source, len(layout.head), layout.kept - len(layout.head))
    yield bytes(layout.offset - layout.kept)


def _components(source: PartSource, part: Slice, order: Order) -> dict[int, bytes]:
    """Return what the special slots cover, by slot."""
    found: dict[int, bytes] = dict(order.entitlements)
    found[superblob.REQUIREMENTS_SLOT] = blobs.write_requirements(
        order.identifier, order.identity.name
    )
    if order.info_plist is not None:
        found[superblob.INFO_SLOT] = order.info_plist
    elif part.info_plist is not None:
        found[superblob.INFO_SLOT] = source.read(*part.info_plist)
    if order.resources is not None:
        found[superblob.RESOURCES_SLOT] = order.resources
    return found


def _plan(part: Slice, order: Order, parts: Mapping[int, bytes]) -> DirectoryPlan:
    flags = codedirectory.MAIN_BINARY if part.file_type == macho.EXECUTE else 0
    if order.debuggable:
        flags |= codedirectory.ALLOW_DEBUGGER
    return DirectoryPlan(
        identifier=order.identifier,
        team=order.identity.team_id,
        text=(part.text.offset, part.text.size) if part.text else (0, 0),
        exec_flags=flags,
        special=parts,
    )


def _needed(source: PartSource, part: Slice, order: Order, parts: Mapping[int, bytes]) -> int:
    """Return enough bytes for the signature, before it is made: its size decides the layout."""
    limit = part.signature.offset if part.signature else source.size + PAGE_SIZE
    names = len(order.identifier.encode()) + len(order.identity.team_id) + 2
    hashes = (SPECIAL_SLOTS + limit // PAGE_SIZE + 1) * HASH_SIZE
    listed = sum(len(content) for slot, content in parts.items() if slot in superblob.MAGIC_OF)
    identity = order.identity
    certificates = sum(
        len(item.public_bytes(Encoding.DER)) for item in (identity.certificate, *identity.chain)
    )
    index = superblob.INDEX_START + superblob.INDEX_ENTRY * superblob.MOST_BLOBS
    directory = codedirectory.MODERN_HEADER + names + hashes
    return index + directory + listed + certificates + 2 * identity.key_bytes + _CMS_FRAME


def _fat(source: Source, parts: tuple[Slice, ...], signed: list[list[Piece]]) -> Assembled:
    """Lay slices out anew, each at its alignment, in the order they had."""
    wide = int.from_bytes(source.read(0, 4), "big") == macho.FAT_64
    entry = macho.FAT_ENTRY_64 if wide else macho.FAT_ENTRY_32
    position = macho.FAT_HEADER + entry.size * len(parts)
    header = source.read(0, macho.FAT_HEADER)
    body: list[Piece] = []
    for number in sorted(range(len(parts)), key=lambda number: parts[number].start):
        start = -(-position // (1 << parts[number].alignment)) * (1 << parts[number].alignment)
        size = sum(len(piece) for piece in signed[number])
        if not wide and start + size > _FAT_LIMIT:
            raise Refused("This fat file would become too large.")
        body += [bytes(start - position), *signed[number]]
        starts_at = macho.FAT_HEADER + entry.size * number
        fields = list(entry.unpack(source.read(starts_at, entry.size)))
        fields[2], fields[3] = start, size
        header = _with_entry(header, starts_at, entry.pack(*fields))
        position = start + size
    return assembled([header, *body])


def _with_entry(header: bytes, start: int, content: bytes) -> bytes:
    header = header.ljust(start + len(content), b"\0")
    return header[:start] + content + header[start + len(content) :]
