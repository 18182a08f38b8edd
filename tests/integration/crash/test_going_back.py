"""A group that goes back, killed on the way: everybody hears of it once, and it is current."""

import asyncio
from contextlib import suppress

import pytest
from sqlmodel import col, select

from bot.sandbox.slack.errors import SandboxError
from bot.sandbox.slack.views import View
from bot.slack.kit import names
from storage.catalog.database import Database
from storage.records.destination import Destination
from storage.records.release import Release
from tests.integration.crash.harness import Child
from tests.integration.crash.living import live
from tests.integration.crash.scene import Scene, keys_in, number_of, with_draft, with_newer
from tests.integration.crash.test_real_roads import DISTRIBUTE

#: The road is that of any distribution, which dies everywhere in its own test; here it dies where
#: somebody may be taken for one who was told when they first got the release.
DEATHS = ("done:resolve", "done:tell 1", "done:report")


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    [
        pytest.param("sqlite", one, marks=() if one == "done:tell 1" else pytest.mark.slow)
        for one in DEATHS
    ],
    indirect=["long_engine_home"],
)
async def test_killed_while_going_back_everybody_is_told_once(scene: Scene, boundary: str) -> None:
    await with_draft(scene)
    await with_newer(scene)
    async with scene.living():
        await _distribute(scene, 1)
        await _distribute(scene, 2)
    number = number_of(DISTRIBUTE, boundary)
    dying = await asyncio.to_thread(Child.start, live, scene.settings(), die_at=number)
    await scene.slack.connected(within=60)
    await _type(scene, "rollback QA to 2.4.0 because it crashes")
    form = await scene.workspace.eventually(lambda: _form(scene))
    assert form is not None
    with suppress(SandboxError):
        await scene.workspace.person("Ann").submit(form)
    await scene.dies(dying)

    async with scene.living():
        await scene.workspace.eventually(
            lambda: any(key.startswith("replaced:") for key in keys_in(scene, "#qa")), timeout=90
        )

    for person in ("Bob", "Dee"):
        said = [m.said() for m in scene.workspace.dms(person) if m.is_bot]
        back = [words for words in said if "is the current one again" in words]
        assert len(back) == 1, f"After dying {boundary} {person} was told {len(back)} times."
        assert len(said) == 3, f"After dying {boundary} {person} has {said}."
    assert set(keys_in(scene, "#qa").values()) == {1}
    assert await _current(scene) == [1]
    assert scene.slack.violations == []


async def _distribute(scene: Scene, number: int) -> None:
    """Let everybody have a release, of which there are as many as its number."""
    await _type(scene, f"distribute harbour {number} to QA")
    await scene.workspace.eventually(lambda: _reports(scene) >= number, timeout=90)


async def _type(scene: Scene, text: str) -> None:
    await scene.workspace.person("Ann").command("#mobile-builds", names.COMMAND, text)


def _reports(scene: Scene) -> int:
    return sum(key.startswith("report:") for key in keys_in(scene, "#qa"))


def _form(scene: Scene) -> View | None:
    view = scene.workspace.view_of("Ann")
    return view if view is not None and view.title == "Please confirm" else None


async def _current(scene: Scene) -> list[int]:
    """Return the numbers of the releases that are current in the group."""
    database = Database(scene.home.database_url)
    try:
        async with database.reading() as session:
            current = select(Release.number).join(
                Destination, col(Destination.release_id) == Release.id
            )
            return list(await session.exec(current.where(col(Destination.superseded_at).is_(None))))
    finally:
        await database.close()
