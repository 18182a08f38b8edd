"""Phones of a tester, and what a team at Apple has of them: as records, past every road."""

from typing import Any

from storage.catalog.database import Database
from storage.records.apple_team import AppleTeam
from storage.records.base import now
from storage.records.build import Build
from storage.records.device import Device
from storage.records.identity import SigningIdentity
from storage.records.registration import Registration, RegistrationState
from storage.records.variant import Variant, VariantState, VariantWay
from storage.records.wave import Wave, WaveState
from tests.shelf import signed_ad_hoc

UDID = "00008130-000A1B2C3D4E801E"
BY = "person:slack:UANN"


async def connect(
    database: Database, organization_id: str, prefix: str = "TEAM123456"
) -> AppleTeam:
    """Let Slipway speak for the team whose profile is in builds of the shelf."""
    team = AppleTeam(
        organization_id=organization_id,
        issuer_id=f"{prefix}-issuer",
        team_id=prefix,
        key_id="KEY",
        sealed_key=b"sealed",
        created_by=BY,
    )
    async with database.writing() as session:
        session.add(team)
    return team


async def hand_in(
    database: Database, organization_id: str, tester_id: str, udid: str = UDID, **values: object
) -> Device:
    """Keep a phone of somebody's."""
    fixed: dict[str, Any] = {"model": "iPhone16,1", "system_version": "17.5", "created_by": BY}
    device = Device(
        organization_id=organization_id, tester_id=tester_id, udid=udid, **{**fixed, **values}
    )
    async with database.writing() as session:
        session.add(device)
    return device


async def register(
    database: Database, team: AppleTeam, device: Device, state: RegistrationState, reason: str = ""
) -> Registration:
    """Let a device stand so with a team, whatever it was before."""
    async with database.writing() as session:
        found = await session.get(Registration, f"{device.id[:16]}{team.id[:16]}")
        row = found or Registration(
            id=f"{device.id[:16]}{team.id[:16]}",
            organization_id=team.organization_id,
            device_id=device.id,
            team_id=team.id,
            requested_by=BY,
        )
        row.state, row.reason = state, reason
        session.add(row)
    return row


async def wave(database: Database, team: AppleTeam, build: Build, state: WaveState) -> Wave:
    """Let a wave of the build's program be in a state."""
    made = Wave(
        organization_id=team.organization_id,
        team_id=team.id,
        bundle_id=build.bundle_id,
        number=1,
        state=state,
        created_by=BY,
    )
    async with database.writing() as session:
        session.add(made)
    return made


async def sign(database: Database, build: Build, *udids: str) -> Variant:
    """Keep a ready variant of a build for these devices, the build's own bytes in it."""
    generation = f"{len(udids):x}{udids[0][-6:].lower()}".ljust(64, "0")
    identity = SigningIdentity(
        organization_id=build.organization_id,
        key_fingerprint=generation,
        sealed_key=b"sealed",
        name="Harbour",
        created_by=BY,
        fingerprint=generation,
    )
    made = Variant(
        build_id=build.id,
        generation=generation,
        identity_id=identity.id,
        fingerprint=generation,
        state=VariantState.READY,
        way=VariantWay.FULL,
        signing=signed_ad_hoc(devices=udids).model_dump(mode="json"),
        segments=[[str(build.sha256), 0, int(build.size or 1)]],
        tag=generation,
        size=int(build.size or 1),
        ready_at=now(),
    )
    for record in (identity, made):
        async with database.writing() as session:
            session.add(record)
    return made
