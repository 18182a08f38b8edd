"""A nudge: one act of reminding those who have not installed a release, and who is reminded."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, choice, new_id, now


class NudgeState(StrEnum):
    WANTED = "wanted"  #: Somebody confirmed it; people are being reminded.
    DONE = "done"  #: Everybody who could be reminded was.
    FAILED = "failed"  #: It broke off; `reason` says why, and it can be tried again.


class NudgeWordState(StrEnum):
    WAITING = "waiting"  #: Will be reminded.
    TOLD = "told"  #: Has the message with a fresh link.
    UNREACHABLE = "unreachable"  #: Could not be told; `reason` says why.
    SPARED = "spared"  #: Needs no reminding any more; `reason` says why.


class Nudge(Record, table=True):
    """One act of reminding, of a group or of everybody. `key` makes a double click one act."""

    __table_args__ = (sa.Index(None, "state", "created_at"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    key: str = Field(unique=True, max_length=128)
    release_id: str = Field(foreign_key="release.id", index=True, max_length=32)
    group_id: str = Field(default="", max_length=32)  #: Empty for everybody.
    requested_by: str = Field(max_length=ACTOR)
    state: NudgeState = Field(default=NudgeState.WANTED, sa_type=choice(NudgeState))
    reason: str = Field(default="", sa_type=sa.Text)  #: Why it broke off, if so.
    turn: int = Field(default=1)  #: Grows each time that it is begun to remind people.
    created_at: datetime = Field(default_factory=now)
    done_at: datetime | None = Field(default=None)


class NudgeWord(Record, table=True):
    """
    One person who is reminded, and one way of telling them.

    A `teller` without a name means that there is no way to tell them.
    """

    __table_args__ = (
        sa.UniqueConstraint("nudge_id", "tester_id", "teller"),
        sa.Index(None, "release_id", "created_at"),
        sa.Index(None, "tester_id", "release_id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    nudge_id: str = Field(foreign_key="nudge.id", max_length=32)
    release_id: str = Field(foreign_key="release.id", max_length=32)
    tester_id: str = Field(foreign_key="tester.id", max_length=32)
    teller: str = Field(default="", max_length=16)
    state: NudgeWordState = Field(default=NudgeWordState.WAITING, sa_type=choice(NudgeWordState))
    reason: str = Field(default="", sa_type=sa.Text)
    created_at: datetime = Field(default_factory=now)
    told_at: datetime | None = Field(default=None)
