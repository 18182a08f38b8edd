"""Questions about registrations: where devices stand at Apple."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.conditions import among
from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound, Stale
from storage.records.device import Device
from storage.records.registration import Registration, RegistrationState


async def get(session: Session, registration_id: str) -> Registration:
    """Raise NotFound."""
    found = await session.get(Registration, registration_id)
    if found is None:
        raise NotFound("This device is not being registered any more.")
    return found


async def ask(session: Session, registration: Registration) -> Registration:
    """Keep *registration* unless the team has the device's; return the one that is kept."""
    unique = ["device_id", "team_id"]
    await insert_missing(session, Registration, [registration.model_dump()], unique)
    found = await session.exec(
        select(Registration).where(
            Registration.device_id == registration.device_id,
            Registration.team_id == registration.team_id,
        )
    )
    return found.one()


async def those(session: Session, registration_ids: Collection[str]) -> Sequence[Registration]:
    """Return registrations by id, the oldest first."""
    found = await session.exec(
        select(Registration)
        .where(col(Registration.id).in_(set(registration_ids)))
        .order_by(col(Registration.requested_at), col(Registration.id))
    )
    return found.all()


async def asked_at_once(
    session: Session, team_id: str, requested_by: str, requested_at: datetime
) -> Sequence[Registration]:
    """Return the registrations that one act of asking made at a team, in a steady order."""
    found = await session.exec(
        select(Registration)
        .where(
            Registration.team_id == team_id,
            Registration.requested_by == requested_by,
            Registration.requested_at == requested_at,
        )
        .order_by(col(Registration.id))
    )
    return found.all()


async def unasked(session: Session, organization_id: str, *, limit: int) -> Sequence[str]:
    """Return the ids of devices that are not disabled and no team was asked about."""
    found = await session.exec(
        select(Device.id)
        .join(Registration, col(Registration.device_id) == Device.id, isouter=True)
        .where(
            Device.organization_id == organization_id,
            col(Device.disabled_at).is_(None),
            col(Registration.id).is_(None),
        )
        .order_by(col(Device.created_at))
        .limit(limit)
    )
    return found.all()


async def of_devices(session: Session, device_ids: Collection[str]) -> Sequence[Registration]:
    """Return the registrations of any of the devices, the oldest first."""
    found = await session.exec(
        select(Registration)
        .where(among(session, col(Registration.device_id), device_ids))
        .order_by(col(Registration.requested_at), col(Registration.id))
    )
    return found.all()


async def in_state(
    session: Session, team_ids: Collection[str], state: RegistrationState, *, limit: int
) -> Sequence[Registration]:
    """Return the registrations of teams that are in a state, the oldest first."""
    found = await session.exec(
        select(Registration)
        .where(col(Registration.team_id).in_(set(team_ids)), Registration.state == state)
        .order_by(col(Registration.requested_at), col(Registration.id))
        .limit(limit)
    )
    return found.all()


async def of_udids(
    session: Session, team_id: str, udids: Collection[str]
) -> list[tuple[Registration, Device]]:
    """Return a team's registrations of the devices with these UDIDs, in lower case."""
    either = {*udids, *(udid.upper() for udid in udids)}  # Each form has one case of its own.
    found = await session.exec(
        select(Registration, Device)
        .join(Device, col(Device.id) == Registration.device_id)
        .where(Registration.team_id == team_id, among(session, col(Device.udid), either))
        .order_by(col(Registration.id))
    )
    return list(found.all())


async def of_team(session: Session, team_id: str) -> list[tuple[Registration, Device]]:
    """Return every registration of a team with its device."""
    found = await session.exec(
        select(Registration, Device)
        .join(Device, col(Device.id) == Registration.device_id)
        .where(Registration.team_id == team_id)
        .order_by(col(Registration.id))
    )
    return list(found.all())


async def asked_of(
    session: Session, team_ids: Collection[str], states: Collection[RegistrationState]
) -> list[tuple[Registration, Device]]:
    """Return the registrations of teams in some states, with their devices."""
    found = await session.exec(
        select(Registration, Device)
        .join(Device, col(Device.id) == Registration.device_id)
        .where(
            col(Registration.team_id).in_(set(team_ids)), col(Registration.state).in_(set(states))
        )
        .order_by(col(Registration.requested_at), col(Registration.id))
    )
    return list(found.all())


async def due(
    session: Session, states: Collection[RegistrationState], before: datetime, since: datetime
) -> Sequence[Registration]:
    """Return those in some states whose moment has come, between two moments."""
    found = await session.exec(
        select(Registration)
        .where(
            col(Registration.state).in_(set(states)),
            col(Registration.due_at).is_not(None),
            col(Registration.due_at) < before,
            col(Registration.due_at) > since,
        )
        .order_by(col(Registration.due_at), col(Registration.id))
    )
    return found.all()


async def move(
    session: Session,
    registration: Registration,
    state: RegistrationState,
    **values: object,
) -> Registration:
    """
    Set a state and *values*, if nobody changed the state or began another turn since it was read.

    Raise Stale when somebody did: of two who decide at once, exactly one gets through.
    """
    result = await session.exec(
        sa.update(Registration)
        .where(
            col(Registration.id) == registration.id,
            col(Registration.state) == registration.state,
            col(Registration.turn) == registration.turn,
        )
        .values(state=state, **values)
        # Else every record that the session holds is compared, for each that is moved.
        .execution_options(synchronize_session=False)
    )
    if getattr(result, "rowcount", 0) != 1:
        raise Stale
    await session.refresh(registration)
    return registration
