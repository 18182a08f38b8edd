"""What Slack last told us of a person or a user group; a cache that may be asked for anew."""

from datetime import datetime

from sqlmodel import Field

from storage.records.base import JSON, Record, now


class Person(Record, table=True):
    """A member of the workspace as `users.info` describes them."""

    id: str = Field(primary_key=True, max_length=32)  #: The Slack user id.
    team_id: str = Field(max_length=32)
    name: str = Field(max_length=255)
    email: str | None = Field(default=None, max_length=255)
    time_zone: str | None = Field(default=None, max_length=64)
    bot: bool = Field(default=False)
    guest: bool = Field(default=False)  #: Slack's is_restricted or is_ultra_restricted.
    guest_since: datetime | None = Field(default=None)  #: When a full member became a guest.
    stranger: bool = Field(default=False)  #: Of another workspace, through Slack Connect.
    deleted: bool = Field(default=False)
    asked_at: datetime = Field(default_factory=now)


class UserGroup(Record, table=True):
    """A Slack user group and its members at `asked_at`."""

    id: str = Field(primary_key=True, max_length=32)
    team_id: str = Field(max_length=32)
    handle: str = Field(default="", max_length=255)
    name: str = Field(default="", max_length=255)
    members: list[str] = Field(default_factory=list, sa_type=JSON)
    gone: bool = Field(default=False)
    asked_at: datetime = Field(default_factory=now)
