"""A recall, killed at every boundary: no link comes back, and nobody is told twice."""

import asyncio
from contextlib import suppress

import pytest
from sqlmodel import select

from bot.sandbox.slack.errors import SandboxError
from bot.sandbox.slack.views import View
from bot.slack.kit import names
from storage.catalog import receipts
from storage.catalog.database import Database
from storage.records.distribution import Recipient, RecipientState
from storage.records.grant import Grant, ReceiptKind
from storage.records.recall import NoticeState, Recall, RecallNotice
from storage.records.release import Release, ReleaseState
from tests.integration.crash.harness import Child
from tests.integration.crash.living import live
from tests.integration.crash.scene import Scene, keys_in, number_of, on_both, with_draft

RECALL = (
    "resolve",
    "show start",
    "tell 1",
    "tell 2",
    "take back 1",
    "take back 2",
    "finish",
    "show",
    "report",
)


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    on_both(RECALL, soon={"done:tell 1"}),
    indirect=["long_engine_home"],
)
async def test_killed_while_recalling_everybody_is_told_once(scene: Scene, boundary: str) -> None:
    number, name = number_of(RECALL, boundary), boundary
    await _given_and_fetched(scene)
    dying = await asyncio.to_thread(Child.start, live, scene.settings(), die_at=number)
    await scene.slack.connected(within=60)
    await _recall(scene)
    await scene.dies(dying, boundary, RECALL)

    async with scene.living():
        await scene.workspace.eventually(
            lambda: any(key.startswith("recall:") for key in keys_in(scene, "#qa")), timeout=90
        )
        await scene.workspace.eventually(
            lambda: "2 had begun to fetch it and were told" in scene.workspace.report(), timeout=90
        )

    for person in ("Bob", "Dee"):
        said = [m.said() for m in scene.workspace.dms(person) if m.is_bot]
        told = [words for words in said if "was recalled by" in words]
        assert len(told) == 1, f"After dying {name} {person} was told {len(told)} times."
        assert len(said) == 2, f"After dying {name} {person} has {said}."
        assert any("can no longer be installed" in words for words in said), said
    heard = keys_in(scene, "#qa")
    assert set(heard.values()) == {1}, f"After dying {name}: {heard}"
    assert await _left(scene) == (ReleaseState.RECALLED, {NoticeState.TOLD}, 1)
    assert scene.slack.violations == []


async def _given_and_fetched(scene: Scene) -> None:
    """Let a house send the release to Bob and Dee, who both began to fetch it."""
    await with_draft(scene)
    async with scene.living():
        command = "distribute harbour to QA"
        await scene.workspace.person("Ann").command("#mobile-builds", names.COMMAND, command)
        await scene.workspace.eventually(
            lambda: any(key.startswith("report:") for key in keys_in(scene, "#qa")), timeout=90
        )
    database = Database(scene.home.database_url)
    async with database.writing() as session:
        for grant in (await session.exec(select(Grant))).all():
            receipt = await receipts.claim(session, grant.id, ReceiptKind.BINARY)
            receipt.count = 1
            session.add(receipt)
    await database.close()


async def _recall(scene: Scene) -> None:
    """Let Ann recall it; the house may die before it has answered her."""
    ann = scene.workspace.person("Ann")
    command = "recall harbour 1 because it crashes"
    await ann.command("#mobile-builds", names.COMMAND, command)

    def confirmation() -> View | None:
        view = scene.workspace.view_of("Ann")
        return view if view is not None and view.title == "Please confirm" else None

    form = await scene.workspace.eventually(confirmation)
    assert form is not None
    with suppress(SandboxError):
        await ann.submit(form)


async def _left(scene: Scene) -> tuple[ReleaseState, set[NoticeState], int]:
    """Return how the release stands, how the notices do, and how many recalls there are."""
    database = Database(scene.home.database_url)
    try:
        async with database.reading() as session:
            release = (await session.exec(select(Release))).one()
            notices = (await session.exec(select(RecallNotice))).all()
            recalls = (await session.exec(select(Recall))).all()
            given = (await session.exec(select(Recipient))).all()
    finally:
        await database.close()
    assert {one.state for one in given} == {RecipientState.WITHDRAWN}
    return release.state, {one.state for one in notices}, len(recalls)
