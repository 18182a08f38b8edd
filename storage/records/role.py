"""A role held by a person or by everybody in a Slack user group."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, choice, new_id, now


class Role(StrEnum):
    ADMIN = "admin"  #: May do everything, and gives roles.
    MANAGER = "release manager"  #: Creates apps and groups, distributes and dismisses.
    UPLOADER = "uploader"  #: May bring builds in.
    TESTER = "tester"  #: May install what was given to them.


class HolderKind(StrEnum):
    PERSON = "person"
    USERGROUP = "usergroup"
    EVERYBODY = "everybody"  #: Every full member of the workspace: no guest, app or stranger.


class RoleHolding(Record, table=True):
    """
    Somebody holds a role: everywhere, or for one app, one group, or both.

    `holder_id` is a person's identity (`slack:U012ABC`, provisioning.actors), a user group's id, or
    empty where everybody holds it. An empty `app_id` or `group_id` sets no limit.
    """

    __table_args__ = (
        sa.UniqueConstraint(
            "organization_id", "role", "holder_kind", "holder_id", "app_id", "group_id"
        ),
        sa.Index(None, "organization_id", "holder_kind", "holder_id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    role: Role = Field(sa_type=choice(Role))
    holder_kind: HolderKind = Field(sa_type=choice(HolderKind))
    holder_id: str = Field(max_length=ACTOR)
    app_id: str = Field(default="", max_length=32)
    group_id: str = Field(default="", max_length=32)
    given_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
