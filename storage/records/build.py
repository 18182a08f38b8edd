"""A build: an immutable binary with what it says about itself."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import JSON, Record, new_id, now


class Build(Record, table=True):
    """
    A binary by its SHA-256, or an *external* one: an https `link` that is never fetched.

    An external build has no digests and no size. `facts` is `storage.inspection.facts.Facts` as
    JSON; `remarks` are the reader's sentences about what could not be read or stands out. `chunks`
    are the SHA-256 digests of the file's consecutive pieces of `chunk_size` bytes, which an iOS
    manifest names.
    """

    __table_args__ = (
        sa.UniqueConstraint("organization_id", "sha256"),
        sa.Index(None, "sha256"),
        sa.Index(None, "organization_id", "platform", "bundle_id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    sha256: str | None = Field(default=None, max_length=64)
    md5: str | None = Field(default=None, max_length=32)
    size: int | None = Field(default=None, sa_type=sa.BigInteger)
    link: str | None = Field(default=None, sa_type=sa.Text)
    chunk_size: int = Field(default=0, sa_type=sa.BigInteger)
    chunks: list[str] = Field(default_factory=list, sa_type=JSON)
    file_name: str = Field(default="", max_length=255)
    platform: str = Field(max_length=16)
    bundle_id: str = Field(default="", max_length=255)
    version: str = Field(default="", max_length=255)
    build: str = Field(default="", max_length=255)
    facts: dict[str, Any] = Field(sa_type=JSON)
    remarks: list[str] = Field(default_factory=list, sa_type=JSON)
    icon_sha256: str | None = Field(default=None, index=True, max_length=64)
    created_at: datetime = Field(default_factory=now)
