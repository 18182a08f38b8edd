"""An edit: one act of changing what people see of a release that is there."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, JSON, Record, choice, new_id, now


class EditKind(StrEnum):
    NOTES = "notes"
    TAGS = "tags"
    DISABLED = "disabled"
    ENABLED = "enabled"


class EditState(StrEnum):
    WANTED = "wanted"  #: It holds already; what people see of the release is being drawn anew.
    DONE = "done"  #: Everything shows it.
    FAILED = "failed"  #: The drawing broke off; the next edit draws all of it.


class Edit(Record, table=True):
    """
    One act of changing a release's notes, its tags, or whether it can be installed.

    `detail` is what its line in the threads says beside who and when: as JSON, by its kind.
    """

    __table_args__ = (sa.Index(None, "state", "created_at"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    release_id: str = Field(foreign_key="release.id", max_length=32)
    kind: EditKind = Field(sa_type=choice(EditKind))
    by: str = Field(max_length=ACTOR)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    state: EditState = Field(default=EditState.WANTED, sa_type=choice(EditState))
    created_at: datetime = Field(default_factory=now)
    done_at: datetime | None = Field(default=None)
