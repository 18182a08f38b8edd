"""A release: number 1, 2, 3 ... of an app, pointing at one build."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, choice, new_id, now, ordered


class ReleaseState(StrEnum):
    DRAFT = "draft"  #: Here, and not yet given to anybody.
    AWAITING_APPROVAL = "awaiting approval"  #: Somebody asked to distribute it; another must agree.
    LIVE = "live"  #: Given to testers. Where a newer one took its place, its destinations say so.
    DISMISSED = "dismissed"  #: Put aside as a draft; nobody ever had it.
    RECALLED = "recalled"  #: Taken back after it had been given.


class NotesKind(StrEnum):
    """How notes are written, which is how they came."""

    MARKDOWN = "markdown"
    TEXTILE = "textile"


class Release(Record, table=True):
    """
    A release of an app. The same build may be released again.

    `revision` grows with every change a person makes, so that of two who act at once the second is
    told. `key` keeps one act of bringing a build in from making two drafts. `posted_at` is when its
    build was posted: numbers and "the newest" follow it, whatever was read first. `sought` is its
    version and build as they are searched (`storage.catalog.search`): the catalog fills it. While
    it is not `enabled` it keeps everything it has, but nobody can install it.
    """

    __table_args__ = (
        sa.UniqueConstraint("app_id", "number"),
        sa.Index(None, "app_id", "posted_at", "number"),
        sa.Index(None, "app_id", "sought"),
        # A search reads nothing but this index, newest first, until it has found enough.
        sa.Index(
            "ix_release_search",
            *("organization_id", "state", "posted_at", "number", "app_id", "sought", "id"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    key: str = Field(unique=True, max_length=80)
    app_id: str = Field(foreign_key="app.id", max_length=32)
    number: int
    build_id: str = Field(foreign_key="build.id", index=True, max_length=32)
    state: ReleaseState = Field(default=ReleaseState.DRAFT, sa_type=choice(ReleaseState))
    revision: int = Field(default=1)
    sought: str = Field(default="", sa_type=ordered(255))
    notes: str = Field(default="", sa_type=sa.Text)
    notes_kind: NotesKind = Field(default=NotesKind.MARKDOWN, sa_type=choice(NotesKind))
    enabled: bool = Field(default=True)
    disabled_by: str | None = Field(default=None, max_length=ACTOR)
    disabled_at: datetime | None = Field(default=None)
    disabled_why: str = Field(default="", sa_type=sa.Text)  #: For people; empty when nobody said.
    posted_at: datetime = Field(default_factory=now)
    created_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
    published_by: str | None = Field(default=None, max_length=ACTOR)
    published_at: datetime | None = Field(default=None)
    ended_by: str | None = Field(default=None, max_length=ACTOR)  #: Who dismissed or recalled it.
    ended_at: datetime | None = Field(default=None)
    ended_why: str = Field(default="", sa_type=sa.Text)  #: Why it was recalled, for people.
