"""A tag: a word on a release, by which it is found in lists."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, now, ordered

#: Characters.
LONGEST_TAG = 32


class ReleaseTag(Record, table=True):
    """One tag of one release; in small letters, so that each is written in one way."""

    __table_args__ = (
        # A list of what has a tag reads nothing but this index.
        sa.Index("ix_releasetag_found", "organization_id", "tag", "app_id", "release_id"),
    )

    release_id: str = Field(foreign_key="release.id", primary_key=True, max_length=32)
    tag: str = Field(primary_key=True, sa_type=ordered(LONGEST_TAG))
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    app_id: str = Field(foreign_key="app.id", max_length=32)
    created_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
