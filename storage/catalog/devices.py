"""Questions about devices."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.conditions import among
from storage.catalog.database import Session, insert_missing
from storage.catalog.entitlement import entitles, of_one_release
from storage.errors import NotFound
from storage.records.destination import Destination
from storage.records.device import Device
from storage.records.distribution import Recipient
from storage.records.registration import Registration, RegistrationState
from storage.records.tester import Tester


class OwnedDevice(NamedTuple):
    """A device with whom it belongs to."""

    device: Device
    owner: Tester


class OwnUdid(NamedTuple):
    """As much of a device as says what it can install."""

    id: str
    tester_id: str
    udid: str
    model: str
    system_version: str
    platform: str
    created_at: datetime


async def get(session: Session, organization_id: str, device_id: str) -> Device:
    """Raise NotFound, for a device of another organization as well."""
    found = await session.get(Device, device_id)
    if found is None or found.organization_id != organization_id:
        raise NotFound("There is no such device.")
    return found


async def of_testers(session: Session, tester_ids: Collection[str]) -> Sequence[Device]:
    """Return the devices that belong to any of the testers."""
    found = await session.exec(
        select(Device)
        .where(among(session, col(Device.tester_id), tester_ids))
        .order_by(col(Device.created_at), col(Device.id))
    )
    return found.all()


async def mark_left(
    session: Session, device_ids: Collection[str], tester_id: str, at: datetime | None
) -> None:
    """Note since when the owner of devices is gone, None for one who is not; no other's."""
    await session.exec(
        sa.update(Device)
        .where(among(session, col(Device.id), device_ids), col(Device.tester_id) == tester_id)
        .values(owner_left_at=at)
        .execution_options(synchronize_session=False)
    )


async def udids(session: Session, tester_ids: Collection[str]) -> list[OwnUdid]:
    """Return what is needed of the testers' devices that are not disabled, the oldest first."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(*(col(getattr(Device, name)) for name in OwnUdid._fields))
        .where(among(session, col(Device.tester_id), tester_ids))
        .where(col(Device.disabled_at).is_(None))
        .order_by(col(Device.created_at), col(Device.id))
    )
    return [OwnUdid(*row) for row in found.all()]


class DeviceStanding(NamedTuple):
    """How a device stands with one of some teams; the last three are None with none of them."""

    tester_id: str
    device_id: str
    udid: str
    model: str
    system_version: str
    platform: str
    disabled: bool
    team_id: str | None
    state: RegistrationState | None
    reason: str | None


async def standings(
    session: Session, tester_ids: Collection[str], team_ids: Collection[str]
) -> list[DeviceStanding]:
    """Return the testers' devices, the oldest first, once for each of the teams that has them."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(*_STANDING)
        .outerjoin(Registration, _at_teams())
        .where(among(session, col(Device.tester_id), tester_ids))
        .order_by(col(Device.created_at), col(Device.id)),
        {"team_ids": list(team_ids)},
    )
    return [DeviceStanding(*row) for row in found.all()]


async def given_standings(
    session: Session, release_id: str, team_ids: Collection[str]
) -> dict[str, list[DeviceStanding]]:
    """Return the same by tester, for each active one who may install a release; or nothing."""
    values = {"release_id": release_id, "team_ids": list(team_ids)}
    connection = await session.connection()
    found = await connection.execute(_given(), values)
    given: dict[str, list[DeviceStanding]] = {}
    for tester_id, *row in found.all():
        own = given.setdefault(tester_id, [])
        if row[0] is not None:
            own.append(DeviceStanding(*row))
    return given


@cache
def _given() -> sa.Select[Any]:
    entitled = (
        sa.select(col(Recipient.tester_id))
        .join(Destination, of_one_release())
        .where(col(Recipient.release_id) == sa.bindparam("release_id"), entitles())
    )
    return (
        sa.select(col(Tester.id), *_STANDING)
        .outerjoin(Device, col(Device.tester_id) == col(Tester.id))
        .outerjoin(Registration, _at_teams())
        .where(col(Tester.id).in_(entitled), col(Tester.active))
        .order_by(col(Device.created_at), col(Device.id))
    )


def _at_teams() -> sa.ColumnElement[bool]:
    own = col(Registration.device_id) == col(Device.id)
    teams = sa.bindparam("team_ids", type_=sa.String, expanding=True)
    return sa.and_(own, col(Registration.team_id).in_(teams))


async def owned(session: Session, device_ids: Collection[str]) -> list[OwnedDevice]:
    """Return devices by id with their owners, the oldest first."""
    found = await session.exec(
        select(Device, Tester)
        .join(Tester, col(Tester.id) == Device.tester_id)
        .where(among(session, col(Device.id), device_ids))
        .order_by(col(Device.created_at), col(Device.id))
    )
    return [OwnedDevice(*row) for row in found.all()]


async def every(session: Session, organization_id: str, *, limit: int) -> list[OwnedDevice]:
    """Return the newest devices of an organization with their owners, newest first."""
    found = await session.exec(
        select(Device, Tester)
        .join(Tester, col(Tester.id) == Device.tester_id)
        .where(Device.organization_id == organization_id)
        .order_by(col(Device.created_at).desc(), col(Device.id))
        .limit(limit)
    )
    return [OwnedDevice(*row) for row in found.all()]


async def count(session: Session, organization_id: str) -> int:
    """Return how many devices an organization has."""
    found = await session.exec(
        select(sa.func.count()).where(col(Device.organization_id) == organization_id)
    )
    return int(found.one())


async def with_lower_udids(
    session: Session, organization_id: str, values: Collection[str]
) -> list[OwnedDevice]:
    """Return the devices with these UDIDs, in lower case, with their owners."""
    found = await session.exec(
        select(Device, Tester)
        .join(Tester, col(Tester.id) == Device.tester_id)
        .where(
            Device.organization_id == organization_id,
            # Each form has one case of its own; a list lets SQLite use the index of both columns.
            col(Device.udid).in_({*values, *(value.upper() for value in values)}),
        )
        .order_by(col(Device.created_at), col(Device.id))
    )
    return [OwnedDevice(*row) for row in found.all()]


async def claim(session: Session, device: Device) -> tuple[Device, bool]:
    """Keep *device* unless its UDID is here; return the one that is kept, and whether it is new."""
    unique = ["organization_id", "udid"]
    new = await insert_missing(session, Device, [device.model_dump()], unique)
    found = await session.exec(
        select(Device).where(
            Device.organization_id == device.organization_id, Device.udid == device.udid
        )
    )
    return found.one(), new == 1


#: The columns of a DeviceStanding.
_STANDING: tuple[Any, ...] = (
    col(Device.tester_id),
    col(Device.id),
    col(Device.udid),
    col(Device.model),
    col(Device.system_version),
    col(Device.platform),
    col(Device.disabled_at).is_not(None),
    col(Registration.team_id),
    col(Registration.state),
    col(Registration.reason),
)
