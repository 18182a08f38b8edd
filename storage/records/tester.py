"""A tester: somebody who gets releases, known by a Slack id, an e-mail address, or both."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import Record, new_id, now


class Tester(Record, table=True):
    __table_args__ = (
        sa.UniqueConstraint("organization_id", "slack_id"),
        sa.UniqueConstraint("organization_id", "email"),
        sa.Index(None, "organization_id", "name", "id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    slack_id: str | None = Field(default=None, max_length=32)
    email: str | None = Field(default=None, max_length=255)
    name: str = Field(max_length=255)
    active: bool = Field(default=True)  #: False once Slack says the account is deactivated.
    created_at: datetime = Field(default_factory=now)
