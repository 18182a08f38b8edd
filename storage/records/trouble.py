"""A trouble report: what somebody saw who cannot install a release, and what they were told."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import JSON, Record, choice, new_id, now


class TroubleState(StrEnum):
    WANTED = "wanted"  #: It is to be said in the release's thread.
    SAID = "said"  #: It stands there.
    FAILED = "failed"  #: It could not be said there.


class TroubleReport(Record, table=True):
    """
    What one person saw, once an hour at most.

    `saw` is a code of what their phone showed, `words` what they wrote. `phone` is what the browser
    told of it, and `devices` those known of theirs, all in words and without a UDID. `cause` and
    `advice` are what they were told at once.
    """

    __table_args__ = (
        sa.Index("ix_troublereport_last", "release_id", "tester_id", "created_at"),
        sa.Index(None, "state", "created_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    release_id: str = Field(foreign_key="release.id", max_length=32)
    tester_id: str = Field(foreign_key="tester.id", index=True, max_length=32)
    saw: str = Field(max_length=32)
    words: str = Field(default="", sa_type=sa.Text)
    origin: str = Field(default="", max_length=64)  #: By which door it came.
    phone: str = Field(default="", max_length=120)
    devices: list[str] = Field(default_factory=list, sa_type=JSON)
    cause: str = Field(default="", sa_type=sa.Text)
    advice: str = Field(default="", sa_type=sa.Text)
    state: TroubleState = Field(default=TroubleState.WANTED, sa_type=choice(TroubleState))
    created_at: datetime = Field(default_factory=now)
