"""A distribution group: who gets releases, and the channels that hear of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, new_id, now


class Group(Record, table=True):
    """
    People who get releases together.

    `turn` grows with each change of who is in it, at `changed_at` by `changed_by`; its releases
    have followed up to `settled`. With `joiners_get` whoever comes later gets what is current.
    """

    __table_args__ = (
        sa.UniqueConstraint("organization_id", "slug"),
        sa.Index(None, "changed_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    name: str = Field(max_length=64)  #: As people wrote it.
    slug: str = Field(max_length=64)  #: As people may type it: lower case, spaces as dashes.
    turn: int = Field(default=0)
    settled: int = Field(default=0)
    changed_at: datetime | None = Field(default=None)
    changed_by: str = Field(default="", max_length=ACTOR)
    joiners_get: bool = Field(default=True)
    created_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)


class GroupMember(Record, table=True):
    """A tester in a group."""

    group_id: str = Field(foreign_key="group.id", primary_key=True, max_length=32)
    tester_id: str = Field(foreign_key="tester.id", primary_key=True, index=True, max_length=32)


class GroupUserGroup(Record, table=True):
    """A Slack user group whose members are all in the group, asked for each time it matters."""

    group_id: str = Field(foreign_key="group.id", primary_key=True, max_length=32)
    usergroup_id: str = Field(primary_key=True, max_length=32)
    handle: str = Field(default="", max_length=255)


class GroupChannel(Record, table=True):
    """
    A channel that hears of the group's releases. `broken` says why it cannot be posted in.

    Slack's channels keep their id under a new name; `renamed_at` is when it last got one.
    """

    group_id: str = Field(foreign_key="group.id", primary_key=True, max_length=32)
    channel_id: str = Field(primary_key=True, index=True, max_length=32)
    connected_by: str = Field(default="", max_length=ACTOR)
    broken: str = Field(default="", max_length=255)
    renamed_at: datetime | None = Field(default=None)
