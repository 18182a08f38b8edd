"""The owner of apps: one Slack workspace's worth of teams."""

from datetime import datetime

from sqlmodel import Field

from storage.records.base import Record, new_id, now


class Organization(Record, table=True):
    """`key_check` tells the installation's secret key from any other, and nothing more of it."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    name: str = Field(unique=True, max_length=64)
    key_check: str | None = Field(default=None, max_length=16)
    created_at: datetime = Field(default_factory=now)
