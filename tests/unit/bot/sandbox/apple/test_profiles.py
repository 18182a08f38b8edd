"""Profiles are made whole, hold exactly what is granted, and are spoilt from outside only."""

import base64
import plistlib
from dataclasses import replace
from pathlib import Path

import pytest

from bot.sandbox.apple.app_ids import AppId
from bot.sandbox.apple.certificates import Certificate
from bot.sandbox.apple.devices import YEAR, Device, Hardware
from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.samples.identities import device_id, signing_identity
from provisioning.codesign.structures.profile import Profile, read_profile
from tests.unit.bot.sandbox.apple.client import Answer, AppleClient
from tests.unit.bot.sandbox.samples.referees import ask


class Wishing:
    """Asks for profiles of one App ID and one certificate."""

    def __init__(self, client: AppleClient, app_id: AppId, certificate: Certificate) -> None:
        self._client = client
        self.app_id = {"type": "bundleIds", "id": app_id.id}
        self.certificates = [{"type": "certificates", "id": certificate.id}]

    async def __call__(
        self, *devices: Device, name: str = "Harbour 1", kind: str = "IOS_APP_ADHOC"
    ) -> Answer:
        relations: dict[str, object] = {
            "bundleId": self.app_id,
            "certificates": self.certificates,
        }
        if devices:
            relations["devices"] = [{"type": "devices", "id": each.id} for each in devices]
        return await self._client.post("profiles", {"name": name, "profileType": kind}, **relations)


@pytest.fixture
def wish(client: AppleClient, app_id: AppId, certificate: Certificate) -> Wishing:
    return Wishing(client, app_id, certificate)


@pytest.fixture
def phone(team: SandboxTeam) -> Device:
    return team.devices.register("Bob's", device_id(1))


def _content(answer: Answer) -> bytes:
    return base64.b64decode(answer.data["attributes"]["profileContent"])


def _read(answer: Answer) -> Profile:
    return read_profile(_content(answer))


async def test_openssl_opens_the_file_and_our_reader_reads_it(
    wish: Wishing, phone: Device, tmp_path: Path
) -> None:
    answer = await wish(phone)
    attributes = answer.data["attributes"]
    path, out = tmp_path / "a.mobileprovision", tmp_path / "content"
    path.write_bytes(_content(answer))
    ask("openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-in", path, "-out", out)
    said = plistlib.loads(out.read_bytes())
    profile = _read(answer)

    assert answer.status == 201
    assert said["ProvisionedDevices"] == [device_id(1)]
    assert said["AppIDName"] == "Harbour"
    assert (profile.name, profile.uuid) == (attributes["name"], attributes["uuid"])
    assert (profile.kind, profile.team_ids) == ("adhoc", ("A1B2C3D4E5",))
    assert profile.certificates == (signing_identity().der,)
    assert profile.application_id == "A1B2C3D4E5.com.example.harbour"
    assert attributes["profileState"] == "ACTIVE"
    assert attributes["platform"] == "IOS"
    assert attributes["expirationDate"].startswith(profile.expires_at.date().isoformat())


async def test_a_profile_ends_with_its_certificate(
    wish: Wishing, phone: Device, certificate: Certificate, apple: SandboxApple
) -> None:
    apple.clock.advance(YEAR / 2)

    answer = await wish(phone)

    assert _read(answer).expires_at == certificate.certificate.not_valid_after_utc


async def test_entitlements_come_from_the_capabilities(
    team: SandboxTeam, wish: Wishing, phone: Device, app_id: AppId
) -> None:
    for kind in ("APP_GROUPS", "ASSOCIATED_DOMAINS", "PUSH_NOTIFICATIONS", "WALLET"):
        team.turn_on(app_id, kind)
    app_id.extra["com.apple.security.application-groups"] = ["group.com.example.harbour"]

    entitlements = _read(await wish(phone)).entitlements

    assert entitlements["com.apple.developer.associated-domains"] == "*"
    assert entitlements["com.apple.developer.pass-type-identifiers"] == ["A1B2C3D4E5.*"]
    assert entitlements["com.apple.security.application-groups"] == ["group.com.example.harbour"]
    assert entitlements["aps-environment"] == "production"
    assert "com.apple.developer.healthkit" not in entitlements


