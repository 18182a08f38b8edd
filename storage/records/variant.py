"""A variant: a build signed for a profile generation; and what was prepared to make variants."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import JSON, Record, choice, new_id, now


class VariantState(StrEnum):
    WANTED = "wanted"  #: Somebody needs it; nobody has begun.
    SIGNING = "signing"  #: It is being made.
    READY = "ready"  #: It can be handed out.
    FAILED = "failed"  #: It could not be made; `reason` says why.


class VariantWay(StrEnum):
    SPLICE = "splice"  #: A few new bytes in a prepared file.
    FULL = "full"  #: A file of its own, signed anew.


class Variant(Record, table=True):
    """
    A build signed for a profile generation.

    `generation` is a digest of the profiles and of the certificate `fingerprint`. Once ready, the
    file is `segments` (`storage.blobs.segments.Segments` as JSON) of the build's own file, of what
    was laid out anew in `base_sha256` and, when it was spliced, of the new bytes in `fresh_sha256`.
    `signing` takes the place of the same key in the build's facts. `wanted_at` is when it was last
    asked for: the newest one is handed out.
    """

    __table_args__ = (
        sa.UniqueConstraint("build_id", "generation"),
        sa.Index(None, "build_id", "state", "wanted_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    build_id: str = Field(foreign_key="build.id", max_length=32)
    generation: str = Field(max_length=64)
    identity_id: str = Field(foreign_key="signing_identity.id", max_length=32)
    fingerprint: str = Field(max_length=64)
    state: VariantState = Field(default=VariantState.WANTED, sa_type=choice(VariantState))
    reason: str = Field(default="", sa_type=sa.Text)
    way: VariantWay | None = Field(default=None, sa_type=choice(VariantWay))
    base_sha256: str | None = Field(default=None, index=True, max_length=64)
    fresh_sha256: str | None = Field(default=None, index=True, max_length=64)
    segments: list[Any] = Field(default_factory=list, sa_type=JSON)
    size: int = Field(default=0, sa_type=sa.BigInteger)
    new_bytes: int = Field(default=0, sa_type=sa.BigInteger)
    tag: str = Field(default="", max_length=64)
    chunk_size: int = Field(default=0, sa_type=sa.BigInteger)
    chunks: list[str] = Field(default_factory=list, sa_type=JSON)
    signing: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = Field(default_factory=now)
    wanted_at: datetime = Field(default_factory=now)
    ready_at: datetime | None = Field(default=None)


class Preparation(Record, table=True):
    """
    What became of preparing one file of a build for splicing; each file is prepared once.

    The file is the upload itself (`source_sha256` is its digest) or a variant that was signed anew
    (it is the variant's tag). What is spliced into are `segments` of the build's own file and of
    the few bytes in `base_sha256`. Without these it cannot be spliced, and `reason` says why; it is
    `unfit` when nobody can sign it anew either. `violations` is what the verifier said of the file.
    """

    __table_args__ = (sa.UniqueConstraint("build_id", "source_sha256"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    build_id: str = Field(foreign_key="build.id", max_length=32)
    source_sha256: str = Field(max_length=64)
    base_sha256: str | None = Field(default=None, index=True, max_length=64)
    index_sha256: str | None = Field(default=None, index=True, max_length=64)
    fingerprint: str = Field(default="", max_length=64)  #: Of the certificate that signed it.
    segments: list[Any] = Field(default_factory=list, sa_type=JSON)
    reason: str = Field(default="", sa_type=sa.Text)
    unfit: bool = Field(default=False)
    violations: list[str] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime = Field(default_factory=now)
