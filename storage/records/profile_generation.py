"""A profile generation: one provisioning profile that Slipway made at Apple for one bundle."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import JSON, Record, new_id, now


class ProfileGeneration(Record, table=True):
    """
    A profile for one bundle of a team, from the intent on.

    The row is written before Apple is asked, with the `name` that no other profile has; `apple_id`,
    `uuid` and `content` (the .mobileprovision) are there once it is made. `udids` are those that
    Apple really put into it, in capitals; `fingerprint` is of the certificate it is for. It was
    deleted at Apple, or found gone, at `ended_at`.
    """

    __tablename__ = "profile_generation"
    __table_args__ = (
        sa.UniqueConstraint("team_id", "name"),
        sa.Index("ix_profile_generation_bundle", "team_id", "bundle_id", "number"),
        sa.Index(None, "wave_id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    team_id: str = Field(foreign_key="apple_team.id", ondelete="CASCADE", max_length=32)
    wave_id: str = Field(foreign_key="wave.id", ondelete="CASCADE", max_length=32)
    bundle_id: str = Field(max_length=255)
    number: int
    name: str = Field(max_length=255)
    apple_id: str | None = Field(default=None, max_length=64)
    uuid: str = Field(default="", max_length=64)
    content: bytes | None = Field(default=None, sa_type=sa.LargeBinary, repr=False)
    udids: list[str] = Field(default_factory=list, sa_type=JSON)
    fingerprint: str = Field(default="", max_length=64)
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime | None = Field(default=None)
    ended_at: datetime | None = Field(default=None)
