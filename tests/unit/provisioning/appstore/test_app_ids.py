"""App IDs and what they can do."""

import pytest

from provisioning.appstore.client import AppStore
from provisioning.appstore.errors import IdentifierTaken
from tests.unit.provisioning.appstore.wire_apple import (
    BROKEN,
    LOST,
    LOST_AFTER,
    Trouble,
    WireApple,
    refusing,
)

APP = "com.example.app"
TAKEN = refusing(
    409,
    "ENTITY_ERROR.ATTRIBUTE.INVALID",
    f"An App ID with Identifier '{APP}' is not available. Please enter a different string.",
)


async def test_an_app_id_is_found_by_its_whole_identifier(apple: WireApple, team: AppStore) -> None:
    apple.plant("bundleIds", {"identifier": f"{APP}.watch", "name": "Watch"})
    known = apple.plant("bundleIds", {"identifier": APP, "name": "App", "seedId": "OLDPREFIX1"})

    found = await team.bundle_ids.find(APP)

    assert found is not None
    assert (found.id, found.seed_id) == (known, "OLDPREFIX1")
    assert await team.bundle_ids.find("com.example") is None


@pytest.mark.parametrize("trouble", [LOST, LOST_AFTER, BROKEN])
async def test_an_app_id_is_made_once(apple: WireApple, team: AppStore, trouble: Trouble) -> None:
    apple.plan("POST", [trouble])

    assert (await team.bundle_ids.create(APP, name="App")).identifier == APP
    assert len(apple.entities["bundleIds"]) == 1
    assert (apple.calls("GET"), apple.calls("POST")) == (1, 1 if trouble.after else 2)


async def test_an_identifier_that_is_taken_is_ours_or_not(apple: WireApple, team: AppStore) -> None:
    apple.plan("POST", [TAKEN, TAKEN])
    with pytest.raises(IdentifierTaken, match="another team"):
        await team.bundle_ids.create(APP, name="App")

    known = apple.plant("bundleIds", {"identifier": APP})
    assert (await team.bundle_ids.create(APP, name="App")).id == known


def plant_app(apple: WireApple, *kinds: str) -> str:
    several = [
        {"type": "bundleIdCapabilities", "id": f"B1_{kind}", "attributes": {"capabilityType": kind}}
        for kind in kinds
    ]
    apple.entities["bundleIdCapabilities"] = {str(one["id"]): one for one in several}
    return apple.plant("bundleIds", {"identifier": APP}, lists={"bundleIdCapabilities": several})


@pytest.mark.parametrize(("known", "posts"), [((), 1), (("PUSH_NOTIFICATIONS",), 0)])
async def test_a_capability_is_turned_on_if_it_is_off(
    apple: WireApple, team: AppStore, known: tuple[str, ...], posts: int
) -> None:
    app = plant_app(apple, *known)

    found = await team.capabilities.enable(app, "PUSH_NOTIFICATIONS")

    assert (found.type, found.settings) == ("PUSH_NOTIFICATIONS", ())
    assert (apple.calls("GET"), apple.calls("POST")) == (1, posts)
    assert [body["data"]["relationships"]["bundleId"]["data"]["id"] for body in apple.bodies] == [
        app
    ] * posts


async def test_a_capability_is_turned_off_and_looked_for_in_the_list(
    apple: WireApple, team: AppStore
) -> None:
    app = plant_app(apple, "ICLOUD")
    apple.plan("DELETE", [LOST])

    await team.capabilities.disable(app, "ICLOUD")
    await team.capabilities.disable(app, "GAME_CENTER")

    assert apple.entities["bundleIdCapabilities"] == {}
    assert (apple.calls("DELETE"), apple.calls("GET")) == (2, 3)
