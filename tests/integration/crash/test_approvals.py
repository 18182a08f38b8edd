"""A request for approval, killed at every boundary: it is asked once, and carried out once."""

import asyncio
from contextlib import suppress

import pytest
from sqlmodel import select

from bot.sandbox.slack.errors import SandboxError
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.views import View
from bot.slack.kit import names
from storage.catalog import approvals
from storage.catalog.database import Database
from storage.records.approval import (
    ApprovalPolicy,
    ApprovalRequest,
    ApprovalState,
    ApproverKind,
)
from storage.records.distribution import Distribution
from storage.records.group import Group
from storage.records.release import Release, ReleaseState
from tests.integration.crash.harness import Child
from tests.integration.crash.living import live
from tests.integration.crash.scene import Scene, number_of, on_both, with_draft

ASK = ("begin", "show", "tell", "cards", "finish")

#: After so many boundaries of the two roads that a yes begins, which are walked at once.
LATER = (0, 2, 5, 9, 14, 20, 27)


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    on_both(ASK, soon={"done:show"}),
    indirect=["long_engine_home"],
)
async def test_killed_while_asking_it_is_asked_once(scene: Scene, boundary: str) -> None:
    number, name = number_of(ASK, boundary), boundary
    await _guarded(scene)
    dying = await asyncio.to_thread(Child.start, live, scene.settings(), die_at=number)
    await scene.slack.connected(within=60)
    await _ask(scene)
    await scene.dies(dying, boundary, ASK)

    async with scene.living():
        await scene.workspace.eventually(lambda: _cards(scene), timeout=90)
        await scene.workspace.eventually(lambda: _to(scene, "Ann", "I asked for"), timeout=90)

    assert len(_cards(scene)) == 1, f"After dying {name} Bob was asked {len(_cards(scene))} times."
    assert len(_to(scene, "Ann", "I asked for")) == 1, name
    assert await _left(scene) == (ReleaseState.AWAITING_APPROVAL, [ApprovalState.WAITING], 0)
    assert scene.slack.violations == []


@pytest.mark.parametrize(
    ("long_engine_home", "number"),
    [pytest.param("sqlite", one, marks=() if one == 9 else pytest.mark.slow) for one in LATER],
    indirect=["long_engine_home"],
)
async def test_killed_after_the_yes_it_is_carried_out_once(scene: Scene, number: int) -> None:
    await _guarded(scene)
    async with scene.living():
        await _ask(scene)
        await scene.workspace.eventually(lambda: _cards(scene), timeout=90)
        await scene.workspace.eventually(lambda: _to(scene, "Ann", "I asked for"), timeout=90)
    dying = await asyncio.to_thread(Child.start, live, scene.settings(), die_at=number)
    await scene.slack.connected(within=60)
    with suppress(SandboxError):
        (card,) = _cards(scene)
        await scene.workspace.person("Bob").click(card, names.APPROVAL_APPROVE)
    await scene.dies(dying)

    async with scene.living():
        await scene.workspace.eventually(lambda: _to(scene, "Ann", "*Approved* by"), timeout=90)
        for person in ("Bob", "Dee"):
            await scene.workspace.eventually(lambda: _links(scene, person), timeout=90)  # noqa: B023
        await scene.workspace.eventually(
            lambda: "2 of 2 people reached" in scene.workspace.report(), timeout=90
        )

    for person in ("Bob", "Dee"):
        assert len(_links(scene, person)) == 1, f"After dying at {number}: {person}."
    assert "*Approved* by" in _cards(scene)[0].said()
    assert len(_to(scene, "Ann", "*Approved* by")) == 2  # What was asked, and what became of it.
    assert await _left(scene) == (ReleaseState.LIVE, [ApprovalState.APPROVED], 1)
    assert scene.slack.violations == []


async def _guarded(scene: Scene) -> None:
    """Write down a draft, and a group that needs Bob's approval."""
    await with_draft(scene)
    database = Database(scene.home.database_url)
    async with database.writing() as session:
        group = (await session.exec(select(Group))).one()
        policy = ApprovalPolicy(
            group_id=group.id,
            kind=ApproverKind.PEOPLE,
            approvers=[f"person:slack:{scene.workspace.person('Bob').id}"],
            changed_by="clock",
        )
        await approvals.keep_policy(session, policy)
    await database.close()


async def _ask(scene: Scene) -> None:
    """Let Ann ask; the house may die before it has answered her."""
    ann = scene.workspace.person("Ann")
    await ann.command("#mobile-builds", names.COMMAND, "distribute harbour to QA")

    def confirmation() -> View | None:
        view = scene.workspace.view_of("Ann")
        return view if view is not None and view.title == "Please confirm" else None

    form = await scene.workspace.eventually(confirmation)
    assert form is not None
    with suppress(SandboxError):
        await ann.submit(form)


def _to(scene: Scene, person: str, words: str) -> list[Message]:
    return [m for m in scene.workspace.dms(person) if m.is_bot and words in m.said()]


def _cards(scene: Scene) -> list[Message]:
    return _to(scene, "Bob", "asks to send")


def _links(scene: Scene, person: str) -> list[Message]:
    return [m for m in scene.workspace.dms(person) if m.is_bot and "/i/" in str(m.blocks)]


async def _left(scene: Scene) -> tuple[ReleaseState, list[ApprovalState], int]:
    """Return how the release and the requests stand, and how many acts there are."""
    database = Database(scene.home.database_url)
    try:
        async with database.reading() as session:
            release = (await session.exec(select(Release))).one()
            requests = (await session.exec(select(ApprovalRequest))).all()
            acts = (await session.exec(select(Distribution))).all()
    finally:
        await database.close()
    return release.state, [one.state for one in requests], len(acts)
