"""The symbols of a build: what its crash reports are read with."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, JSON, Record, new_id, now


class Symbols(Record, table=True):
    """
    A dSYM archive or a mapping, by its SHA-256.

    `uuids` are those of its binaries, lower-case with dashes; `version` and `build` are its own
    words. `build_id` is the build that it was made with, None while no such build is here.
    """

    __table_args__ = (
        sa.UniqueConstraint("organization_id", "sha256"),
        sa.Index(None, "organization_id", "platform", "build_id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    sha256: str = Field(index=True, max_length=64)
    size: int = Field(sa_type=sa.BigInteger)
    file_name: str = Field(max_length=255)
    kind: str = Field(max_length=16)  #: `dsym` or `mapping`.
    platform: str = Field(max_length=16)
    bundle_id: str = Field(default="", max_length=255)
    version: str = Field(default="", max_length=255)
    build: str = Field(default="", max_length=255)
    uuids: list[str] = Field(default_factory=list, sa_type=JSON)
    build_id: str | None = Field(default=None, foreign_key="build.id", index=True, max_length=32)
    created_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
