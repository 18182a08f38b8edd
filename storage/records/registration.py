"""A registration: where a device stands at Apple, for one team."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, choice, new_id, now


class RegistrationState(StrEnum):
    AWAITING_APPROVAL = "awaiting approval"  #: It would take a place, so somebody has to say yes.
    REGISTERING = "registering"  #: It was approved; Apple is being told.
    PROCESSING = "processing"  #: Apple has it, and does not put it into profiles yet.
    READY = "ready"  #: It gets into profiles.
    INELIGIBLE = "ineligible"  #: Apple does not take it for now.
    REFUSED = "refused"  #: Somebody said no, or Apple did; `reason` says why.
    DISABLED = "disabled"  #: It is left out of new profiles, and keeps its place.


class Registration(Record, table=True):
    """
    A device at a team.

    `apple_id` is Apple's id of it, None until it is known. `due_at` is when Apple is asked again,
    None while nothing is waited for; `turn` counts these times, so that each is a start of its own.
    `since` is when the state began, and `reason` a sentence about it. `requested_by` asked for it,
    `decided_by` approved or refused.
    """

    __table_args__ = (
        sa.UniqueConstraint("device_id", "team_id"),
        sa.Index(None, "team_id", "state"),
        sa.Index(None, "state", "due_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    device_id: str = Field(foreign_key="device.id", ondelete="CASCADE", max_length=32)
    team_id: str = Field(foreign_key="apple_team.id", ondelete="CASCADE", max_length=32)
    state: RegistrationState = Field(
        default=RegistrationState.AWAITING_APPROVAL, sa_type=choice(RegistrationState)
    )
    reason: str = Field(default="", sa_type=sa.Text)
    trouble: str = Field(default="", max_length=64)  #: Code of what keeps Apple from being asked.
    apple_id: str | None = Field(default=None, max_length=64)
    since: datetime = Field(default_factory=now)
    turn: int = Field(default=0)
    due_at: datetime | None = Field(default=None)
    waits_since: datetime | None = Field(default=None)  #: When Apple first said to wait.
    requested_by: str = Field(max_length=ACTOR)
    requested_at: datetime = Field(default_factory=now)
    decided_by: str | None = Field(default=None, max_length=ACTOR)
    decided_at: datetime | None = Field(default=None)
