"""Devices as the house would show them."""

from datetime import UTC, datetime

from bot.sandbox.samples.identities import device_id
from provisioning.devices.approval_rules import Need
from provisioning.devices.approvals import PendingDevice
from provisioning.devices.sheets import DeviceSheet, TeamStanding
from storage.records.registration import RegistrationState
from tests.blockkit.inertness import EVIL

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


def standing(state: RegistrationState, **changes: object) -> TeamStanding:
    fixed: dict[str, object] = {
        "registration_id": "r" * 32,
        "team_id": "t" * 32,
        "state": state,
        "since": AT,
        "reason": "",
        "requested_by": "person:slack:U0BOB00000",
        "requested_at": AT,
    }
    return TeamStanding(**{**fixed, **changes})  # type: ignore[arg-type]


def sheet(number: int = 1, *standings: TeamStanding, **changes: object) -> DeviceSheet:
    udid = device_id(number)
    fixed: dict[str, object] = {
        "id": f"{number:032}",
        "name": EVIL,
        "model": "iPhone14,5",
        "family": "iPhone",
        "platform": "IOS",
        "tail": udid[-4:],
        "udid": udid,
        "tester_id": "x" * 32,
        "owner": EVIL,
        "owner_slack_id": "U0BOB00000",
        "verified": None,
        "disabled": False,
        "created_at": AT,
        "standings": standings,
    }
    return DeviceSheet(**{**fixed, **changes})  # type: ignore[arg-type]


def pending(number: int, state: RegistrationState, **changes: object) -> PendingDevice:
    one = standing(state, registration_id=f"{number:032}", **changes)
    return PendingDevice(
        registration_id=one.registration_id,
        sheet=sheet(number, one, owner_slack_id=None),
        team="A1B2C3D4E5",
        need=Need.ADMIN,
        why=f"Only 3 places are left for the iPhone of {EVIL}, so an admin has to approve it.",
    )
