"""The page of a tester's own: the link under which everything is listed that they may install."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import Record, new_id, now


class PersonalPage(Record, table=True):
    """
    A link to the page of one tester. Of several generations at most one holds.

    Only the SHA-256 of its token is kept, as of a grant's. `expires_at` moves on while the link is
    used, so that one in use never ends by itself.
    """

    __table_args__ = (sa.UniqueConstraint("tester_id", "generation"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    tester_id: str = Field(foreign_key="tester.id", max_length=32)
    generation: int = Field(default=1)
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime
    revoked_at: datetime | None = Field(default=None)
