"""A distribution: one act of giving a release to people, and what became of it for each of them."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, choice, new_id, now


class DistributionState(StrEnum):
    WANTED = "wanted"  #: Somebody clicked; the road has not begun.
    SIGNING = "signing"  #: It waits until the build is signed for the phones of some.
    UNDERWAY = "underway"  #: People are being told.
    DONE = "done"  #: Everybody who could be told was told.
    FAILED = "failed"  #: It broke off; `reason` says why, and it can be tried again.


class RecipientState(StrEnum):
    WAITING = "waiting"  #: Will be told.
    HELD = "held"  #: May install, and is told once it is signed for their phone; `reason` says why.
    TOLD = "told"  #: Has the message with the install link.
    SILENT = "silent"  #: May install, and was not to be told.
    ON_PAGE = "on page"  #: Sees it on their own page: nothing else leads to them.
    UNREACHABLE = "unreachable"  #: Could not be told; `reason` says why.
    WITHDRAWN = "withdrawn"  #: It was taken back from them; `told_at` says whether they had it.


class Distribution(Record, table=True):
    """
    One act of distributing. `key` makes a double click one act.

    `mandatory` and `notify` are what was asked for; the policy itself stands on the destinations.
    With `waits` nobody is told before the build is signed for the phones that it can be signed for.
    With `renews` whoever it was taken back from has it again; an act that goes on with an earlier
    one gives them nothing. One that `joins` gives what is current in a group to those who came.
    `because` is what people read of why they get an older release again. Acts of one `joint_id`
    give people the same version on several platforms, by one click: it is the id of the first.
    """

    __table_args__ = (sa.Index(None, "state", "created_at"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    key: str = Field(unique=True, max_length=128)
    release_id: str = Field(foreign_key="release.id", index=True, max_length=32)
    requested_by: str = Field(max_length=ACTOR)
    mandatory: bool = Field(default=False)
    notify: bool = Field(default=True)
    waits: bool = Field(default=True)
    renews: bool = Field(default=True)
    joins: bool = Field(default=False)
    joint_id: str | None = Field(default=None, index=True, max_length=32)
    because: str = Field(default="", sa_type=sa.Text)
    state: DistributionState = Field(
        default=DistributionState.WANTED, sa_type=choice(DistributionState)
    )
    shortfall: str = Field(default="", sa_type=sa.Text)  #: Why somebody was left out, if so.
    reason: str = Field(default="", sa_type=sa.Text)  #: Why it broke off, if so.
    created_at: datetime = Field(default_factory=now)
    done_at: datetime | None = Field(default=None)


class Target(Record, table=True):
    """
    A destination that an act of distributing was about, new or there before.

    Where the release `returns` it was there before, and is current again by this act: whoever is in
    the group is told once more. It took the place of what `replaces` names, newer or not.
    """

    distribution_id: str = Field(foreign_key="distribution.id", primary_key=True, max_length=32)
    destination_id: str = Field(
        foreign_key="destination.id", primary_key=True, index=True, max_length=32
    )
    returns: bool = Field(default=False)
    replaces: str | None = Field(default=None, foreign_key="release.id", max_length=32)


class Recipient(Record, table=True):
    """
    One person, one act, one way of telling.

    `destination_id` is the one by which they are entitled to the release, until `recall_id` took it
    back. A `teller` without a name means that there is no way to tell them.
    """

    __table_args__ = (
        sa.UniqueConstraint("distribution_id", "tester_id", "teller"),
        # Who has a release, and how far they are, is read from this index alone.
        sa.Index("ix_recipient_shares", "release_id", "tester_id", "state", "destination_id"),
        sa.Index(None, "tester_id", "created_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    distribution_id: str = Field(foreign_key="distribution.id", max_length=32)
    release_id: str = Field(foreign_key="release.id", max_length=32)
    destination_id: str = Field(foreign_key="destination.id", index=True, max_length=32)
    tester_id: str = Field(foreign_key="tester.id", max_length=32)
    recall_id: str | None = Field(default=None, foreign_key="recall.id", index=True, max_length=32)
    teller: str = Field(default="", max_length=16)
    state: RecipientState = Field(default=RecipientState.WAITING, sa_type=choice(RecipientState))
    reason: str = Field(default="", sa_type=sa.Text)
    created_at: datetime = Field(default_factory=now)
    told_at: datetime | None = Field(default=None)
    withdrawn_at: datetime | None = Field(default=None)
