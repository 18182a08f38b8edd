"""The words in which both libraries' answers are put, so that they can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One library says no, and why."""

    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry of an archive, as the directory tells it. `offset` is a place in the file."""

    name: bytes
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    link: bool
    encrypted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A directory: where it begins, what lies in front of the archive, and its lines in order."""

    start: int
    front: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One architecture of a program. `signature` is a place in the file and a length."""

    architecture: str
    uuid: str
    encrypted: bool
    platform: str | None
    signature: tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A Mach-O file, its parts by where they lie."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the signature of one part claims."""

    entitlements: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A provisioning profile. `certificates` are SHA-256 digests in hex."""

    kind: str
    name: str | None
    uuid: str | None
    team: str | None
    platforms: tuple[str, ...]
    expires_at: datetime | None
    devices: frozenset[str]
    certificates: tuple[str, ...]
    entitlements: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What an entry of an archive holds."""

    data: bytes


Answer = Listing | Content | Program | Claim | Licence
Said = Answer | Refusal
