"""What inspection says of some bytes."""

from collections.abc import Callable

from storage.inspection import codesignature, macho, mobileprovision
from storage.inspection.archive import Archive
from storage.inspection.directory import Shape
from storage.inspection.rejection import Ambiguous, PackageRejected
from storage.inspection.source import Memory
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

LARGEST = 16 << 20
_ANYTHING = Shape(rb"(?s:.*)")


def listing(data: bytes) -> Said:
    return _answer(lambda: _listing(data))


def opened(data: bytes) -> Archive:
    return Archive.open(Memory(data))


def content(archive: Archive, name: bytes) -> Said:
    return _answer(lambda: Content(data=archive.read(name, LARGEST)))


def program(data: bytes) -> Said:
    return _answer(lambda: _program(data))


def claim(data: bytes) -> Said:
    return _answer(lambda: Claim(entitlements=codesignature.entitlements(data)))


def licence(data: bytes) -> Said:
    return _answer(lambda: _licence(data))


def _answer(ask: Callable[[], Answer]) -> Said:
    try:
        return ask()
    except (PackageRejected, Ambiguous) as reason:
        return Refusal(sentence=str(reason))


def _listing(data: bytes) -> Listing:
    directory = Archive.open(Memory(data)).directory
    found = [directory.find(name) for name in directory.search(_ANYTHING)]
    return Listing(
        start=directory.start,
        front=directory.shift,
        lines=tuple(
            Line(
                name=entry.name,
                method=entry.method,
                crc=entry.crc,
                packed=entry.packed,
                size=entry.size,
                offset=entry.offset,
                link=entry.link,
                encrypted=entry.encrypted,
            )
            for entry in found
            if entry is not None
        ),
    )


def _program(data: bytes) -> Program:
    return Program(
        parts=tuple(
            Part(
                architecture=part.architecture,
                uuid=part.uuid,
                encrypted=part.encrypted,
                platform=part.platform,
                signature=part.signature,
            )
            for part in macho.read_slices(lambda at, length: data[at : at + length])
        )
    )


def _licence(data: bytes) -> Licence:
    signing = mobileprovision.read(data).signing()
    return Licence(
        kind=signing.kind or "",
        name=signing.profile_name,
        uuid=signing.profile_uuid,
        team=signing.team_id,
        platforms=signing.profile_platforms,
        expires_at=signing.expires_at,
        devices=frozenset(signing.devices),
        certificates=signing.certificates,
        entitlements=signing.entitlements,
    )
