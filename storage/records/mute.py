"""A mute: that a tester wants to be reminded of nothing of an app."""

from datetime import datetime

from sqlmodel import Field

from storage.records.base import Record, now


class Mute(Record, table=True):
    """New releases are told all the same; only nudges and reminders are not."""

    app_id: str = Field(foreign_key="app.id", primary_key=True, max_length=32)
    tester_id: str = Field(foreign_key="tester.id", primary_key=True, index=True, max_length=32)
    created_at: datetime = Field(default_factory=now)
