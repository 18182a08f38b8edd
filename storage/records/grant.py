"""A grant: an install link for one person and one release; and the receipts it collects."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import JSON, Record, choice, new_id, now


class Grant(Record, table=True):
    """
    The right of one tester to install one release.

    Only the SHA-256 of the link's token is kept. The token itself is derived from the id and the
    installation's secret key, so that a link can be shown again without being stored.
    """

    __table_args__ = (sa.UniqueConstraint("release_id", "tester_id", "generation"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    release_id: str = Field(foreign_key="release.id", max_length=32)
    tester_id: str = Field(foreign_key="tester.id", index=True, max_length=32)
    generation: int = Field(default=1)
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime
    revoked_at: datetime | None = Field(default=None)


class ReceiptKind(StrEnum):
    OPENED = "opened"  #: The install page was opened by a browser.
    MANIFEST = "manifest"  #: The phone's installer asked for the manifest.
    BINARY = "binary"  #: Bytes of the package were fetched; complete once `completed_at` is set.


class Receipt(Record, table=True):
    """
    What was seen of one grant.

    `release_id` and `tester_id` are the grant's, which never change: how far everybody is with a
    release is read from one index. `ranges` are the byte intervals `[first, last + 1]` of the
    package that were really sent, merged and sorted; when they cover the whole file, `completed_at`
    is set.
    """

    __table_args__ = (
        sa.UniqueConstraint("grant_id", "kind"),
        sa.Index("ix_receipt_seen", "release_id", "tester_id", "kind", "completed_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    grant_id: str = Field(foreign_key="grant.id", max_length=32)
    release_id: str = Field(foreign_key="release.id", max_length=32)
    tester_id: str = Field(foreign_key="tester.id", max_length=32)
    kind: ReceiptKind = Field(sa_type=choice(ReceiptKind))
    count: int = Field(default=1)
    ranges: list[list[int]] = Field(default_factory=list, sa_type=JSON)
    first_at: datetime = Field(default_factory=now)
    last_at: datetime = Field(default_factory=now)
    completed_at: datetime | None = Field(default=None)
