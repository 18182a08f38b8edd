"""A distribution: one act of giving a release to people, and what became of it for each of them."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import Record, choice, new_id, now


class DestinationKind(StrEnum):
    GROUP = "group"
    TESTER = "tester"
    STORE = "store"


class DistributionState(StrEnum):
    WANTED = "wanted"  #: Somebody clicked; the road has not begun.
    UNDERWAY = "underway"  #: People are being told.
    DONE = "done"  #: Everybody who could be told was told.


class DeliveryState(StrEnum):
    WAITING = "waiting"  #: Will be told.
    TOLD = "told"  #: Has the message with the install link.
    SILENT = "silent"  #: May install, and was not to be told.
    UNDELIVERABLE = "undeliverable"  #: Could not be told; `reason` says why.


class Distribution(Record, table=True):
    """One act of distributing. `key` makes a double click one act."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    key: str = Field(unique=True, max_length=128)
    release_id: str = Field(foreign_key="release.id", index=True, max_length=32)
    requested_by: str = Field(max_length=64)
    mandatory: bool = Field(default=False)
    notify: bool = Field(default=True)
    state: DistributionState = Field(
        default=DistributionState.WANTED, sa_type=choice(DistributionState)
    )
    shortfall: str = Field(default="", sa_type=sa.Text)  #: Why somebody was left out, if so.
    created_at: datetime = Field(default_factory=now)
    done_at: datetime | None = Field(default=None)


class Destination(Record, table=True):
    """A release sent to a group, a tester or a store, with its own mandatory policy."""

    __table_args__ = (sa.UniqueConstraint("release_id", "kind", "target_id"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    release_id: str = Field(foreign_key="release.id", max_length=32)
    distribution_id: str = Field(foreign_key="distribution.id", max_length=32)
    kind: DestinationKind = Field(sa_type=choice(DestinationKind))
    target_id: str = Field(max_length=64)
    mandatory: bool = Field(default=False)
    created_by: str = Field(max_length=64)
    created_at: datetime = Field(default_factory=now)


class Delivery(Record, table=True):
    """One tester's share of a distribution: told once of a release, whatever the groups."""

    __table_args__ = (sa.UniqueConstraint("release_id", "tester_id"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    distribution_id: str = Field(foreign_key="distribution.id", index=True, max_length=32)
    release_id: str = Field(foreign_key="release.id", max_length=32)
    tester_id: str = Field(foreign_key="tester.id", max_length=32)
    state: DeliveryState = Field(default=DeliveryState.WAITING, sa_type=choice(DeliveryState))
    reason: str = Field(default="", sa_type=sa.Text)
    told_at: datetime | None = Field(default=None)
