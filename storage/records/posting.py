"""A posting: a message of ours in Slack, found again by its key before it is posted again."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import Record, now, ordered


class Posting(Record, table=True):
    """
    A message of ours.

    The row is written before the message is posted (`ts` is empty then), so that after a crash in
    between we know to look for the message by its metadata. `digest` is of what was last drawn.
    """

    __table_args__ = (sa.Index(None, "channel_id", "ts"),)

    key: str = Field(primary_key=True, sa_type=ordered(128))
    team_id: str = Field(max_length=32)
    channel_id: str = Field(max_length=32)
    thread_ts: str | None = Field(default=None, max_length=32)
    ts: str | None = Field(default=None, max_length=32)
    digest: str = Field(default="", max_length=64)
    intended_at: datetime = Field(default_factory=now)
    posted_at: datetime | None = Field(default=None)
