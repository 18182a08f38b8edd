"""A change of a release, killed at every boundary: it holds, and everything shows it once."""

import asyncio

import pytest
from sqlmodel import select

from bot.slack.kit import names
from storage.catalog.database import Database
from storage.records.edit import Edit, EditState
from storage.records.release import Release
from tests.integration.crash.harness import Child
from tests.integration.crash.living import live
from tests.integration.crash.scene import Scene, keys_in, number_of, on_both, with_draft

EDIT = (
    "resolve",
    "show start",
    "log start",
    "redraw 1",
    "redraw 2",
    "show",
    "log",
    "finish",
)
NOTES = "It keeps what was typed."


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    on_both(EDIT, soon={"done:redraw 1"}),
    indirect=["long_engine_home"],
)
async def test_killed_while_new_notes_are_shown_each_shows_them_once(
    scene: Scene, boundary: str
) -> None:
    number = number_of(EDIT, boundary)
    await with_draft(scene)
    async with scene.living():
        await _typed(scene, "distribute harbour to QA")
        await scene.workspace.eventually(
            lambda: any(key.startswith("report:") for key in keys_in(scene, "#qa")), timeout=90
        )
    dying = await asyncio.to_thread(Child.start, live, scene.settings(), die_at=number)
    await scene.slack.connected(within=60)
    await _typed(scene, f"notes harbour 1 {NOTES}")
    await scene.dies(dying, boundary, EDIT)

    async with scene.living():
        await scene.workspace.eventually(lambda: _is_shown(scene), timeout=90)
        async with asyncio.timeout(60):
            while (await _left(scene))[1] != [EditState.DONE]:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.2)

    heard = keys_in(scene, "#qa")
    assert set(heard.values()) == {1}, f"After dying {boundary}: {heard}"
    assert sum(key.startswith("edit:") for key in heard) == 1
    assert await _left(scene) == (NOTES, [EditState.DONE])
    assert scene.slack.violations == []


async def _typed(scene: Scene, text: str) -> None:
    await scene.workspace.person("Ann").command("#mobile-builds", names.COMMAND, text)


def _is_shown(scene: Scene) -> bool:
    said = [[m.said() for m in scene.workspace.dms(one) if m.is_bot] for one in ("Bob", "Dee")]
    news = [m.said() for m in scene.workspace.by_bot("#qa")]
    logged = any(key.startswith("edit:") for key in keys_in(scene, "#qa"))
    return (
        logged
        and all(len(each) == 1 and NOTES in each[0] for each in said)
        and any(NOTES in words and "Live" in words for words in news)
    )


async def _left(scene: Scene) -> tuple[str, list[EditState]]:
    """Return the notes of the release, and how its edits stand once everything ended."""
    database = Database(scene.home.database_url)
    try:
        async with database.reading() as session:
            release = (await session.exec(select(Release))).one()
            edits = (await session.exec(select(Edit))).all()
    finally:
        await database.close()
    return release.notes, [one.state for one in edits]