async def test_an_old_prefix_is_in_the_file(
    team: SandboxTeam, client: AppleClient, phone: Device, certificate: Certificate
) -> None:
    team.app_ids.prefixes.add("OLDSEED123")
    old = team.app_ids.register("com.example.old", "Old", seed_id="OLDSEED123")

    profile = _read(await Wishing(client, old, certificate)(phone))

    assert profile.application_id == "OLDSEED123.com.example.old"
    assert profile.prefixes == ("OLDSEED123",)


async def test_who_is_not_enabled_is_left_out_without_a_word(
    apple: SandboxApple, client: AppleClient, team: SandboxTeam, wish: Wishing, phone: Device
) -> None:
    team.rules.usable_at_once, team.rules.processing_seconds = 1, 3600.0
    waiting = team.devices.register("Carol's", device_id(2))
    off = team.devices.register("Dan's", device_id(3))
    off.is_disabled = True

    first = await wish(phone, waiting, off)
    apple.clock.advance(3601)
    second = await wish(phone, waiting, off, name="Harbour 2")

    assert (first.status, second.status) == (201, 201)
    assert _read(first).devices == {device_id(1)}
    assert _read(second).devices == {device_id(1), device_id(2)}
    related = await client.get(f"/profiles/{first.data['id']}/devices")
    assert [each["id"] for each in related.data] == [phone.id]


async def test_the_file_spells_udids_as_apple_does(
    team: SandboxTeam, wish: Wishing, phone: Device
) -> None:
    team.rules.spelling = "lower"

    assert _read(await wish(phone)).devices == {device_id(1).lower()}


async def test_names_are_unique_even_among_the_expired(
    apple: SandboxApple, client: AppleClient, wish: Wishing, phone: Device
) -> None:
    first = await wish(phone)
    second = await wish(phone)
    apple.clock.advance(YEAR + 1)
    expired = await client.get(f"/profiles/{first.data['id']}")
    third = await wish(phone)

    assert "Multiple profiles found with the name" in second.detail
    assert (second.status, second.code) == (409, "ENTITY_ERROR")
    assert expired.data["attributes"]["profileState"] == "ACTIVE"
    assert expired.data["attributes"]["profileContent"] is None
    assert third.code == "ENTITY_ERROR"
    assert (await client.delete("profiles", first.data["id"])).status == 204
    assert (await client.get(f"/profiles/{first.data['id']}")).status == 404


async def test_devices_are_for_some_kinds_only(wish: Wishing, phone: Device) -> None:
    without = await wish()
    store = await wish(phone, kind="IOS_APP_STORE")
    right = await wish(kind="IOS_APP_STORE")

    assert without.code == "ENTITY_ERROR.RELATIONSHIP.REQUIRED"
    assert "'devices'" in without.detail
    assert store.code == "ENTITY_ERROR.RELATIONSHIP.NOT_ALLOWED"
    assert store.detail.startswith("No devices can be associated")
    assert _read(right).kind == "appstore"


@pytest.mark.parametrize(
    ("device_class", "kind", "status"),
    [
        ("APPLE_TV", "IOS_APP_ADHOC", 409),
        ("APPLE_TV", "TVOS_APP_ADHOC", 201),
        ("APPLE_VISION_PRO", "IOS_APP_ADHOC", 201),
        ("IPHONE", "TVOS_APP_ADHOC", 409),
        ("MAC", "IOS_APP_ADHOC", 409),
    ],
)
async def test_a_device_has_to_be_of_a_fitting_class(
    team: SandboxTeam, wish: Wishing, device_class: str, kind: str, status: int
) -> None:
    team.devices.hardware[device_id(5)] = Hardware(device_class=device_class)
    device = team.devices.register("Any", device_id(5))

    answer = await wish(device, kind=kind)

    assert answer.status == status
    assert status == 201 or "Invalid deviceClass for profile type" in answer.detail


