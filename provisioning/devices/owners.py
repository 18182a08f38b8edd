"""Owners who leave: what becomes of their devices, in the unit of work of whoever lets them go."""

from collections.abc import Collection
from typing import Final

from provisioning.actors import CLOCK, Actor
from provisioning.devices.approvals import NOT_APPROVED, subject_of
from storage.catalog import registrations
from storage.catalog.database import Session
from storage.errors import Stale
from storage.records.base import now
from storage.records.device import Device
from storage.records.registration import Registration, RegistrationState

OWNER_LEFT: Final = f"{NOT_APPROVED}: its owner left."


def label(device: Device) -> str:
    """Return what a device is called in a message to those who manage: its end alone."""
    return f"{device.name or device.model or 'Device'} (…{device.udid[-4:]})"


async def withdraw_requests(session: Session, device_ids: Collection[str]) -> list[str]:
    """Say no to what is asked for devices and nobody decided; return what the roads are about."""
    return [
        subject_of(one)
        for one in await registrations.of_devices(session, device_ids)
        if one.state is RegistrationState.AWAITING_APPROVAL
        and await _moved(session, one, RegistrationState.REFUSED, OWNER_LEFT, CLOCK)
    ]


async def ask_again(session: Session, subjects: Collection[str]) -> list[str]:
    """Let what was withdrawn for that reason wait for a decision once more."""
    ids = {subject.partition("@")[0] for subject in subjects}
    return [
        subject_of(one)
        for one in await registrations.those(session, ids)
        if one.state is RegistrationState.REFUSED
        and one.reason == OWNER_LEFT
        and await _moved(session, one, RegistrationState.AWAITING_APPROVAL, "", None)
    ]


async def _moved(
    session: Session, one: Registration, to: RegistrationState, reason: str, by: Actor | None
) -> bool:
    at = now()
    values = {
        "turn": one.turn + 1,
        "since": at,
        "due_at": at,
        "reason": reason,
        "decided_by": by.reference if by else None,
        "decided_at": at if by else None,
    }
    try:
        await registrations.move(session, one, to, **values)
    except Stale:
        return False  # Somebody decided at the same moment, and that counts.
    return True
