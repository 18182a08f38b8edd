"""A delivery of Slack's that was already taken, so that its repetition is let go."""

from datetime import datetime

from sqlmodel import Field

from storage.records.base import Record, now


class Seen(Record, table=True):
    key: str = Field(primary_key=True, max_length=255)
    seen_at: datetime = Field(default_factory=now, index=True)
