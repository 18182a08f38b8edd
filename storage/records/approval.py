"""Approvals of releases: which groups take somebody's yes, what waits for it, and who said what."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, JSON, Record, choice, new_id, now


class ApproverKind(StrEnum):
    """By what it is known who approves."""

    ROLE = "role"
    USERGROUP = "usergroup"
    PEOPLE = "people"


class ApprovalKind(StrEnum):
    """What somebody is to say yes to."""

    ORDER = "order"  #: A release for groups that take an approval.
    SIGNER = "signer"  #: That an app is signed by somebody else from now on.


class ApprovalState(StrEnum):
    WAITING = "waiting"  #: Nobody has it before somebody says yes.
    APPROVED = "approved"  #: Enough people said yes, and it was carried out.
    OVERRIDDEN = "overridden"  #: An admin let it go without them; `reason` says why.
    DECLINED = "declined"  #: Somebody said no; `reason` says why.
    EXPIRED = "expired"  #: Nobody decided in time.
    WITHDRAWN = "withdrawn"  #: Whoever asked took it back.
    LAPSED = "lapsed"  #: What was asked for cannot be done any more; `reason` says why.


class ApprovalPolicy(Record, table=True):
    """
    What a group takes before a release is sent to it: a yes of `needed` people.

    `approvers` are a role, the id of a user group of Slack (called `handle`), or references of
    people. A request lives for so many `hours`.
    """

    __tablename__ = "approval_policy"

    group_id: str = Field(foreign_key="group.id", primary_key=True, max_length=32)
    kind: ApproverKind = Field(sa_type=choice(ApproverKind))
    approvers: list[str] = Field(default_factory=list, sa_type=JSON)
    handle: str = Field(default="", max_length=255)
    needed: int = Field(default=1)
    hours: int = Field(default=72)
    changed_by: str = Field(max_length=ACTOR)
    changed_at: datetime = Field(default_factory=now)


class ApprovalRequest(Record, table=True):
    """
    What waits for somebody's yes, and what became of it.

    `wish` is what was asked for, as it was then. `turn` grows with each change that people are
    shown, at `changed_at`; they have been shown those up to `shown`. `distribution_id` is the act
    that it ended in.
    """

    __tablename__ = "approval_request"
    __table_args__ = (
        sa.Index("ix_approval_request_listed", "organization_id", "state", "created_at"),
        sa.Index(None, "release_id", "state"),
        sa.Index(None, "changed_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    key: str = Field(unique=True, max_length=128)
    kind: ApprovalKind = Field(sa_type=choice(ApprovalKind))
    release_id: str = Field(foreign_key="release.id", max_length=32)
    requested_by: str = Field(max_length=ACTOR)
    wish: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    state: ApprovalState = Field(default=ApprovalState.WAITING, sa_type=choice(ApprovalState))
    reason: str = Field(default="", sa_type=sa.Text)
    decided_by: str | None = Field(default=None, max_length=ACTOR)  #: Who ended it.
    distribution_id: str | None = Field(default=None, max_length=32)
    turn: int = Field(default=1)
    shown: int = Field(default=0)
    changed_at: datetime = Field(default_factory=now)
    due_at: datetime | None = Field(default=None)  #: When it expires.
    created_at: datetime = Field(default_factory=now)


class ApprovalDecision(Record, table=True):
    """What one person said to a request: yes, or no with a reason."""

    __tablename__ = "approval_decision"
    __table_args__ = (sa.UniqueConstraint("request_id", "by"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    request_id: str = Field(foreign_key="approval_request.id", max_length=32)
    by: str = Field(max_length=ACTOR)
    approves: bool
    reason: str = Field(default="", sa_type=sa.Text)
    made_at: datetime = Field(default_factory=now)
