"""A rebuild: that a new build is wanted, since one cannot be signed for somebody's phone here."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, JSON, Record, choice, new_id, now


class RebuildState(StrEnum):
    WANTED = "wanted"  #: It takes in whoever comes until it begins.
    UNDERWAY = "underway"  #: The CI, or a person, is being asked.
    ASKED = "asked"  #: The CI, or a person, was asked.
    NEEDLESS = "needless"  #: Nobody needed it any more, or it was asked for these devices before.
    FAILED = "failed"  #: Nobody could be asked; `reason` says why.


class Rebuild(Record, table=True):
    """
    One time of asking for a new build of a release.

    `open_key` keeps several from being wanted at once, and is None from the beginning on. The
    devices are fixed then: `device_ids`, and `device_key`, which is a digest of them all. `cause`
    is why the build there is cannot be signed for them (`provisioning.distributing.hindrances`).
    """

    __table_args__ = (
        sa.UniqueConstraint("open_key"),
        sa.Index(None, "release_id", "created_at"),
        sa.Index(None, "state", "created_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    release_id: str = Field(foreign_key="release.id", max_length=32)
    open_key: str | None = Field(default=None, max_length=32)
    state: RebuildState = Field(default=RebuildState.WANTED, sa_type=choice(RebuildState))
    cause: str = Field(default="", max_length=64)
    device_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    device_key: str = Field(default="", max_length=64)
    reason: str = Field(default="", sa_type=sa.Text)
    created_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
    ended_at: datetime | None = Field(default=None)
