"""A tally mark: that the figures of a release have changed since they were last looked at."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import Record


class TallyMark(Record, table=True):
    """
    One row a release, written when somebody opens, begins or completes for the first time.

    `changed_at` is None once the change was looked at. `figures` are those that were drawn last;
    they are never added to, only counted anew. Nobody looks before `not_before`.
    """

    __tablename__ = "tally_mark"
    __table_args__ = (sa.Index(None, "changed_at"),)

    release_id: str = Field(foreign_key="release.id", primary_key=True, max_length=32)
    changed_at: datetime | None = Field(default=None)
    not_before: datetime | None = Field(default=None)
    figures: str = Field(default="", max_length=64)
