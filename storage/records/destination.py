"""A destination: that a release is, or was, current for a group, a tester or a store."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, choice, new_id, now


class DestinationKind(StrEnum):
    GROUP = "group"
    TESTER = "tester"
    STORE = "store"


class Destination(Record, table=True):
    """
    Present state and policy of a release for one target.

    It is *current* from `since` until `superseded_at`, when the release `superseded_by` took its
    place there, or until it was `recalled_at`. From `mandatory_from` on, testers have `grace`
    seconds to update; `mandatory_below` limits that to versions below one. With `notes` of its own
    people read those there in place of the release's.
    """

    __table_args__ = (
        sa.UniqueConstraint("release_id", "kind", "target_id"),
        sa.Index(None, "kind", "target_id", "since"),
        sa.Index(None, "app_id", "kind", "target_id"),
        # What is mandatory is asked for again and again, and it is little.
        sa.Index(
            "ix_destination_mandatory",
            "app_id",
            sqlite_where=sa.text("mandatory_from IS NOT NULL"),
            postgresql_where=sa.text("mandatory_from IS NOT NULL"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    release_id: str = Field(foreign_key="release.id", max_length=32)
    app_id: str = Field(foreign_key="app.id", max_length=32)
    kind: DestinationKind = Field(sa_type=choice(DestinationKind))
    target_id: str = Field(max_length=64)
    since: datetime = Field(default_factory=now)
    superseded_at: datetime | None = Field(default=None)
    superseded_by: str | None = Field(
        default=None, foreign_key="release.id", index=True, max_length=32
    )
    recalled_at: datetime | None = Field(default=None)
    recalled_by: str | None = Field(default=None, max_length=ACTOR)
    mandatory_from: datetime | None = Field(default=None)
    grace: int = Field(default=0)
    mandatory_below: str = Field(default="", max_length=255)
    notes: str | None = Field(default=None, sa_type=sa.Text)
    created_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
