"""A release: number 1, 2, 3 ... of an app, pointing at one build."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import Record, choice, new_id, now


class ReleaseState(StrEnum):
    DRAFT = "draft"  #: Here, and not yet given to anybody.
    AWAITING_APPROVAL = "awaiting approval"  #: Somebody asked to distribute it; another must agree.
    LIVE = "live"  #: Given to testers, and the newest of its app.
    SUPERSEDED = "superseded"  #: A newer release of the app went live.
    WITHDRAWN = "withdrawn"  #: Dismissed as a draft, or recalled.


class Release(Record, table=True):
    """
    A release of an app.

    `revision` grows with every change a person makes, so that of two who act at once the second is
    told. `key` (`build:<id>`) keeps one taking-in of a build from making two drafts.
    """

    __table_args__ = (sa.UniqueConstraint("app_id", "number"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    key: str = Field(unique=True, max_length=64)
    app_id: str = Field(foreign_key="app.id", max_length=32)
    number: int
    build_id: str = Field(foreign_key="build.id", max_length=32)
    state: ReleaseState = Field(default=ReleaseState.DRAFT, sa_type=choice(ReleaseState))
    revision: int = Field(default=1)
    notes: str = Field(default="", sa_type=sa.Text)
    notes_type: str = Field(default="markdown", max_length=16)
    enabled: bool = Field(default=True)
    created_by: str = Field(max_length=64)
    created_at: datetime = Field(default_factory=now)
    published_by: str | None = Field(default=None, max_length=64)
    published_at: datetime | None = Field(default=None)
    withdrawn_by: str | None = Field(default=None, max_length=64)
    withdrawn_at: datetime | None = Field(default=None)
