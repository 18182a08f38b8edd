"""Devices are registered once, cost a slot for a year, and may keep people waiting."""

import pytest

from bot.sandbox.apple.devices import YEAR, Hardware
from bot.sandbox.apple.errors import Conflict
from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.samples.identities import device_id, old_device_id
from tests.unit.bot.sandbox.apple.client import Answer, AppleClient

HOUR = 3600.0


def _status(answer: Answer) -> str:
    return str(answer.data["attributes"]["status"])


async def test_a_new_phone(client: AppleClient) -> None:
    answer = await client.register(device_id(1), "Bob's iPhone")

    assert answer.status == 201
    assert answer.data["type"] == "devices"
    attributes = answer.data["attributes"]
    assert attributes.pop("addedDate").endswith("+00:00")
    assert attributes == {
        "name": "Bob's iPhone",
        "platform": "IOS",
        "udid": device_id(1),
        "deviceClass": "IPHONE",
        "model": "iPhone 14",
        "status": "ENABLED",
    }
    assert (await client.get(f"/devices/{answer.data['id']}")).data["attributes"]["name"]


@pytest.mark.parametrize(
    "udid",
    ["F4B6C1D2-93A4-4C5E-8F10-2A3B4C5D6E7F", "C39K12345678", "356938035643809", "00008110-12"],
)
async def test_what_is_no_udid_is_refused(
    apple: SandboxApple, client: AppleClient, team: SandboxTeam, udid: str
) -> None:
    answer = await client.register(udid)

    assert (answer.status, answer.code) == (409, "ENTITY_ERROR.ATTRIBUTE.INVALID")
    assert "parameter 'udid'" in answer.detail
    assert answer.body["errors"][0]["source"] == {"pointer": "/data/attributes/udid"}
    assert len(team.devices) == 0
    assert apple.violations == []


@pytest.mark.parametrize("udid", [device_id(1), device_id(1).lower()])
async def test_a_duplicate_is_one_in_any_case(client: AppleClient, udid: str) -> None:
    await client.register(device_id(1))

    answer = await client.register(udid)

    assert (answer.status, answer.code) == (409, "ENTITY_ERROR")
    assert "already exists on this team" in answer.detail


async def test_udids_come_back_as_apple_likes(client: AppleClient, team: SandboxTeam) -> None:
    team.rules.spelling = "lower"
    answer = await client.register(device_id(1))
    listed = await client.get("/devices")
    by_what_was_sent = await client.get(f"/devices?filter[udid]={device_id(1)}")

    assert answer.data["attributes"]["udid"] == device_id(1).lower() != device_id(1)
    assert listed.data[0]["attributes"]["udid"] == device_id(1).lower()
    assert by_what_was_sent.data == []


async def test_the_eleventh_phone_waits_and_gets_ready(
    apple: SandboxApple, client: AppleClient, team: SandboxTeam
) -> None:
    team.rules.processing_seconds = 30 * HOUR
    for number in range(10):
        assert _status(await client.register(device_id(number))) == "ENABLED"
    eleventh = await client.register(device_id(10))
    path = f"/devices/{eleventh.data['id']}"

    assert _status(eleventh) == "PROCESSING"
    apple.clock.advance(29 * HOUR)
    assert _status(await client.get(path)) == "PROCESSING"
    # The filter knows two words only, so the phone is in neither list.
    enabled = await client.get("/devices?filter[status]=ENABLED")
    disabled = await client.get("/devices?filter[status]=DISABLED")
    assert len(enabled.data) + len(disabled.data) == 10
    apple.clock.advance(2 * HOUR)
    assert _status(await client.get(path)) == "ENABLED"


async def test_a_phone_with_a_past_is_ineligible_for_a_while(
    apple: SandboxApple, client: AppleClient, team: SandboxTeam
) -> None:
    team.devices.hardware[device_id(1)] = Hardware(ineligible_seconds=30 * 24 * HOUR)
    answer = await client.register(device_id(1))

    assert _status(answer) == "INELIGIBLE"
    apple.clock.advance(31 * 24 * HOUR)
    assert _status(await client.get(f"/devices/{answer.data['id']}")) == "ENABLED"


async def test_a_phone_is_renamed_and_turned_off_and_on(client: AppleClient) -> None:
    id_ = (await client.register(device_id(1))).data["id"]

    renamed = await client.patch("devices", id_, name="Ann's")
    off = await client.patch("devices", id_, status="DISABLED")
    on = await client.patch("devices", id_, status="ENABLED")
    wrong = await client.patch("devices", id_, status="PROCESSING")
    fixed = await client.patch("devices", id_, udid=device_id(2))

    assert renamed.data["attributes"]["name"] == "Ann's"
    assert (_status(off), _status(on)) == ("DISABLED", "ENABLED")
    assert wrong.code == "ENTITY_ERROR.ATTRIBUTE.INVALID"
    assert fixed.code == "ENTITY_ERROR.ATTRIBUTE.UNKNOWN"


async def test_slots_are_per_family_and_a_disabled_phone_keeps_its_own(
    client: AppleClient, team: SandboxTeam
) -> None:
    team.rules.slots_per_family = 2
    team.devices.hardware[device_id(9)] = Hardware(device_class="IPAD", model="iPad Air")
    first = await client.register(device_id(1))
    await client.register(device_id(2))
    await client.patch("devices", first.data["id"], status="DISABLED")

    third = await client.register(device_id(3))

    assert (third.status, third.code) == (409, "ENTITY_ERROR")
    assert "reached the maximum number of registered" in third.detail
    assert (await client.register(device_id(9))).data["attributes"]["deviceClass"] == "IPAD"
    assert (team.devices.used("IPHONE"), team.devices.used("IPAD")) == (2, 1)


async def test_macs_of_both_kinds_share_their_slots(client: AppleClient, team: SandboxTeam) -> None:
    team.rules.slots_per_family = 2
    silicon = await client.register(device_id(1), platform="MAC_OS")
    intel = await client.register("F4B6C1D2-93A4-4C5E-8F10-2A3B4C5D6E7F", platform="MAC_OS")
    third = await client.register(old_device_id(1), platform="MAC_OS")

    assert silicon.data["attributes"]["deviceClass"] == "APPLE_SILICON_MAC"
    assert intel.data["attributes"]["deviceClass"] == "MAC"
    assert third.status == 409


async def test_slots_are_freed_in_renewal_week_only(
    apple: SandboxApple, client: AppleClient, team: SandboxTeam
) -> None:
    first = (await client.register(device_id(1))).data["id"]
    second = (await client.register(device_id(2))).data["id"]
    with pytest.raises(Conflict):
        team.remove_devices([first])

    apple.clock.advance(YEAR)
    team.remove_devices([first])
    await client.register(device_id(3))

    assert (await client.get(f"/devices/{first}")).status == 404
    with pytest.raises(Conflict):
        team.remove_devices([second])
