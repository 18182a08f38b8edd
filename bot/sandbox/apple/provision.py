"""How a profile is made: what was asked for against what is there, and the signed file."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.sandbox.apple.app_ids import AppId
from bot.sandbox.apple.certificates import Certificate
from bot.sandbox.apple.devices import Device
from bot.sandbox.apple.entitlements import entitlements_of
from bot.sandbox.apple.errors import Conflict, invalid_attribute, missing_relation
from bot.sandbox.apple.profiles import TYPES, ProfileType, ProvisioningProfile
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.samples.profiles import Profile, mobileprovision

LIFE_SECONDS = 365 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileWish:
    """What somebody asks to be in a profile; ids are Apple's."""

    name: str
    type: str
    app_id: str
    certificate_ids: Sequence[str]
    device_ids: Sequence[str] = ()


def provision(team: SandboxTeam, wish: ProfileWish) -> ProvisioningProfile:
    """
    Make a profile with the devices that are ENABLED now; the others are left out without a word.

    Raise Conflict where Apple refuses it.
    """
    type_ = TYPES[wish.type]
    _check_name(team, wish, type_)
    app_id = _app_id(team, wish.app_id)
    certificates = _certificates(team, wish, type_)
    devices = _devices(team, wish, type_)
    now = team.clock.now()
    granted = [device for device in devices if device.status(now) == "ENABLED"]
    expires_at = min(now + LIFE_SECONDS, *(each.expires_at for each in certificates))
    identifier = str(uuid.uuid4())
    profile = Profile(
        kind=type_.kind,
        app_id=app_id.identifier,
        app_name=app_id.name,
        name=wish.name,
        team=team.identity,
        devices=[team.devices.spelled(device) for device in granted],
        certificates=[each.der for each in certificates],
        entitlements=entitlements_of(app_id.capabilities, team.id, development=type_.is_development)
        | app_id.extra,
        created=datetime.fromtimestamp(now, UTC),
        expires=datetime.fromtimestamp(expires_at, UTC),
        platforms=type_.systems,
        prefix=app_id.seed_id,
        identifier=identifier,
    )
    made = ProvisioningProfile(
        id=team.ids.next(),
        name=wish.name,
        type=wish.type,
        app_id=app_id.id,
        certificate_ids=[each.id for each in certificates],
        device_ids=[device.id for device in granted],
        uuid=identifier,
        content=mobileprovision(profile, signer=team.authorities.profiles),
        created_at=now,
        expires_at=expires_at,
    )
    team.profiles.add(made)
    return made


def _check_name(team: SandboxTeam, wish: ProfileWish, type_: ProfileType) -> None:
    if not wish.name.strip():
        raise invalid_attribute("name", wish.name)
    if type_.kind == "enterprise" and type_.platform == "IOS" and not team.rules.is_enterprise:
        raise invalid_attribute("profileType", wish.type)
    if team.profiles.find(wish.name) is not None:
        raise Conflict(
            "ENTITY_ERROR",
            f"Multiple profiles found with the name '{wish.name}'. Please remove the duplicate"
            " profiles and try again.",
        )


def _app_id(team: SandboxTeam, app_id: str) -> AppId:
    if app_id not in team.app_ids:
        raise Conflict(
            "ENTITY_ERROR",
            f"There is no App ID with ID '{app_id}' on this team.",
            pointer="/data/relationships/bundleId",
        )
    return team.app_ids[app_id]


def _certificates(team: SandboxTeam, wish: ProfileWish, type_: ProfileType) -> list[Certificate]:
    if not wish.certificate_ids:
        raise missing_relation("certificates")
    found = [_known_certificate(team, each) for each in dict.fromkeys(wish.certificate_ids)]
    for certificate in found:
        if certificate.type not in type_.certificate_types:
            raise _wrong(
                "certificates", f"A {certificate.type} certificate does not go into {wish.type}."
            )
        if certificate.expires_at <= team.clock.now():
            raise _wrong("certificates", f"The certificate '{certificate.id}' has expired.")
    return found


def _known_certificate(team: SandboxTeam, certificate_id: str) -> Certificate:
    if certificate_id not in team.certificates:
        raise _wrong(
            "certificates", f"There is no certificate with ID '{certificate_id}' on this team."
        )
    return team.certificates[certificate_id]


def _devices(team: SandboxTeam, wish: ProfileWish, type_: ProfileType) -> list[Device]:
    if wish.device_ids and not type_.lists_devices:
        raise Conflict(
            "ENTITY_ERROR.RELATIONSHIP.NOT_ALLOWED",
            f"No devices can be associated with a profile of type {wish.type}.",
            pointer="/data/relationships/devices",
        )
    if type_.lists_devices and not wish.device_ids:
        raise missing_relation("devices")
    found = [_known_device(team, each) for each in dict.fromkeys(wish.device_ids)]
    for device in found:
        if device.device_class not in type_.device_classes:
            raise Conflict(
                "ENTITY_ERROR",
                f"Invalid deviceClass for profile type: {device.device_class} in {wish.type}.",
                pointer="/data/relationships/devices",
            )
    return found


def _known_device(team: SandboxTeam, device_id: str) -> Device:
    if device_id not in team.devices:
        raise _wrong("devices", f"There is no device with ID '{device_id}' on this team.")
    return team.devices[device_id]


def _wrong(relation: str, detail: str) -> Conflict:
    return Conflict(
        "ENTITY_ERROR.RELATIONSHIP.INVALID", detail, pointer=f"/data/relationships/{relation}"
    )
