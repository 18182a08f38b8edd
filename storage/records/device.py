"""A device: a phone or tablet that a tester installs on."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, new_id, now


class Device(Record, table=True):
    """A UDID, as the device spells it, with its owner."""

    __table_args__ = (sa.UniqueConstraint("organization_id", "udid"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    udid: str = Field(max_length=64)
    tester_id: str = Field(foreign_key="tester.id", index=True, max_length=32)
    name: str = Field(default="", max_length=255)
    created_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
