"""A departure: somebody left the workspace, or may do less there; and what was taken from them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, JSON, Record, choice, new_id, now


class DepartureKind(StrEnum):
    LEFT = "left"  #: The account is deactivated.
    GUEST = "guest"  #: A full member became a guest, and loses the roles that guests cannot hold.
    LET_GO = "let go"  #: Somebody said that a guest is to be treated as one who left.


class DepartureState(StrEnum):
    WANTED = "wanted"  #: Things are being taken from them.
    DONE = "done"  #: Everything was taken that was to be.
    RESTORED = "restored"  #: Somebody gave it back.


class NoticeKind(StrEnum):
    GONE = "gone"  #: Who left, and what was taken from them.
    BACK = "back"  #: Who came back, and what could be given back to them.


class Departure(Record, table=True):
    """
    One time that somebody left; `turn` counts them for each account.

    `taken` is what was taken, part by part, so that exactly that is given back. From `due_at` on
    those who manage are owed a word about it: first in the notice `notice_id`, and once they came
    back, at `back_at`, in `back_notice_id`.
    """

    __table_args__ = (
        sa.UniqueConstraint("organization_id", "slack_id", "turn"),
        sa.Index(None, "state", "noticed_at"),
        sa.Index(None, "organization_id", "due_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    slack_id: str = Field(max_length=32)
    tester_id: str | None = Field(default=None, foreign_key="tester.id", index=True, max_length=32)
    name: str = Field(max_length=255)
    turn: int
    kind: DepartureKind = Field(sa_type=choice(DepartureKind))
    state: DepartureState = Field(default=DepartureState.WANTED, sa_type=choice(DepartureState))
    by: str = Field(max_length=ACTOR)
    taken: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    noticed_at: datetime = Field(default_factory=now)
    due_at: datetime | None = Field(default=None)
    done_at: datetime | None = Field(default=None)
    back_at: datetime | None = Field(default=None)
    restored_by: str = Field(default="", max_length=ACTOR)
    restored_at: datetime | None = Field(default=None)
    notice_id: str | None = Field(
        default=None, foreign_key="departure_notice.id", index=True, max_length=32
    )
    back_notice_id: str | None = Field(
        default=None, foreign_key="departure_notice.id", index=True, max_length=32
    )


class DepartureNotice(Record, table=True):
    """
    One message to those who manage, about all who left, or came back, within a minute.

    `turn` grows with each change of what it says, at `changed_at`; it was drawn up to `shown`.
    """

    __tablename__ = "departure_notice"
    __table_args__ = (sa.Index(None, "changed_at"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    kind: NoticeKind = Field(sa_type=choice(NoticeKind))
    turn: int = Field(default=1)
    shown: int = Field(default=0)
    changed_at: datetime = Field(default_factory=now)
    created_at: datetime = Field(default_factory=now)
