"""Enrolment: the link by which somebody adds a phone, and the questions that a phone was asked."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, new_id, now


class EnrolmentLink(Record, table=True):
    """
    A tester's link to the page that adds a device; it opens as often as they like.

    As with a grant, only the SHA-256 of its token is kept, which is derived from the id.
    """

    __tablename__ = "enrolment_link"
    __table_args__ = (sa.Index(None, "tester_id", "created_at"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    tester_id: str = Field(foreign_key="tester.id", max_length=32)
    token_hash: str = Field(unique=True, max_length=64)
    created_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime = Field(index=True)


class EnrolmentChallenge(Record, table=True):
    """
    One question to a device, which takes one answer.

    Its token and its result's are kept as SHA-256 alone; what the device has to repeat is kept
    nowhere. `tries` counts answers of any kind. `system_version` is what the browser said that
    fetched the question. `answered_at` is there from the first answer that was right, `device_id`
    and `result_hash` once the device is kept. The row goes at `kept_until`.
    """

    __tablename__ = "enrolment_challenge"
    __table_args__ = (sa.Index(None, "tester_id", "created_at"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    tester_id: str = Field(foreign_key="tester.id", max_length=32)
    token_hash: str = Field(unique=True, max_length=64)
    system_version: str = Field(default="", max_length=32)
    tries: int = Field(default=0)
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime
    answered_at: datetime | None = Field(default=None)
    device_id: str | None = Field(
        default=None, foreign_key="device.id", ondelete="SET NULL", max_length=32
    )
    result_hash: str | None = Field(default=None, unique=True, max_length=64)
    kept_until: datetime = Field(index=True)
