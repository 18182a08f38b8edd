"""A build: an immutable binary with what it says about itself."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import JSON, Record, new_id, now


class Build(Record, table=True):
    """
    A binary by its SHA-256.

    `facts` is `storage.inspection.facts.Facts` as JSON. `chunks` are the SHA-256 digests of the
    file's consecutive pieces of `chunk_size` bytes, which an iOS manifest names.
    """

    __table_args__ = (sa.UniqueConstraint("organization_id", "sha256"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    sha256: str = Field(max_length=64)
    md5: str = Field(max_length=32)
    size: int = Field(sa_type=sa.BigInteger)
    chunk_size: int = Field(sa_type=sa.BigInteger)
    chunks: list[str] = Field(sa_type=JSON)
    file_name: str = Field(max_length=255)
    platform: str = Field(max_length=16)
    bundle_id: str = Field(max_length=255, index=True)
    version: str = Field(max_length=255)
    build: str = Field(max_length=255)
    facts: dict[str, Any] = Field(sa_type=JSON)
    icon_sha256: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(default_factory=now)
