"""What code signing says of some bytes."""

import hashlib
from collections.abc import Callable
from uuid import UUID

from provisioning.codesign.container import entry as records
from provisioning.codesign.container.archive import Archive, read_archive
from provisioning.codesign.container.directory import read_directory
from provisioning.codesign.container.entry import Entry
from provisioning.codesign.container.spool import Spool
from provisioning.codesign.errors import CodesignError
from provisioning.codesign.structures.macho import SignaturePlace, Slice, read_slices
from provisioning.codesign.structures.profile import read_profile
from provisioning.codesign.structures.signature import read_signature
from provisioning.codesign.structures.source import BytesSource
from tests.unit.differential.words import (
    Answer,
    Claim,
    Content,
    Licence,
    Line,
    Listing,
    Part,
    Program,
    Refusal,
    Said,
)

# Code signing keeps the numbers; these are their names (mach-o/loader.h).
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


def listing(data: bytes) -> Said:
    return _answer(lambda: _listing(data))


def opened(data: bytes, spool: Spool) -> Archive:
    return read_archive(BytesSource(data), spool)


def content(archive: Archive, entry: Entry) -> Said:
    return _answer(lambda: Content(data=archive.content(entry, 16 << 20)))


def program(data: bytes) -> Said:
    return _answer(lambda: _program(data))


def claim(region: bytes) -> Said:
    return _answer(lambda: _claim(region))


def licence(data: bytes) -> Said:
    return _answer(lambda: _licence(data))


def _answer(ask: Callable[[], Answer]) -> Said:
    try:
        return ask()
    except CodesignError as reason:
        return Refusal(sentence=str(reason))


def _listing(data: bytes) -> Listing:
    directory = read_directory(BytesSource(data))
    return Listing(
        start=directory.start,
        front=directory.base,
        lines=tuple(map(_line, directory.entries)),
    )


def _line(entry: Entry) -> Line:
    length = records.CENTRAL.unpack_from(entry.record)[10]
    return Line(
        name=entry.record[records.CENTRAL.size : records.CENTRAL.size + length],
        method=entry.method,
        crc=entry.crc,
        packed=entry.packed_size,
        size=entry.size,
        offset=entry.offset,
        link=entry.is_symlink,
        encrypted=bool(entry.flags & records.ENCRYPTED_FLAG),
    )


def _program(data: bytes) -> Program:
    slices = sorted(read_slices(BytesSource(data)), key=lambda part: part.start)
    return Program(parts=tuple(map(_part, slices)))


def _part(part: Slice) -> Part:
    place = part.signature
    return Part(
        architecture=part.architecture,
        uuid=str(UUID(part.uuid)) if part.uuid else "",
        encrypted=bool(part.crypt_id),
        platform=_PLATFORMS.get(part.platform),
        signature=(part.start + place.offset, place.size) if place else None,
    )


def _claim(region: bytes) -> Claim:
    part = Slice(
        start=0,
        size=len(region),
        alignment=14,
        cpu_type=0x0100000C,
        cpu_subtype=0,
        file_type=2,
        wide=True,
        signature=SignaturePlace(command=0, offset=0, size=len(region)),
    )
    signature = read_signature(BytesSource(region), part)
    return Claim(entitlements=(signature and signature.entitlements) or {})


def _licence(data: bytes) -> Licence:
    profile = read_profile(data)
    return Licence(
        kind=profile.kind,
        name=profile.name or None,
        uuid=profile.uuid or None,
        team=next(iter(profile.team_ids), None),
        platforms=profile.platforms,
        expires_at=profile.expires_at,
        devices=profile.devices,
        certificates=tuple(hashlib.sha256(raw).hexdigest() for raw in profile.certificates),
        entitlements=profile.entitlements,
    )
