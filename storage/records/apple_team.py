"""A team at Apple: with which key Slipway speaks to App Store Connect for it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, new_id, now


class AppleTeam(Record, table=True):
    """
    A team whose API key is kept here, encrypted.

    `issuer_id` (a UUID) names the team to App Store Connect, `team_id` in certificates and
    profiles; that is empty until something at Apple has told it. `name` is what people call it:
    as they typed it, else as a certificate has it. `renews_on` is when the membership renews, None
    until somebody says so: Apple's API does not tell. `sealed_key` is the `.p8` file, sealed by
    `storage.secrets` for this very row.
    """

    __tablename__ = "apple_team"
    __table_args__ = (sa.UniqueConstraint("organization_id", "issuer_id"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    issuer_id: str = Field(max_length=36)
    team_id: str = Field(default="", max_length=32)
    name: str = Field(default="", max_length=255)
    key_id: str = Field(max_length=32)
    renews_on: date | None = Field(default=None)
    sealed_key: bytes = Field(sa_type=sa.LargeBinary, repr=False)
    devices_read_at: datetime | None = Field(default=None)  #: When its list was last compared.
    created_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
