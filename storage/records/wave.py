"""A wave: one time that an app's profiles are made anew and its live releases are signed again."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, JSON, Record, choice, new_id, now


class WaveState(StrEnum):
    WANTED = "wanted"  #: It takes in whoever comes until it begins.
    UNDERWAY = "underway"
    DONE = "done"
    FAILED = "failed"  #: `reason` says why.


class Wave(Record, table=True):
    """
    All of a team's profiles for one app, made anew together: `bundle_id` is the app's own.

    `number` counts them for that app; each begins when the one before has ended, so that there is
    one writer. `open_key` keeps several from being wanted at once, and is None from the beginning
    on. `left_out` has the UDIDs that Apple left out of a profile without a word, in capitals.
    """

    __table_args__ = (
        sa.UniqueConstraint("team_id", "bundle_id", "number"),
        sa.UniqueConstraint("open_key"),
        sa.Index(None, "state", "created_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    team_id: str = Field(foreign_key="apple_team.id", ondelete="CASCADE", max_length=32)
    bundle_id: str = Field(max_length=255)
    number: int
    open_key: str | None = Field(default=None, max_length=320)
    state: WaveState = Field(default=WaveState.WANTED, sa_type=choice(WaveState))
    reason: str = Field(default="", sa_type=sa.Text)
    code: str = Field(default="", max_length=64)  #: Of the error, for whoever offers a way out.
    about: str = Field(default="", max_length=255)  #: The bundle that the error is about, if any.
    left_out: list[str] = Field(default_factory=list, sa_type=JSON)
    created_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
    begun_at: datetime | None = Field(default=None)
    ended_at: datetime | None = Field(default=None)
