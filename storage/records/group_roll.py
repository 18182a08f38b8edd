"""A group's roll: who was in it when something was last distributed to it."""

from datetime import datetime

from sqlmodel import Field

from storage.records.base import JSON, Record, now


class GroupRoll(Record, table=True):
    """What the next distribution to a group is compared with."""

    __tablename__ = "group_roll"

    group_id: str = Field(foreign_key="group.id", primary_key=True, max_length=32)
    tester_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    at: datetime = Field(default_factory=now)
