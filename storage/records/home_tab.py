"""A Home tab in Slack that somebody opened, so that it can be drawn anew without being opened."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import Record, new_id, now


class HomeTab(Record, table=True):
    """
    What somebody sees on their tab, and when to look whether that is still so.

    `drawn` is the SHA-256 of the view that was published last, and `stamp` Slack's hash of it.
    `manages` says that it shows what waits for managers. From `due_at` on it is looked at; whoever
    looks moves that on first, so that nobody else looks meanwhile. `tries` failed one after the
    other.
    """

    __table_args__ = (
        sa.UniqueConstraint("organization_id", "slack_id"),
        sa.Index(None, "organization_id", "manages"),
        sa.Index(None, "organization_id", "due_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    slack_id: str = Field(max_length=32)
    opened_at: datetime = Field(default_factory=now, index=True)
    drawn: str = Field(default="", max_length=64)
    stamp: str = Field(default="", max_length=64)
    manages: bool = Field(default=False)
    due_at: datetime = Field(default_factory=now)
    tries: int = Field(default=0)
