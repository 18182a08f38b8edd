"""An upload: one arrival of a file, from first sight to kept or refused."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import JSON, Record, choice, new_id, now


class UploadState(StrEnum):
    RECEIVED = "received"  #: We know of the file and have not fetched it yet.
    FETCHING = "fetching"  #: Its bytes are arriving.
    INSPECTING = "inspecting"  #: The bytes are here and are being read.
    KEPT = "kept"  #: It became a build.
    REFUSED = "refused"  #: It did not; `reason` says why.
    DROPPED = "dropped"  #: It was not a build at all; nobody is told.


class Upload(Record, table=True):
    """
    One arrival of a file.

    `key` names the file at its source (`slack:<team>:<file id>`), so the same event delivered twice
    is one upload. `quiet` uploads stay silent until they prove to be a build.
    """

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    key: str = Field(unique=True, max_length=255)
    team_id: str = Field(max_length=32)
    source: str = Field(max_length=32)
    source_ref: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    file_name: str = Field(max_length=255)
    size: int | None = Field(default=None, sa_type=sa.BigInteger)
    quiet: bool = Field(default=False)
    uploader: str = Field(max_length=64)  #: The Slack user id of who posted it.
    notes: str = Field(default="", sa_type=sa.Text)
    state: UploadState = Field(default=UploadState.RECEIVED, sa_type=choice(UploadState))
    reason: str = Field(default="", sa_type=sa.Text)
    received_bytes: int = Field(default=0, sa_type=sa.BigInteger)
    build_id: str | None = Field(default=None, foreign_key="build.id", max_length=32)
    release_id: str | None = Field(default=None, foreign_key="release.id", max_length=32)
    again: bool = Field(default=False)  #: The same bytes had been here before this upload.
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class UploadPlace(Record, table=True):
    """A channel (and thread) in which an upload was seen; each place has its own card."""

    __table_args__ = (sa.UniqueConstraint("upload_id", "channel_id"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    upload_id: str = Field(foreign_key="upload.id", max_length=32)
    channel_id: str = Field(max_length=32)
    thread_ts: str | None = Field(default=None, max_length=32)
    gone: bool = Field(default=False)  #: The message that carried the file was deleted.
    created_at: datetime = Field(default_factory=now)
