"""Devices: found in any case, registered once, whatever gets lost."""

import asyncio

import pytest

from provisioning.appstore.client import AppStore
from provisioning.appstore.errors import (
    AppleRefused,
    AppleUnreachable,
    DeviceLimitReached,
    DeviceTaken,
    NotThere,
    OutcomeUnknown,
    RateLimited,
    UdidInvalid,
)
from tests.unit.provisioning.appstore.wire_apple import (
    BROKEN,
    BROKEN_AFTER,
    BUSY,
    CUT,
    CUT_AFTER,
    GATEWAY,
    LOST,
    LOST_AFTER,
    NO_PROXY,
    PAGE,
    PAGE_AFTER,
    Entity,
    Trouble,
    WireApple,
    refusing,
)

UDID = "00008120-0012345678ABCDEF"
TAKEN = refusing(409, "ENTITY_ERROR", f"A device with number '{UDID}' ALREADY exists on this team.")


@pytest.fixture(autouse=True)
def apples_habits(apple: WireApple) -> None:
    """Let UDIDs come back in small letters, and devices be enabled."""

    def fill(entity: Entity) -> None:
        attributes = entity["attributes"]
        attributes["udid"] = attributes["udid"].lower()
        attributes.setdefault("status", "ENABLED")

    apple.fill = fill


def phone(**more: str) -> Entity:
    return {"udid": UDID, "name": "Bob's", "platform": "IOS"} | more


async def test_a_new_device_costs_a_list_and_a_post(apple: WireApple, team: AppStore) -> None:
    device = await team.devices.register(UDID, name="Bob's iPhone")

    assert device.has(UDID)
    assert device.is_enabled
    assert apple.asked == ["GET /v1/devices?limit=200", "POST /v1/devices"]
    assert apple.bodies[0]["data"]["type"] == "devices"
    assert apple.bodies[0]["data"]["attributes"] == {
        "name": "Bob's iPhone",
        "platform": "IOS",
        "udid": UDID,
    }


@pytest.mark.parametrize(
    ("status", "posts", "patches"), [("ENABLED", 0, 0), ("PROCESSING", 0, 0), ("DISABLED", 0, 1)]
)
async def test_a_known_device_is_found_in_any_case_and_enabled(
    apple: WireApple, team: AppStore, status: str, posts: int, patches: int
) -> None:
    apple.plant("devices", phone(status=status))

    device = await team.devices.register(UDID, name="again")

    assert device.status == ("ENABLED" if patches else status)
    assert (apple.calls("POST"), apple.calls("PATCH")) == (posts, patches)


@pytest.mark.parametrize(
    ("trouble", "gets"),
    [
        (LOST, 2),
        (LOST_AFTER, 2),
        (CUT_AFTER, 2),
        (BROKEN, 2),
        (BROKEN_AFTER, 2),
        (GATEWAY, 2),
        (PAGE, 2),
        (PAGE_AFTER, 2),
        (NO_PROXY, 2),
        (BUSY, 1),
    ],
)
async def test_one_trouble_with_the_post_registers_once(
    apple: WireApple, team: AppStore, trouble: Trouble, gets: int
) -> None:
    apple.plan("POST", [trouble])

    device = await team.devices.register(UDID, name="Bob's")

    assert device.has(UDID)
    assert len(apple.entities["devices"]) == 1
    assert apple.calls("GET") == gets
    assert apple.calls("POST") == (1 if trouble.after else 2)


@pytest.mark.parametrize(("trouble", "gets"), [(LOST, 4), (BROKEN, 4), (PAGE, 4), (BUSY, 1)])
async def test_three_troubles_with_the_post_are_outlasted(
    apple: WireApple, team: AppStore, trouble: Trouble, gets: int
) -> None:
    apple.plan("POST", [trouble] * 3)

    assert (await team.devices.register(UDID, name="Bob's")).has(UDID)
    assert (apple.calls("GET"), apple.calls("POST")) == (gets, 4)


@pytest.mark.parametrize(
    ("trouble", "error", "gets"),
    [(LOST, OutcomeUnknown, 6), (GATEWAY, OutcomeUnknown, 6), (BUSY, RateLimited, 1)],
)
async def test_trouble_for_ever_ends_in_an_error_that_may_pass(
    apple: WireApple, team: AppStore, trouble: Trouble, error: type[AppleRefused], gets: int
) -> None:
    apple.plan_for_ever("POST", trouble)

    with pytest.raises(error) as failed:
        await team.devices.register(UDID, name="Bob's")

    assert failed.value.transient
    assert (apple.calls("GET"), apple.calls("POST")) == (gets, 5)


@pytest.mark.parametrize("trouble", [LOST, CUT, BROKEN, GATEWAY, PAGE, NO_PROXY, BUSY])
@pytest.mark.parametrize("times", [1, 3])
async def test_a_read_is_repeated(
    apple: WireApple, team: AppStore, trouble: Trouble, times: int
) -> None:
    apple.plan("GET", [trouble] * times)

    assert await team.devices.list() == ()
    assert apple.calls("GET") == times + 1


