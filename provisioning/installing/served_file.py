"""Which file somebody is served: a variant signed for their devices, or the build itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from storage.blobs.segments import Segments, VirtualFile
from storage.inspection.facts import Facts
from storage.records.build import Build
from storage.records.device import Device
from storage.records.variant import Variant

#: So much of a variant's tag names it in an address.
EDITION_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Handout:
    """A file and what it says about itself. `edition` names a variant, None for the build."""

    file: VirtualFile
    sheet: dict[str, Any]
    edition: str | None = None

    @property
    def facts(self) -> Facts:
        """The facts of the very file: for a variant with its own profile and devices."""
        return Facts(**self.sheet)


class SignedVariant(Protocol):
    """A variant, or as much of one as says whom it is for."""

    @property
    def signing(self) -> dict[str, Any]: ...


AnyVariant = TypeVar("AnyVariant", bound=SignedVariant)


def chosen(variants: Sequence[AnyVariant], devices: Collection[Device]) -> AnyVariant | None:
    """
    Return the variant for somebody with these devices: the first that runs on any of them.

    *variants* are ready ones of one build, the last one wanted first. None when there is none for
    them: then the build's own signature is as good as any.
    """
    own = {device.udid.upper() for device in devices}
    return next((one for one in variants if not own.isdisjoint(devices_of(one))), None)


def devices_of(variant: SignedVariant) -> frozenset[str]:
    """Return the UDIDs that a variant runs on, in capitals."""
    return frozenset(str(udid).upper() for udid in variant.signing.get("devices") or ())


def handout(build: Build, variant: Variant | None) -> Handout:
    """Return what to hand out of *build*, which is not external: a variant, or its own bytes."""
    if variant is not None:
        file = VirtualFile(
            segments=Segments.from_json(variant.segments),
            tag=variant.tag,
            chunk_size=variant.chunk_size,
            chunks=tuple(variant.chunks),
        )
        sheet = {**build.facts, "size": file.size, "signing": variant.signing}
        return Handout(file=file, sheet=sheet, edition=variant.tag[:EDITION_LENGTH])
    assert build.sha256 is not None
    assert build.size is not None
    own = VirtualFile(
        segments=Segments.whole(build.sha256, build.size),
        tag=build.sha256,
        chunk_size=build.chunk_size,
        chunks=tuple(build.chunks),
    )
    return Handout(file=own, sheet=build.facts)
