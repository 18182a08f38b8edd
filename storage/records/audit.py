"""An entry of the audit: who did what, from where, with what change."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, JSON, Record, new_id, now


class AuditEntry(Record, table=True):
    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index(None, "subject_id", "at"),
        sa.Index("ix_audit_entry_last", "organization_id", "at", "id"),
        sa.Index("ix_audit_entry_last_by", "organization_id", "actor", "at", "id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    actor: str = Field(max_length=ACTOR)
    action: str = Field(max_length=64)  #: Such as `release.distributed`.
    subject_id: str = Field(max_length=64)
    origin: str = Field(default="", max_length=64)  #: By which door the actor came.
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime = Field(default_factory=now)
