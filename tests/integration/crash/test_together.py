"""A release that waits for the other platform, killed everywhere: it goes out once, or not."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.sandbox.samples.harbour import harbour_apk, harbour_ipa
from bot.sandbox.slack.errors import SandboxError
from bot.sandbox.slack.messages import Message
from bot.slack.kit import names
from storage.catalog import apps, organizations
from storage.catalog.database import Database
from storage.records.distribution import Distribution, DistributionState
from storage.records.pending_order import PendingOrder, PendingState
from tests.integration.crash.harness import AFTER, Child, apart, pairs
from tests.integration.crash.pending_living import BEGUN, WRITING, WRITTEN, live_with_pending
from tests.integration.crash.scene import (
    AND,
    Scene,
    an_app,
    first_of,
    keys_in,
    pair_with_android,
    with_group,
    with_half,
)

BUILDS = "#mobile-builds"
SHOW = ("begin", "cards", "log", "tell", "finish")
WAITS = "Waits for the Android build of 2.4.0"

#: Where a house dies of the half that arrives: in the unit of work that orders both, between that
#: and the roads that it begins, and in those that show what became of it.
MEETING = (WRITING, WRITTEN, BEGUN)
SHOWING = [f"{when}:{step}" for step in SHOW for when in AFTER]


def twice(deaths: Sequence[str]) -> list[str]:
    """Return two deaths at once over the same work, until each boundary was one."""
    return [AND.join(pair) for pair in pairs(deaths)]


def on_sqlite(deaths: Iterable[str], *, soon: str) -> list[Any]:
    """Return a database and the boundaries of deaths; the short run dies at *soon* alone."""
    return [
        pytest.param("sqlite", one, marks=() if one == soon else pytest.mark.slow) for one in deaths
    ]


@pytest.fixture(scope="session")
def ipa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harbour_ipa(tmp_path_factory.mktemp("ios"))


@pytest.fixture(scope="session")
def apk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harbour_apk(tmp_path_factory.mktemp("android"), build="88")


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    on_sqlite(
        ["done:log", *twice([f"{when}:{step}" for when, step in apart(SHOW)])], soon="done:log"
    ),
    indirect=["long_engine_home"],
)
async def test_killed_while_it_is_said_that_it_waits_it_waits_once(
    scene: Scene, ipa: Path, boundary: str
) -> None:
    await _paired(scene)
    async with scene.living():
        await _posted(scene, ipa)
    dying = await _dying(scene, first_of(boundary))
    await _ask(scene)
    await scene.dies(dying, boundary)

    async with scene.living():
        await _eventually(scene, WAITS)
        await _eventually(scene, "lets it wait for the Android build")
        await _shown(scene, 1)

    assert set(keys_in(scene, BUILDS).values()) == {1}, boundary
    assert len(_saying(scene, "lets it wait for the Android build")) == 1, boundary
    assert await _left(scene) == (PendingState.WAITING, 0)
    assert scene.slack.violations == []


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    [
        *on_sqlite([*MEETING, *twice(SHOWING)], soon=WRITTEN),
        pytest.param("postgresql", WRITTEN, marks=pytest.mark.slow),
    ],
    indirect=["long_engine_home"],
)
async def test_killed_while_both_are_ordered_everybody_is_told_once(
    scene: Scene, ipa: Path, boundary: str
) -> None:
    await _waiting(scene, ipa)
    await _with_half(scene)
    await scene.dies(await _dying(scene, first_of(boundary)), boundary)

    await _goes_out_once(scene, boundary)


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    on_sqlite(("before:keep", "done:keep", "kept:keep", "done:show"), soon="done:keep"),
    indirect=["long_engine_home"],
)
async def test_killed_while_the_half_is_taken_in_both_go_out_all_the_same(
    scene: Scene, ipa: Path, apk: Path, boundary: str
) -> None:
    await _waiting(scene, ipa)
    dying = await _dying(scene, boundary)
    await scene.workspace.person("Cid").post(BUILDS, files=[apk])
    await scene.dies(dying)

    await _goes_out_once(scene, boundary)


@pytest.mark.parametrize(
    ("long_engine_home", "action", "boundary"),
    [
        pytest.param("sqlite", action, one, marks=pytest.mark.slow)
        for action, deaths in (
            (names.PENDING_SEND, (WRITING, WRITTEN, BEGUN)),
            (names.PENDING_STOP, (BEGUN, "done:log")),
        )
        for one in deaths
    ],
    indirect=["long_engine_home"],
)
async def test_killed_by_a_click_that_ends_it_it_ends_once(
    scene: Scene, ipa: Path, action: str, boundary: str
) -> None:
    await _waiting(scene, ipa)
    (card,) = _saying(scene, WAITS)
    dying = await _dying(scene, boundary)
    with suppress(SandboxError):
        await scene.workspace.person("Ann").click(card, action)
    await scene.dies(dying)
    is_sent = action == names.PENDING_SEND

    async with scene.living():
        if is_sent:
            await _done(scene, 1)
        words = "sent it without the Android build" if is_sent else "stopped waiting for"
        await _eventually(scene, words)
        await _shown(scene, 2)

    assert len(_saying(scene, words)) == 1, boundary
    assert _saying(scene, WAITS) == []
    for person in ("Bob", "Dee"):
        told = [m.said() for m in scene.workspace.dms(person) if m.is_bot]
        assert len(told) == int(is_sent), f"After dying {boundary} {person} has {told}."
    state = PendingState.SENT if is_sent else PendingState.STOPPED
    assert await _left(scene) == (state, int(is_sent))
    assert scene.slack.violations == []


async def _dying(scene: Scene, boundary: str) -> Child:
    dying = await asyncio.to_thread(
        Child.start, live_with_pending, scene.settings(), die_at=boundary
    )
    await scene.slack.connected(within=60)
    return dying


async def _waiting(scene: Scene, ipa: Path) -> None:
    """Let Harbour 2.4.0 for iOS wait for the one for Android, as everybody has seen."""
    await _paired(scene)
    async with scene.living():
        await _posted(scene, ipa)
        await _ask(scene)
        await _eventually(scene, WAITS)
        await _eventually(scene, "lets it wait for the Android build")
        await _shown(scene, 1)


async def _posted(scene: Scene, ipa: Path) -> None:
    await scene.workspace.person("Cid").post(BUILDS, files=[ipa])
    await _eventually(scene, "No Android build of 2.4.0 yet")


async def _ask(scene: Scene) -> None:
    """Let Ann ask; the house may die before it has answered her."""
    ann = scene.workspace.person("Ann")
    with suppress(SandboxError):
        await ann.command(BUILDS, names.COMMAND, "distribute harbour 2.4.0 to QA together")


async def _paired(scene: Scene) -> None:
    """Write down a product of two apps, and a group with two testers that is heard in #qa."""
    database = Database(scene.home.database_url)
    async with database.writing() as session:
        organization = await organizations.named(session, "main")
        ios = await apps.add(session, an_app(organization.id))
        await pair_with_android(session, ios)
        await with_group(session, organization.id, scene.workspace)
    await database.close()


