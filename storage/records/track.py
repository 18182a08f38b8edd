"""A rule by which builds of a program find their track: the app that they become releases of."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, choice, new_id, now


class TrackRuleKind(StrEnum):
    CHANNEL = "channel"  #: It was posted in this channel.
    PATTERN = "pattern"  #: Its file or its version is called so: `*-staging*`.


class TrackRule(Record, table=True):
    """
    Builds that are posted in a channel, or are called so, belong to one of several apps.

    Those apps share a program; `app_id` is one of them.
    """

    __table_args__ = (
        sa.UniqueConstraint("app_id", "kind", "value"),
        sa.Index(None, "kind", "value"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    app_id: str = Field(foreign_key="app.id", max_length=32)
    kind: TrackRuleKind = Field(sa_type=choice(TrackRuleKind))
    value: str = Field(max_length=255)
    created_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
