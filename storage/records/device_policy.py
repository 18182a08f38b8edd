"""What is decided beforehand about devices: who approves, how many, and who needs no approval."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, choice, new_id, now


class DevicePolicy(Record, table=True):
    """
    One row an organization.

    Nobody gets more than `per_person` devices without an admin, and no family's last `reserve`
    places go without one. What waits for approval is shown in `channel_id`, or to each admin.
    """

    __tablename__ = "device_policy"

    organization_id: str = Field(foreign_key="organization.id", primary_key=True, max_length=32)
    per_person: int = Field(default=3)
    reserve: int = Field(default=10)
    channel_id: str | None = Field(default=None, max_length=32)
    changed_by: str = Field(default="", max_length=ACTOR)
    changed_at: datetime = Field(default_factory=now)


class ApprovalSubject(StrEnum):
    """Whose devices a rule is about."""

    EVERYBODY = "everybody"
    GROUP = "group"
    TESTER = "tester"


class AutoApproval(Record, table=True):
    """A rule: devices of these people need no approval. `target_id` is empty for everybody."""

    __tablename__ = "auto_approval"
    __table_args__ = (sa.UniqueConstraint("organization_id", "subject", "target_id"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    subject: ApprovalSubject = Field(sa_type=choice(ApprovalSubject))
    target_id: str = Field(default="", max_length=32)
    created_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
