"""A promise: what somebody asked for in Slack and was told is under way, until it is done."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import Record, now


class Promise(Record, table=True):
    """
    There is a row until it is kept, and none afterwards.

    `key` is that of the delivery. `sealed_body` is what Slack delivered, sealed by
    `storage.secrets` for this very row, since it holds addresses that answer for the person.
    `holder` names the life of the process that works on it and has it until `held_until`;
    `tries` counts how often one began.
    """

    key: str = Field(primary_key=True, max_length=255)
    sealed_body: bytes = Field(sa_type=sa.LargeBinary, repr=False)
    holder: str = Field(max_length=32)
    held_until: datetime = Field(index=True)
    tries: int = Field(default=1)
    asked_at: datetime = Field(default_factory=now)
