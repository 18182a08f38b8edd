"""The index of a prepared file: what a splice must know to change it without reading it all."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from provisioning.codesign.errors import Malformed

VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkPlace:
    """A chunk of an executable: the checksum of its content, and where it lies in its entry."""

    size: int
    crc: int
    packed_offset: int
    packed_size: int
    changes: bool  #: Whether a new signature changes it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A signature's room in an executable's content, and the chunks it consists of."""

    offset: int
    size: int
    first_chunk: int
    last_chunk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HashPlace:
    """Where a hash of one file stands in a CodeResources, as base64 text."""

    path: str
    offset: int
    algorithm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BundlePlace:
    """A bundle with a profile; without `places` its CodeResources is parsed and written anew."""

    path: str
    identifier: str
    executable: str
    chunks: tuple[ChunkPlace, ...]
    regions: tuple[Region, ...]
    places: tuple[HashPlace, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """
    What is known of a prepared file of `size` bytes, signed by the certificate `fingerprint`.

    The bundles are in the order in which they are signed, the deepest first, the app last.
    """

    size: int
    fingerprint: str
    team_id: str
    bundles: tuple[BundlePlace, ...]

    def dumps(self) -> bytes:
        """Write the index as JSON."""
        return json.dumps({"version": VERSION, **asdict(self)}, separators=(",", ":")).encode()

    @classmethod
    def loads(cls, content: bytes) -> Self:
        """Read what `dumps` wrote. Raise Malformed for anything else."""
        try:
            values = json.loads(content)
            if values["version"] != VERSION:
                raise Malformed("This index was written by another version; prepare the app anew.")
            return cls(
                size=values["size"],
                fingerprint=values["fingerprint"],
                team_id=values["team_id"],
                bundles=tuple(_bundle(item) for item in values["bundles"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise Malformed("This is no index of a prepared app.") from error


def _bundle(values: Mapping[str, Any]) -> BundlePlace:
    places = values["places"]
    return BundlePlace(
        path=values["path"],
        identifier=values["identifier"],
        executable=values["executable"],
        chunks=tuple(ChunkPlace(**item) for item in values["chunks"]),
        regions=tuple(Region(**item) for item in values["regions"]),
        places=None if places is None else tuple(HashPlace(**item) for item in places),
    )
