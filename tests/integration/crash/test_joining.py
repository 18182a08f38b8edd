"""A request to join, killed at every boundary: it is shown once, and decided once."""

import asyncio
import re
import socket
from contextlib import suppress

import aiohttp
import pytest
from sqlmodel import select

from bot.sandbox.slack.errors import SandboxError
from bot.sandbox.slack.messages import Message
from bot.slack.kit import names
from storage.catalog import groups
from storage.catalog.database import Database
from storage.records import tester as people
from storage.records.distribution import Recipient, RecipientState
from storage.records.group import Group
from storage.records.join_request import JoinRequest, JoinState
from tests.integration.crash.harness import Child
from tests.integration.crash.living import live
from tests.integration.crash.scene import Scene, first_of, keys_in, on_both, with_draft

JOIN = ("show", "note")
ZOE = {"name": "Zoe Zimmer", "email": "zoe@example.com", "key": "z" * 22}
LINK = re.compile(r"/join/[A-Za-z0-9_-]{22}")


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    on_both(JOIN, soon={"done:show"}),
    indirect=["long_engine_home"],
)
async def test_killed_while_somebody_asks_it_is_shown_once(scene: Scene, boundary: str) -> None:
    link, port = await _given(scene), _free_port()
    settings = {**scene.settings(), "port": port}
    dying = await asyncio.to_thread(Child.start, live, settings, die_at=first_of(boundary))
    await scene.slack.connected(within=60)
    async with aiohttp.ClientSession() as session:
        with suppress(aiohttp.ClientError):
            await session.post(f"http://127.0.0.1:{port}{link}", data=ZOE, allow_redirects=False)
    await scene.dies(dying, boundary)

    async with scene.living():
        await scene.workspace.eventually(lambda: _cards(scene), timeout=90)
        await _shown(scene, JoinState.WAITING)

    assert len(_cards(scene)) == 1, f"After dying {boundary}"
    assert scene.slack.violations == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("long_engine_home", "boundary"), on_both(JOIN, soon=()), indirect=["long_engine_home"]
)
async def test_killed_while_somebody_approves_they_are_in(scene: Scene, boundary: str) -> None:
    link, port = await _given(scene, sent=True), _free_port()
    async with scene.living(port=port), aiohttp.ClientSession() as session:
        await session.post(f"http://127.0.0.1:{port}{link}", data=ZOE, allow_redirects=False)
        await scene.workspace.eventually(lambda: _cards(scene))
        await _shown(scene, JoinState.WAITING)
    dying = await asyncio.to_thread(Child.start, live, scene.settings(), die_at=first_of(boundary))
    await scene.slack.connected(within=60)
    with suppress(SandboxError):
        await scene.workspace.person("Ann").click(_cards(scene)[0], names.JOIN_APPROVE)
    await scene.dies(dying, boundary)

    async with scene.living():
        await _shown(scene, JoinState.APPROVED)
        await scene.workspace.eventually(
            lambda: any("Whoever joined QA" in m.said() for m in scene.workspace.by_bot("#qa")),
            timeout=90,
        )

    (card,) = _cards(scene)
    assert "joined *QA*" in card.said(), f"After dying {boundary}"
    assert set(keys_in(scene, "#qa").values()) == {1}
    assert await _share_of_zoe(scene) is RecipientState.ON_PAGE
    assert scene.slack.violations == []


async def _given(scene: Scene, *, sent: bool = False) -> str:
    """Let Ann make a join link to a group, which a release was *sent* to; return its path."""
    await with_draft(scene)
    ann = scene.workspace.person("Ann")
    async with scene.living():
        if sent:
            await ann.command("#mobile-builds", names.COMMAND, "distribute harbour to QA")
            await scene.workspace.eventually(
                lambda: any(key.startswith("report:") for key in keys_in(scene, "#qa")),
                timeout=90,
            )
        await ann.command("#mobile-builds", names.COMMAND, "invite QA")

        def answered() -> str | None:
            said = " ".join(m.said() for m in scene.workspace.ephemerals("Ann"))
            found = LINK.search(said)
            return found.group() if found else None

        link = await scene.workspace.eventually(answered)
    assert link is not None
    return link


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _cards(scene: Scene) -> list[Message]:
    return [m for m in scene.workspace.dms("Ann") if m.is_bot and "zoe@example.com" in m.said()]


async def _shown(scene: Scene, state: JoinState) -> None:
    """Wait until the only request stands so and is shown as it stands."""
    database = Database(scene.home.database_url)

    async def look() -> JoinRequest | None:
        async with database.reading() as session:
            (one,) = (await session.exec(select(JoinRequest))).all()
        return one if one.state is state and one.shown == one.turn else None

    try:
        kept: JoinRequest = await scene.workspace.eventually(look, timeout=90)
    finally:
        await database.close()
    assert kept.state is state


async def _share_of_zoe(scene: Scene) -> RecipientState:
    """Return how Zoe stands with the release, who is in the group."""
    database = Database(scene.home.database_url)
    try:
        async with database.reading() as session:
            zoe = (
                await session.exec(
                    select(people.Tester).where(people.Tester.email == "zoe@example.com")
                )
            ).one()
            group = (await session.exec(select(Group))).one()
            assert await groups.has_member(session, group.id, zoe.id)
            share = (
                await session.exec(select(Recipient).where(Recipient.tester_id == zoe.id))
            ).one()
    finally:
        await database.close()
    return share.state
