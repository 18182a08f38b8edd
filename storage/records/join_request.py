"""A join request: somebody outside Slack asks to get the releases of a group."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, choice, new_id, now

#: The longest name that somebody gives, and the longest address there is.
NAME, ADDRESS = 80, 254


class JoinState(StrEnum):
    WAITING = "waiting"  #: A person is to decide.
    APPROVED = "approved"  #: They are a tester, and in the group.
    DECLINED = "declined"  #: Somebody said no; `reason` may say why.
    EXPIRED = "expired"  #: Nobody decided in time.


class JoinRequest(Record, table=True):
    """
    What one person filled in on the page of a join link, and what became of it.

    `key` is that of the form as it was loaded: sent twice, it is one request. Nobody has confirmed
    the address, so that each form is a request of its own, whoever gave the address before. `turn`
    grows with each change of state, at `changed_at`; those who decide have seen up to `shown`.
    """

    __table_args__ = (
        sa.UniqueConstraint("link_id", "key"),
        sa.Index(None, "link_id", "created_at"),
        sa.Index(None, "email"),
        sa.Index(None, "state", "changed_at"),
        sa.Index(None, "changed_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    link_id: str = Field(foreign_key="joinlink.id", max_length=32)
    key: str = Field(max_length=22)
    token_hash: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=NAME)
    email: str = Field(max_length=ADDRESS)
    state: JoinState = Field(default=JoinState.WAITING, sa_type=choice(JoinState))
    reason: str = Field(default="", sa_type=sa.Text)
    tester_id: str | None = Field(default=None, foreign_key="tester.id", index=True, max_length=32)
    decided_by: str | None = Field(default=None, max_length=ACTOR)
    turn: int = Field(default=1)
    shown: int = Field(default=0)
    changed_at: datetime = Field(default_factory=now)
    created_at: datetime = Field(default_factory=now)
