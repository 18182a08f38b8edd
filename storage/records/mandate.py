"""A mandate: one act of making a release mandatory somewhere, or of lifting that; and its words."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, JSON, Record, choice, new_id, now


class MandateKind(StrEnum):
    SET = "set"  #: It was made mandatory, or is so on other terms.
    LIFTED = "lifted"  #: It is mandatory no more.
    UNDONE = "undone"  #: What was before the act `undoes` is so again.


class MandateState(StrEnum):
    WANTED = "wanted"  #: It holds; messages are being drawn anew.
    DONE = "done"  #: Every message that could be drawn says so.
    FAILED = "failed"  #: The drawing broke off; `reason` says why. The policy holds all the same.


class Mandate(Record, table=True):
    """
    One act on the policy of a release's destinations. `key` makes a double click one act.

    `before` and `after` hold the terms of each destination that changed, by its id: `from` as an
    ISO time or null, `grace` in seconds, `below`. `undoes` is the act that it takes back, once.
    `because` is why, if somebody said so.
    """

    __table_args__ = (sa.Index(None, "state", "created_at"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    key: str = Field(unique=True, max_length=128)
    release_id: str = Field(foreign_key="release.id", index=True, max_length=32)
    kind: MandateKind = Field(sa_type=choice(MandateKind))
    undoes: str | None = Field(default=None, foreign_key="mandate.id", unique=True, max_length=32)
    requested_by: str = Field(max_length=ACTOR)
    because: str = Field(default="", sa_type=sa.Text)
    group_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    singles: int = Field(default=0)
    before: dict[str, dict[str, Any]] = Field(default_factory=dict, sa_type=JSON)
    after: dict[str, dict[str, Any]] = Field(default_factory=dict, sa_type=JSON)
    state: MandateState = Field(default=MandateState.WANTED, sa_type=choice(MandateState))
    reason: str = Field(default="", sa_type=sa.Text)
    created_at: datetime = Field(default_factory=now)
    done_at: datetime | None = Field(default=None)


class MilestoneKind(StrEnum):
    START = "start"  #: It is mandatory from now on.
    CLOSING = "closing"  #: The grace is about to end.
    COUNT = "count"  #: Other words say how much is left, or that the grace is over.


class MilestoneState(StrEnum):
    WAITING = "waiting"  #: Its moment is to come, or has just come.
    DONE = "done"  #: What it asked for was done.
    FAILED = "failed"  #: It broke off; `reason` says why.


class Milestone(Record, table=True):
    """
    A moment at which something else is to be said of a mandatory release.

    `turn` grows each time that the moment is asked for anew, since the policy came back.
    """

    __table_args__ = (
        sa.UniqueConstraint("release_id", "kind", "due_at"),
        sa.Index(None, "state", "due_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    release_id: str = Field(foreign_key="release.id", max_length=32)
    kind: MilestoneKind = Field(sa_type=choice(MilestoneKind))
    due_at: datetime
    state: MilestoneState = Field(default=MilestoneState.WAITING, sa_type=choice(MilestoneState))
    turn: int = Field(default=1)
    reason: str = Field(default="", sa_type=sa.Text)


class ReminderState(StrEnum):
    WAITING = "waiting"  #: Will be told.
    TOLD = "told"  #: Was told.
    SPARED = "spared"  #: There was nothing to remind them of any more.
    UNREACHABLE = "unreachable"  #: Could not be told; `reason` says why.


class Reminder(Record, table=True):
    """
    One person who has not fetched a mandatory release, one occasion, one way of telling.

    A `teller` without a name means that there is no way to tell them.
    """

    __table_args__ = (sa.UniqueConstraint("release_id", "tester_id", "kind", "teller"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    release_id: str = Field(foreign_key="release.id", max_length=32)
    milestone_id: str = Field(foreign_key="milestone.id", index=True, max_length=32)
    tester_id: str = Field(foreign_key="tester.id", index=True, max_length=32)
    kind: MilestoneKind = Field(sa_type=choice(MilestoneKind))
    teller: str = Field(default="", max_length=16)
    state: ReminderState = Field(default=ReminderState.WAITING, sa_type=choice(ReminderState))
    reason: str = Field(default="", sa_type=sa.Text)
    told_at: datetime | None = Field(default=None)
