"""A run of our step in a workflow of Slack's, and who lets workflows act in their name."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import JSON, Record, choice, new_id, now


class StepRunState(StrEnum):
    WANTED = "wanted"  #: It is being carried out.
    DONE = "done"  #: People were told; `outcome` counts them.
    FAILED = "failed"  #: Nothing was sent; `reason` says why.


class StepRun(Record, table=True):
    """
    One run of the step “Distribute a build”, under Slack's own id of it.

    `app`, `version`, `group` and `notes` are as the workflow gave them, `slack_id` is in whose name
    it acts. Slack waits until it was `answered_at`.
    """

    __tablename__ = "step_run"
    __table_args__ = (sa.Index(None, "answered_at", "created_at"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    execution_id: str = Field(unique=True, max_length=64)
    slack_id: str = Field(max_length=32)
    app: str = Field(max_length=255)
    version: str = Field(default="", max_length=255)
    group: str = Field(max_length=255)
    notes: str = Field(default="", sa_type=sa.Text)
    state: StepRunState = Field(
        default=StepRunState.WANTED,
        sa_type=choice(StepRunState),
    )
    distribution_id: str | None = Field(default=None, foreign_key="distribution.id", max_length=32)
    outcome: dict[str, int | str] = Field(default_factory=dict, sa_type=JSON)
    reason: str = Field(default="", sa_type=sa.Text)
    created_at: datetime = Field(default_factory=now)
    answered_at: datetime | None = Field(default=None)


class StepConsent(Record, table=True):
    """Somebody lets workflows act in their name: whoever builds one can name anybody."""

    __tablename__ = "step_consent"

    organization_id: str = Field(foreign_key="organization.id", primary_key=True, max_length=32)
    slack_id: str = Field(primary_key=True, max_length=32)
    given_at: datetime = Field(default_factory=now)
