"""An upload: one act of bringing something in, from first sight to kept or refused."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, JSON, Record, choice, new_id, now
from storage.records.release import NotesKind


class UploadState(StrEnum):
    RECEIVED = "received"  #: We know of the file and have not fetched it yet.
    FETCHING = "fetching"  #: Its bytes are arriving.
    INSPECTING = "inspecting"  #: The bytes are here and are being read.
    KEPT = "kept"  #: It became a build, or the symbols of one.
    REFUSED = "refused"  #: It did not; `reason` says why.
    DROPPED = "dropped"  #: It was not a build at all; nobody is told.


class Upload(Record, table=True):
    """
    One act of bringing something in, through any door.

    `key` names it at its source, so that the same thing seen twice is one upload; `source` and
    `source_ref` say where its bytes are fetched; `entry` in there is the path of the build within
    the zip that it came in. `posted_at` is when it was posted there: releases
    are numbered in that order. `identity` is known once it was read (`ios com.example.harbour`), so
    that others can tell whether they have to wait for it. A `quiet` one stays silent until it
    proves to be a build. It ends in `build_id`, in `symbols_id`, or in a `reason`.
    """

    __table_args__ = (
        sa.Index(None, "organization_id", "source", "posted_at"),
        sa.Index(None, "organization_id", "state", "posted_at"),
        sa.Index(None, "state", "created_at"),
        sa.Index(None, "release_id", "state", "build_id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    key: str = Field(unique=True, max_length=255)
    source: str = Field(max_length=32)
    source_ref: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    file_name: str = Field(max_length=255)
    size: int | None = Field(default=None, sa_type=sa.BigInteger)
    quiet: bool = Field(default=False)
    created_by: str = Field(max_length=ACTOR)
    notes: str = Field(default="", sa_type=sa.Text)
    notes_kind: NotesKind = Field(default=NotesKind.MARKDOWN, sa_type=choice(NotesKind))
    state: UploadState = Field(default=UploadState.RECEIVED, sa_type=choice(UploadState))
    reason: str = Field(default="", sa_type=sa.Text)
    received_bytes: int = Field(default=0, sa_type=sa.BigInteger)
    identity: str | None = Field(default=None, max_length=300)
    build_id: str | None = Field(default=None, foreign_key="build.id", index=True, max_length=32)
    symbols_id: str | None = Field(default=None, foreign_key="symbols.id", max_length=32)
    release_id: str | None = Field(default=None, foreign_key="release.id", max_length=32)
    again: bool = Field(default=False)  #: The same bytes had been here before this upload.
    posted_at: datetime = Field(default_factory=now)
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class UploadPlace(Record, table=True):
    """
    Where somebody hears of an upload: an address and a thread within one way of telling.

    Each place has its own answer. In Slack the address is a channel and the thread a message.
    """

    __table_args__ = (sa.UniqueConstraint("upload_id", "teller", "address"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    upload_id: str = Field(foreign_key="upload.id", max_length=32)
    teller: str = Field(max_length=16)
    address: str = Field(max_length=64)
    thread: str | None = Field(default=None, max_length=64)
    gone: bool = Field(default=False)  #: The message that carried the file was deleted.
    created_at: datetime = Field(default_factory=now)