async def test_a_read_gives_up_in_the_end(apple: WireApple, team: AppStore) -> None:
    apple.plan_for_ever("GET", GATEWAY)

    with pytest.raises(AppleUnreachable, match="HTTP 502"):
        await team.devices.list()
    assert apple.calls("GET") == 5


async def test_apple_going_down_after_a_lost_answer_costs_no_second_place(
    apple: WireApple, team: AppStore
) -> None:
    apple.plan("GET", [*[Trouble(503)] * 5])
    apple.plan("POST", [LOST_AFTER])
    with pytest.raises(AppleUnreachable):
        await team.devices.register(UDID, name="Bob's", known=())

    device = await team.devices.register(UDID, name="Bob's")

    assert [*apple.entities["devices"]] == [device.id]
    assert (apple.calls("GET"), apple.calls("POST")) == (6, 1)


async def test_twenty_who_register_the_same_device_take_one_place(
    apple: WireApple, team: AppStore
) -> None:
    first = await team.devices.register(UDID, name="Bob's")
    apple.plan_for_ever("POST", TAKEN)

    found = await asyncio.gather(
        *(team.devices.register(UDID, name="Bob's", known=()) for _ in range(20))
    )

    assert {device.id for device in found} == {first.id}
    assert apple.most_at_once == 1


async def test_a_duplicate_is_success_once_it_was_read(apple: WireApple, team: AppStore) -> None:
    apple.plant("devices", phone())
    apple.plan("POST", [TAKEN])

    device = await team.devices.register(UDID, name="Bob's", known=())

    assert device.has(UDID)
    assert (apple.calls("GET"), apple.calls("POST")) == (1, 1)


async def test_a_duplicate_that_is_not_listed_is_no_success(
    apple: WireApple, team: AppStore
) -> None:
    apple.plan("POST", [TAKEN])

    with pytest.raises(DeviceTaken) as failed:
        await team.devices.register(UDID, name="Bob's", known=())

    assert failed.value.transient
    assert UDID.lower() not in f"{failed.value} {failed.value.data}".lower()
    assert "…CDEF" in str(failed.value)
    assert apple.calls("GET") == 2


@pytest.mark.parametrize(
    ("code", "detail", "error"),
    [
        (
            "ENTITY_ERROR.ATTRIBUTE.INVALID",
            "An invalid value '12345' was provided for the parameter 'udid'.",
            UdidInvalid,
        ),
        (
            "ENTITY_ERROR",
            "Your team has Reached the Maximum number of registered iPhone devices.",
            DeviceLimitReached,
        ),
    ],
)
async def test_refusals_are_told_apart_by_their_words(
    apple: WireApple, team: AppStore, code: str, detail: str, error: type[AppleRefused]
) -> None:
    apple.plan("POST", [refusing(409, code, detail)])

    with pytest.raises(error) as failed:
        await team.devices.register("12345", name="Bob's")

    assert not failed.value.transient
    assert "E-1" in str(failed.value)
    assert "12345" not in str(failed.value)
    assert (apple.calls("GET"), apple.calls("POST")) == (1, 1)


@pytest.mark.parametrize("trouble", [LOST, LOST_AFTER, BROKEN_AFTER, BROKEN])
async def test_a_lost_change_is_read_before_it_is_repeated(
    apple: WireApple, team: AppStore, trouble: Trouble
) -> None:
    known = apple.plant("devices", phone())
    apple.plan("PATCH", [trouble])

    assert (await team.devices.disable(known)).status == "DISABLED"
    assert (apple.calls("GET"), apple.calls("PATCH")) == (1, 1 if trouble.after else 2)


async def test_devices_are_renamed_and_enabled(apple: WireApple, team: AppStore) -> None:
    known = apple.plant("devices", phone(status="DISABLED"))

    assert (await team.devices.rename(known, "Ann's")).name == "Ann's"
    assert (await team.devices.enable(known)).is_enabled
    assert [body["data"] for body in apple.bodies] == [
        {"type": "devices", "id": known, "attributes": {"name": "Ann's"}},
        {"type": "devices", "id": known, "attributes": {"status": "ENABLED"}},
    ]


async def test_what_is_not_there_is_asked_for_twice(apple: WireApple, team: AppStore) -> None:
    with pytest.raises(NotThere):
        await team.devices.read("../profiles")
    assert apple.asked == ["GET /v1/devices/..%2Fprofiles"] * 2


async def test_new_words_and_new_fields_of_apples_hurt_nobody(
    apple: WireApple, team: AppStore
) -> None:
    more = {"deviceClass": "APPLE_RING", "model": None, "addedDate": "soon", "mood": {"a": 1}}
    apple.plant("devices", phone(status="RESTING") | more, relationships=None, links=[])

    (device,) = await team.devices.list()

    assert (device.device_class, device.status, device.model) == ("APPLE_RING", "RESTING", None)
    assert (device.added_at, device.others) == (None, {"mood": {"a": 1}})
    assert not device.is_enabled
    assert UDID.lower() not in repr(device).lower()
