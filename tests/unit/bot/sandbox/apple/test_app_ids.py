"""App IDs and their capabilities."""

import pytest

from bot.sandbox.apple.app_ids import AppId
from bot.sandbox.apple.team import SandboxTeam
from tests.unit.bot.sandbox.apple.client import Answer, AppleClient

HARBOUR = {"identifier": "com.example.harbour", "name": "Harbour", "platform": "IOS"}


def _capability(app_id: str, kind: str) -> tuple[dict[str, str], dict[str, str]]:
    return {"capabilityType": kind}, {"type": "bundleIds", "id": app_id}


async def _turn_on(client: AppleClient, app_id: str, kind: str) -> Answer:
    attributes, bundle = _capability(app_id, kind)
    return await client.post("bundleIdCapabilities", attributes, bundleId=bundle)


async def test_an_app_id_is_made_renamed_and_deleted(client: AppleClient) -> None:
    made = await client.post("bundleIds", HARBOUR)
    id_ = made.data["id"]
    again = await client.post("bundleIds", HARBOUR)
    renamed = await client.patch("bundleIds", id_, name="Harbour Bay")
    deleted = await client.delete("bundleIds", id_)

    assert made.status == 201
    assert made.data["attributes"] == {**HARBOUR, "seedId": "A1B2C3D4E5"}
    assert (again.status, again.code) == (409, "ENTITY_ERROR.ATTRIBUTE.INVALID")
    assert renamed.data["attributes"]["name"] == "Harbour Bay"
    assert (deleted.status, deleted.body) == (204, {})
    assert (await client.get(f"/bundleIds/{id_}")).status == 404


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"identifier": "com.example.har bour"}, "identifier"),
        ({"identifier": "com.*.harbour"}, "identifier"),
        ({"seedId": "QQQQQQQQQQ"}, "seedId"),
    ],
)
async def test_a_bad_identifier_or_a_strangers_prefix_is_refused(
    client: AppleClient, change: dict[str, str], parameter: str
) -> None:
    answer = await client.post("bundleIds", {**HARBOUR, **change})

    assert answer.status == 409
    assert f"parameter '{parameter}'" in answer.detail


async def test_a_filter_finds_what_begins_alike(client: AppleClient, team: SandboxTeam) -> None:
    for identifier in ("com.example.harbour", "com.example.harbour.Share", "com.example.pier"):
        team.app_ids.register(identifier, "Any")

    answer = await client.get("/bundleIds?filter[identifier]=com.example.harbour")

    assert [each["attributes"]["identifier"] for each in answer.data] == [
        "com.example.harbour",
        "com.example.harbour.Share",
    ]


async def test_an_empty_end_of_a_relation_is_null(client: AppleClient, app_id: AppId) -> None:
    answer = await client.get(f"/bundleIds/{app_id.id}/app")
    included = await client.get(f"/bundleIds/{app_id.id}?include=app")

    assert (answer.status, answer.data) == (200, None)
    assert included.data["relationships"]["app"]["data"] is None


async def test_capabilities_are_turned_on_changed_and_off(
    client: AppleClient, app_id: AppId
) -> None:
    on = await _turn_on(client, app_id.id, "PUSH_NOTIFICATIONS")
    twice = await _turn_on(client, app_id.id, "PUSH_NOTIFICATIONS")
    settings = [{"key": "PUSH_NOTIFICATION_FEATURES", "options": []}]
    changed = await client.patch("bundleIdCapabilities", on.data["id"], settings=settings)
    listed = await client.get(f"/bundleIds/{app_id.id}/bundleIdCapabilities")
    off = await client.delete("bundleIdCapabilities", on.data["id"])
    gone = await client.delete("bundleIdCapabilities", on.data["id"])

    assert on.status == 201
    assert twice.status == 409
    assert changed.data["attributes"]["settings"] == settings
    assert [each["attributes"]["capabilityType"] for each in listed.data] == [
        "IN_APP_PURCHASE",
        "PUSH_NOTIFICATIONS",
    ]
    assert (off.status, gone.status) == (204, 404)


async def test_a_wildcard_carries_little(client: AppleClient, team: SandboxTeam) -> None:
    wildcard = team.app_ids.register("com.example.*", "Everything")

    answer = await _turn_on(client, wildcard.id, "PUSH_NOTIFICATIONS")

    assert (answer.status, answer.code) == (409, "ENTITY_ERROR.ATTRIBUTE.INVALID")


async def test_a_capability_needs_an_app_id_that_is_there(client: AppleClient) -> None:
    nowhere = await _turn_on(client, "ABCDEFGHIJ", "PUSH_NOTIFICATIONS")
    without = await client.post("bundleIdCapabilities", {"capabilityType": "WALLET"})
    of_a_stranger = await client.post(
        "bundleIdCapabilities", {"capabilityType": "WALLET"}, bundleId={"type": "apps", "id": "A"}
    )

    assert nowhere.code == "ENTITY_ERROR.RELATIONSHIP.INVALID"
    assert without.code == "ENTITY_ERROR.RELATIONSHIP.REQUIRED"
    assert of_a_stranger.code == "ENTITY_ERROR.RELATIONSHIP.INVALID"