async def test_what_is_not_there_cannot_be_in_a_profile(
    apple: SandboxApple, wish: Wishing, phone: Device
) -> None:
    no_device = await wish(phone, replace(phone, id="ABCDEFGHIJ"))
    wish.app_id["id"] = "ABCDEFGHIJ"
    no_app_id = await wish(phone)

    assert "There is no device with ID 'ABCDEFGHIJ'" in no_device.detail
    assert "There is no App ID with ID 'ABCDEFGHIJ'" in no_app_id.detail
    # Somebody else may have deleted them a moment ago.
    assert apple.violations == []


async def test_a_certificate_has_to_fit_and_be_there(
    team: SandboxTeam, wish: Wishing, phone: Device, certificate: Certificate
) -> None:
    development = await wish(phone, kind="IOS_APP_DEVELOPMENT")
    inhouse = await wish(kind="IOS_APP_INHOUSE")
    team.rules.is_enterprise = True
    enterprise = await wish(kind="IOS_APP_INHOUSE")
    team.revoke(certificate.id)
    gone = await wish(phone, name="Harbour 2")

    assert development.code == "ENTITY_ERROR.RELATIONSHIP.INVALID"
    assert inhouse.code == "ENTITY_ERROR.ATTRIBUTE.INVALID"
    assert _read(enterprise).all_devices
    assert "There is no certificate with ID" in gone.detail


async def test_a_development_profile_lets_debuggers_in(
    team: SandboxTeam, client: AppleClient, app_id: AppId, phone: Device
) -> None:
    identity = signing_identity(kind="iPhone Developer")
    developing = team.certificates.adopt(identity.certificate, "IOS_DEVELOPMENT")
    team.turn_on(app_id, "PUSH_NOTIFICATIONS")

    profile = _read(await Wishing(client, app_id, developing)(phone, kind="IOS_APP_DEVELOPMENT"))

    assert profile.kind == "development"
    assert profile.entitlements["aps-environment"] == "development"


async def _state(client: AppleClient, made: Answer) -> str:
    read = await client.get(f"/profiles/{made.data['id']}")
    return str(read.data["attributes"]["profileState"])


async def test_a_profile_is_spoilt_by_a_change_of_its_app_id(
    client: AppleClient, team: SandboxTeam, wish: Wishing, phone: Device, app_id: AppId
) -> None:
    made = await wish(phone)
    assert await _state(client, made) == "ACTIVE"

    team.turn_on(app_id, "SIRIKIT")

    assert await _state(client, made) == "INVALID"
    assert len((await client.get("/profiles?filter[profileState]=INVALID")).data) == 1


async def test_a_profile_is_spoilt_by_the_end_of_its_certificate(
    client: AppleClient, wish: Wishing, phone: Device, certificate: Certificate
) -> None:
    made = await wish(phone)

    await client.delete("certificates", certificate.id)

    assert await _state(client, made) == "INVALID"
    assert (await client.get(f"/profiles/{made.data['id']}/certificates")).data == []


async def test_a_profile_is_spoilt_by_the_removal_of_a_device(
    apple: SandboxApple, client: AppleClient, team: SandboxTeam, wish: Wishing, phone: Device
) -> None:
    made = await wish(phone)

    apple.clock.advance(YEAR)
    team.remove_devices([phone.id])

    assert await _state(client, made) == "INVALID"


async def test_a_profile_outlives_its_app_id(
    client: AppleClient, wish: Wishing, phone: Device, app_id: AppId
) -> None:
    made = await wish(phone)

    await client.delete("bundleIds", app_id.id)

    assert await _state(client, made) == "INVALID"
    assert (await client.get(f"/profiles/{made.data['id']}/bundleId")).data is None


async def test_turning_a_device_off_leaves_a_profile_as_it_was(
    client: AppleClient, wish: Wishing, phone: Device
) -> None:
    made = await wish(phone)
    await client.patch("devices", phone.id, status="DISABLED")

    read = await client.get(f"/profiles/{made.data['id']}")

    assert read.data["attributes"]["profileState"] == "ACTIVE"
    assert _read(read).devices == {device_id(1)}
