"""A pending order: a release that waits for another platform's build, and what became of that."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, JSON, Record, choice, new_id, now, ordered


class PendingState(StrEnum):
    WAITING = "waiting"  #: Nobody has anything of it before the last half is here.
    MET = "met"  #: Every half was here, and they were ordered together.
    SENT = "sent"  #: Somebody sent it without what was missing.
    STOPPED = "stopped"  #: Somebody ended it, and nothing was sent.
    EXPIRED = "expired"  #: What was missing did not come in time.
    LAPSED = "lapsed"  #: It cannot be carried out any more; `reason` says why.


class PendingOrder(Record, table=True):
    """
    An order for several platforms that waits until each of them has a build of its `version`.

    `wish` is what was asked for, as it was then. It goes out together with the releases of that
    version of the apps in `app_ids`; `platforms` are those that had none, as people call them.
    `sought` is the version as releases are searched by it. `turn` grows with each change that
    people are shown, at `changed_at`; they have been shown those up to `shown`. `distribution_id`
    is the first act that it ended in, and None where that was a request for an approval.
    """

    __tablename__ = "pending_order"
    __table_args__ = (
        sa.Index("ix_pending_order_listed", "organization_id", "state", "created_at"),
        sa.Index(None, "release_id", "state"),
        sa.Index(None, "changed_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    key: str = Field(unique=True, max_length=128)
    release_id: str = Field(foreign_key="release.id", max_length=32)
    version: str = Field(max_length=255)
    sought: str = Field(sa_type=ordered(255))
    app_ids: list[str] = Field(sa_type=JSON)
    platforms: list[str] = Field(sa_type=JSON)
    requested_by: str = Field(max_length=ACTOR)
    wish: dict[str, Any] = Field(sa_type=JSON)
    state: PendingState = Field(default=PendingState.WAITING, sa_type=choice(PendingState))
    reason: str = Field(default="", sa_type=sa.Text)
    ended_by: str | None = Field(default=None, max_length=ACTOR)
    distribution_id: str | None = Field(default=None, max_length=32)
    turn: int = Field(default=1)
    shown: int = Field(default=0)
    changed_at: datetime = Field(default_factory=now)
    due_at: datetime  #: When it expires.
    created_at: datetime = Field(default_factory=now)
