"""A one-time link to the page on which an admin connects a team at Apple."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field

from storage.records.base import ACTOR, Record, choice, new_id, now


class ApplePurpose(StrEnum):
    """What a link is good for."""

    CONNECT = "connect"  #: A team that is not connected yet, and its certificate.
    ROTATE = "rotate"  #: Another key in the place of a team's.
    CERTIFY = "certify"  #: A certificate for a team that is connected.


class AppleInvitation(Record, table=True):
    """
    The right of one person to enter secrets on a page, once.

    Only the SHA-256 of the link's token is kept. `by` is the reference of the person whom the link
    was given to. `apple_team_id` is the row of the team that it is for, empty until the page has
    connected one. `used_at` is set while something that was sent is tried, and for good once it
    was done.
    """

    __tablename__ = "apple_invitation"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    token_hash: str = Field(unique=True, max_length=64)
    purpose: ApplePurpose = Field(sa_type=choice(ApplePurpose))
    apple_team_id: str = Field(default="", max_length=32)
    by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime
    used_at: datetime | None = Field(default=None)
