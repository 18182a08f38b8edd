"""A sighting: a file that somebody saw somewhere, on its way to become an upload."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from provisioning.actors import Actor
from storage.records.base import now
from storage.records.release import NotesKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSpot:
    """Where an answer belongs: an address and a thread in one way of telling (`UploadPlace`)."""

    teller: str
    address: str
    thread: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """
    A file that somebody saw somewhere.

    `key` names it at its source, so that seeing it twice is one upload; `quiet` ones stay silent
    until they prove to be a build. `posted_at` is when it was posted there: releases are numbered
    in that order. `spot` is where the answer belongs, if anywhere.
    """

    key: str
    source: str
    source_ref: dict[str, Any]
    file_name: str
    by: Actor
    size: int | None = None
    spot: AnswerSpot | None = None
    notes: str = ""
    notes_kind: NotesKind = NotesKind.MARKDOWN
    quiet: bool = False
    posted_at: datetime = field(default_factory=now)
