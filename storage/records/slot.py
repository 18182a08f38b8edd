"""A slot: one of the hundred places that a team has for a family of devices in a year."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import Record, new_id, now


class Slot(Record, table=True):
    """
    A device as the team's list at Apple held it when it was last read.

    `udid` is in the case in which it is compared, lower case; `family`, `status` and `model` are
    Apple's words, which may be new ones.
    """

    __table_args__ = (
        sa.UniqueConstraint("team_id", "apple_id"),
        sa.Index(None, "team_id", "udid"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    team_id: str = Field(foreign_key="apple_team.id", ondelete="CASCADE", max_length=32)
    apple_id: str = Field(max_length=64)
    udid: str = Field(max_length=64)
    name: str = Field(default="", max_length=255)
    family: str = Field(default="", max_length=32)
    status: str = Field(default="", max_length=32)
    model: str = Field(default="", max_length=255)
    added_at: datetime | None = Field(default=None)
    read_at: datetime = Field(default_factory=now)
