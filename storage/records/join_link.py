"""A join link: whoever has it may ask to get the releases of a group."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, JSON, Record, new_id, now


class JoinLink(Record, table=True):
    """
    A link that is meant to be passed on, for so many people until a moment.

    `key` makes a command that comes twice one link. `group_id` outlives its group. With `app_id`
    the page speaks of the app. Whoever asks has an address in one of `domains`, of any where there
    are none. `host` is what its maker was called when they made it.
    """

    __table_args__ = (sa.Index(None, "organization_id", "created_at"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    key: str = Field(unique=True, max_length=128)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    group_id: str = Field(index=True, max_length=32)
    app_id: str | None = Field(default=None, foreign_key="app.id", max_length=32)
    token_hash: str = Field(unique=True, max_length=64)
    room: int
    domains: list[str] = Field(default_factory=list, sa_type=JSON)
    made_by: str = Field(max_length=ACTOR)
    host: str = Field(default="", max_length=255)
    expires_at: datetime
    revoked_at: datetime | None = Field(default=None)
    created_at: datetime = Field(default_factory=now)