async def _with_half(scene: Scene) -> None:
    """Write down the same version for Android, while no house lives."""
    database = Database(scene.home.database_url)
    async with database.writing() as session:
        organization = await organizations.named(session, "main")
        android = next(
            one for one in await apps.every(session, organization.id) if one.platform == "android"
        )
        await with_half(session, android)
    await database.close()


async def _goes_out_once(scene: Scene, boundary: str) -> None:
    """Let a house live that goes on, and look whether everybody was told once."""
    async with scene.living():
        await _done(scene, 2)
        await _eventually(scene, "is here: both go out now")
        await _shown(scene, 2)

    for person in ("Bob", "Dee"):
        said = [m.said() for m in scene.workspace.dms(person) if m.is_bot]
        assert len(said) == 1, f"After dying {boundary} {person} has {said}."
        assert "is ready for you, for iOS and Android." in said[0], said
    for channel in (BUILDS, "#qa"):
        assert set(keys_in(scene, channel).values()) == {1}, f"After dying {boundary}."
    assert len(_saying(scene, "is here: both go out now")) == 1, boundary
    assert _saying(scene, WAITS) == []
    told = [m for m in scene.workspace.dms("Ann") if "both go out now" in m.said()]
    assert len(told) == 1, f"After dying {boundary} Ann was told {len(told)} times."
    assert await _left(scene) == (PendingState.MET, 2)
    assert scene.slack.violations == []


def _saying(scene: Scene, words: str) -> list[Message]:
    return [m for m in scene.workspace.by_bot(BUILDS) if words in m.said()]


async def _eventually(scene: Scene, words: str) -> None:
    await scene.workspace.eventually(lambda: _saying(scene, words), timeout=90)


async def _orders(scene: Scene) -> tuple[list[PendingOrder], list[Distribution]]:
    database = Database(scene.home.database_url)
    try:
        async with database.reading() as session:
            waiting = (await session.exec(select(PendingOrder))).all()
            acts = (await session.exec(select(Distribution))).all()
    finally:
        await database.close()
    return list(waiting), list(acts)


async def _left(scene: Scene) -> tuple[PendingState, int]:
    """Return how the one order that waits, or waited, stands, and how many acts there are."""
    (order,), acts = await _orders(scene)
    assert len({act.joint_id for act in acts}) <= 1
    return order.state, len(acts)


async def _shown(scene: Scene, turn: int) -> None:
    """Wait until everybody has seen a turn of it."""
    shown: bool = await scene.workspace.eventually(partial(_is_shown, scene, turn), timeout=90)
    assert shown


async def _done(scene: Scene, count: int) -> None:
    """Wait until so many acts have ended."""
    ended: bool = await scene.workspace.eventually(partial(_are_done, scene, count), timeout=90)
    assert ended


async def _is_shown(scene: Scene, turn: int) -> bool | None:
    (order,), _ = await _orders(scene)
    return True if order.shown == turn else None


async def _are_done(scene: Scene, count: int) -> bool | None:
    _, acts = await _orders(scene)
    done = [act for act in acts if act.state is DistributionState.DONE]
    return True if len(done) == count else None
