"""What a reader of a sample must find in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFacts:
    """
    The truth about one written package, in the words that inspection uses.

    `certificates` are SHA-256 fingerprints, 64 lower-case hex digits; `labels` are display names by
    language; `uuids` are the main executable's by architecture, in small letters.
    """

    path: Path
    platform: str
    kind: str
    bundle_id: str
    name: str
    version: str
    build: str
    min_os: str = ""
    signing: str = ""
    team_id: str = ""
    team_name: str = ""
    expires_at: datetime | None = None
    devices: Sequence[str] = ()
    certificates: Sequence[str] = ()
    permissions: Sequence[str] = ()
    target_sdk: int | None = None
    abis: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    uuids: Mapping[str, str] = field(default_factory=dict)
    extensions: Sequence[str] = ()
