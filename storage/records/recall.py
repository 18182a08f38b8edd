"""A recall: one act of taking a release back, and who is told of it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, JSON, Record, choice, new_id, now


class RecallState(StrEnum):
    WANTED = "wanted"  #: It was taken back; people are being told.
    DONE = "done"  #: Everybody who could be told was told.
    FAILED = "failed"  #: The telling broke off; `reason` says why, and it can be tried again.


class NoticeState(StrEnum):
    WAITING = "waiting"  #: Will be told.
    TOLD = "told"  #: Was told what to install instead.
    UNREACHABLE = "unreachable"  #: Could not be told; `reason` says why.


class Recall(Record, table=True):
    """
    One act of taking a release back: from everybody when `is_whole`, or from some who had it.

    `key` makes a double click one act. `because` is what people read. `group_ids` and the number of
    `singles` are what was asked for; `people` lost it, whose recipients hold the id. The releases
    in `came_back` are current again where this one was.
    """

    __table_args__ = (sa.Index(None, "state", "created_at"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    key: str = Field(unique=True, max_length=128)
    release_id: str = Field(foreign_key="release.id", index=True, max_length=32)
    requested_by: str = Field(max_length=ACTOR)
    because: str = Field(default="", sa_type=sa.Text)
    is_whole: bool = Field(default=True)
    group_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    singles: int = Field(default=0)
    people: int = Field(default=0)
    came_back: list[str] = Field(default_factory=list, sa_type=JSON)
    state: RecallState = Field(default=RecallState.WANTED, sa_type=choice(RecallState))
    shortfall: str = Field(default="", sa_type=sa.Text)  #: Who could not be asked for, if so.
    reason: str = Field(default="", sa_type=sa.Text)  #: Why the telling broke off, if so.
    turn: int = Field(default=1)  #: Grows each time that it is begun to tell people.
    created_at: datetime = Field(default_factory=now)
    done_at: datetime | None = Field(default=None)


class RecallNotice(Record, table=True):
    """
    One person who had begun to fetch what was taken back, and one way of telling them.

    A `teller` without a name means that there is no way to tell them.
    """

    __table_args__ = (sa.UniqueConstraint("recall_id", "tester_id", "teller"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    recall_id: str = Field(foreign_key="recall.id", max_length=32)
    tester_id: str = Field(foreign_key="tester.id", index=True, max_length=32)
    teller: str = Field(default="", max_length=16)
    state: NoticeState = Field(default=NoticeState.WAITING, sa_type=choice(NoticeState))
    reason: str = Field(default="", sa_type=sa.Text)
    told_at: datetime | None = Field(default=None)
