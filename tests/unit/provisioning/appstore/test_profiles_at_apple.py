"""Profiles at Apple: found by their name after a lost answer, deleted until they are gone."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from provisioning.appstore.client import AppStore
from provisioning.appstore.errors import (
    AppIdMissing,
    AppleRefused,
    DeviceClassUnfit,
    DevicesMissing,
    DevicesUnwanted,
    EntityRefused,
    OutcomeUnknown,
    ProfileNameTaken,
)
from provisioning.appstore.resources.profiles import ADHOC, AppleProfile
from tests.unit.provisioning.appstore.wire_apple import (
    BROKEN,
    BROKEN_AFTER,
    GATEWAY,
    LOST,
    LOST_AFTER,
    NO_PROXY,
    PAGE_AFTER,
    Entity,
    Trouble,
    WireApple,
    refusing,
)

NAME = "Slipway com.example.app 7"
TAKEN = refusing(409, "ENTITY_ERROR", f"Multiple profiles found with the name '{NAME}'.")
CONTENT = b"a signed profile"


@pytest.fixture(autouse=True)
def apples_habits(apple: WireApple) -> None:
    def fill(entity: Entity) -> None:
        entity["attributes"] |= {
            "profileState": entity["attributes"].get("profileState", "ACTIVE"),
            "profileContent": b64encode(CONTENT).decode(),
            "createdDate": "2026-11-29T10:00:00.000+0000",
        }

    apple.fill = fill


async def made(team: AppStore) -> AppleProfile:
    return await team.profiles.create(
        NAME, kind=ADHOC, bundle_id="B1", certificate_ids=["C1"], device_ids=["D1", "D2"]
    )


def plant(apple: WireApple, bundle_id: str | None = "B1", **attributes: str) -> str:
    relation = {"data": {"type": "bundleIds", "id": bundle_id}} if bundle_id else {"links": {}}
    return apple.plant(
        "profiles",
        {"name": NAME, "profileType": ADHOC} | attributes,
        relationships={"bundleId": relation},
    )


async def test_a_profile_is_one_call_with_all_its_devices(apple: WireApple, team: AppStore) -> None:
    profile = await made(team)

    assert (profile.content, profile.is_usable, profile.bundle_id) == (CONTENT, True, "B1")
    assert profile.created_at == datetime(2026, 11, 29, 10, tzinfo=UTC)
    assert apple.asked == ["POST /v1/profiles"]
    assert apple.bodies[0]["data"] == {
        "type": "profiles",
        "attributes": {"name": NAME, "profileType": ADHOC},
        "relationships": {
            "bundleId": {"data": {"type": "bundleIds", "id": "B1"}},
            "certificates": {"data": [{"type": "certificates", "id": "C1"}]},
            "devices": {"data": [{"type": "devices", "id": "D1"}, {"type": "devices", "id": "D2"}]},
        },
    }


async def test_a_profile_for_the_store_names_no_devices(apple: WireApple, team: AppStore) -> None:
    await team.profiles.create(NAME, kind="IOS_APP_STORE", bundle_id="B1", certificate_ids=["C1"])

    assert "devices" not in apple.bodies[0]["data"]["relationships"]


@pytest.mark.parametrize(
    "trouble", [LOST, LOST_AFTER, BROKEN, BROKEN_AFTER, GATEWAY, PAGE_AFTER, NO_PROXY]
)
async def test_a_lost_answer_makes_no_second_profile(
    apple: WireApple, team: AppStore, trouble: Trouble
) -> None:
    apple.plan("POST", [trouble])

    assert (await made(team)).content == CONTENT
    assert len(apple.entities["profiles"]) == 1
    assert (apple.calls("GET"), apple.calls("POST")) == (1, 1 if trouble.after else 2)


async def test_lost_answers_for_ever_leave_it_unknown(apple: WireApple, team: AppStore) -> None:
    apple.plan_for_ever("POST", LOST)

    with pytest.raises(OutcomeUnknown):
        await made(team)
    assert (apple.calls("GET"), apple.calls("POST")) == (5, 5)


async def test_a_read_that_fails_after_a_lost_answer_is_repeated_alone(
    apple: WireApple, team: AppStore
) -> None:
    apple.plan("POST", [LOST_AFTER])
    apple.plan("GET", [GATEWAY, LOST, BROKEN])

    assert (await made(team)).name == NAME
    assert (apple.calls("GET"), apple.calls("POST")) == (4, 1)


async def test_a_name_of_an_earlier_try_is_success(apple: WireApple, team: AppStore) -> None:
    known = plant(apple)
    apple.plan("POST", [TAKEN])

    assert (await made(team)).id == known
    assert apple.calls("GET") == 1


async def test_an_app_id_that_was_left_out_is_asked_for(apple: WireApple, team: AppStore) -> None:
    known = plant(apple, bundle_id=None)
    apple.entities["profiles"][known]["lists"] = {"bundleId": [{"type": "bundleIds", "id": "B1"}]}
    apple.plan("POST", [TAKEN])

    assert (await made(team)).id == known
    assert apple.calls("GET") == 2


@pytest.mark.parametrize(
    "other",
    [
        lambda apple: plant(apple, bundle_id="B9"),
        lambda apple: plant(apple, profileType="IOS_APP_DEVELOPMENT"),
        lambda apple: plant(apple, profileState="INVALID"),
        lambda apple: plant(apple, name=f"{NAME}1"),
        lambda apple: plant(
            apple, expirationDate=(datetime.now(UTC) - timedelta(days=1)).isoformat()
        ),
    ],
    ids=["other app", "other type", "invalid", "longer name", "expired"],
)
async def test_a_name_that_another_profile_has_is_refused(
    apple: WireApple, team: AppStore, other: Callable[[WireApple], str]
) -> None:
    other(apple)
    apple.plan("POST", [TAKEN])

    with pytest.raises(ProfileNameTaken, match="choose a new name"):
        await made(team)
    assert (apple.calls("GET"), apple.calls("POST")) == (2, 1)


@pytest.mark.parametrize(
    ("code", "detail", "error"),
    [
        (
            "ENTITY_ERROR.RELATIONSHIP.REQUIRED",
            "You must provide a value for the relationship 'devices' with this request",
            DevicesMissing,
        ),
        (
            "ENTITY_ERROR.RELATIONSHIP.NOT_ALLOWED",
            "No devices can be associated with this profile type",
            DevicesUnwanted,
        ),
        ("ENTITY_ERROR", "Invalid deviceClass for profile type", DeviceClassUnfit),
        ("ENTITY_ERROR", "There is no App ID with ID 'B1' on this team.", AppIdMissing),
        (
            "ENTITY_ERROR",
            "You are not allowed to create 'iOS' profile with App ID 'B1'.",
            AppIdMissing,
        ),
        ("ENTITY_ERROR.SOMETHING.NEW", "Today we do not feel like it", EntityRefused),
        ("STATE_ERROR", "Not now", EntityRefused),
    ],
)
async def test_refusals_of_a_profile_are_told_apart(
    apple: WireApple, team: AppStore, code: str, detail: str, error: type[AppleRefused]
) -> None:
    apple.plan("POST", [refusing(409, code, detail)])

    with pytest.raises(error) as failed:
        await made(team)

    assert type(failed.value) is error
    assert detail in str(failed.value)
    assert (failed.value.faults[0].code, failed.value.faults[0].id) == (code, "E-1")
    assert (apple.calls("GET"), apple.calls("POST")) == (0, 1)


@pytest.mark.parametrize("trouble", [LOST, LOST_AFTER, BROKEN, BROKEN_AFTER, GATEWAY, NO_PROXY])
@pytest.mark.parametrize("times", [1, 3])
async def test_a_profile_is_deleted_until_it_is_gone(
    apple: WireApple, team: AppStore, trouble: Trouble, times: int
) -> None:
    known = plant(apple)
    apple.plan("DELETE", [trouble] * times)

    await team.profiles.delete(known)

    assert apple.entities["profiles"] == {}
    tries = 1 if trouble.after else times + 1
    assert (apple.calls("DELETE"), apple.calls("GET")) == (tries, min(tries, times))


async def test_a_profile_that_is_gone_is_deleted_already(apple: WireApple, team: AppStore) -> None:
    await team.profiles.delete("P9")

    assert apple.asked == ["DELETE /v1/profiles/P9"]


async def test_the_devices_of_a_profile_are_read_in_pages(apple: WireApple, team: AppStore) -> None:
    several = [{"type": "devices", "id": f"D{number}"} for number in range(5)]
    known = apple.plant("profiles", {"name": NAME}, lists={"devices": several})
    apple.page = 2

    found = await team.profiles.devices_of(known)

    assert [device.id for device in found] == ["D0", "D1", "D2", "D3", "D4"]
    assert apple.calls("GET") == 3


async def test_a_list_leaves_the_content_out(apple: WireApple, team: AppStore) -> None:
    plant(apple)

    assert [one.bundle_id for one in await team.profiles.list(kinds=[ADHOC])] == ["B1"]
    assert "fields%5Bprofiles%5D=" in apple.asked[0]
    assert "profileContent" not in apple.asked[0]


async def test_an_old_profile_may_have_no_content(apple: WireApple, team: AppStore) -> None:
    known = plant(apple)
    apple.entities["profiles"][known]["attributes"]["profileContent"] = None

    assert (await team.profiles.read(known)).content is None
