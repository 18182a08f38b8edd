"""A device: a phone or tablet that a tester installs on."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, choice, new_id, now


class DeviceSource(StrEnum):
    """By which way a UDID came here."""

    TYPED = "typed"  #: Somebody wrote it.
    ENROLLED = "enrolled"  #: The device told it itself, on the enrolment page.
    IMPORTED = "imported"  #: It stood in a list.


class Device(Record, table=True):
    """
    A UDID, in the case of its form (`provisioning.devices.udids`), with its owner.

    `platform` is IOS, for everything but a Mac, or MAC_OS, as Apple names them; `model` an
    identifier such as `iPhone14,5`, empty where nobody told. `verified`: its answer was signed by
    a device of Apple's; None where it was not asked. From `disabled_at` on it gets into no profile.
    Since `owner_left_at` somebody has to say whose it is.
    """

    __table_args__ = (
        sa.UniqueConstraint("organization_id", "udid"),
        sa.Index(None, "organization_id", "created_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    udid: str = Field(max_length=64)
    tester_id: str = Field(foreign_key="tester.id", index=True, max_length=32)
    name: str = Field(default="", max_length=255)
    platform: str = Field(default="IOS", max_length=16)
    model: str = Field(default="", max_length=64)
    system_version: str = Field(default="", max_length=32)
    source: DeviceSource = Field(default=DeviceSource.TYPED, sa_type=choice(DeviceSource))
    verified: bool | None = Field(default=None)
    disabled_at: datetime | None = Field(default=None)
    owner_left_at: datetime | None = Field(default=None)
    created_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
