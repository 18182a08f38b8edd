"""Somebody leaves, and the house is killed at every boundary: all is taken, and said once."""

import asyncio

import pytest
from sqlmodel import col, select

from bot.slack.kit import names
from storage.catalog.database import Database
from storage.records import tester as people
from storage.records.base import now
from storage.records.departure import Departure, DepartureNotice, DepartureState
from storage.records.distribution import Recipient, RecipientState
from storage.records.grant import Grant
from storage.records.group import GroupMember
from tests.integration.crash.harness import Child
from tests.integration.crash.living import live
from tests.integration.crash.scene import Scene, first_of, keys_in, on_both, with_draft

LET_GO = ("parts", "groups", "links", "devices", "requests", "roles", "approvals", "done")
SHOW = ("show", "shown")


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    [*on_both(LET_GO, soon=set()), *on_both(SHOW, soon=set())],
    indirect=["long_engine_home"],
)
async def test_killed_while_somebody_is_let_go_all_is_taken_and_said_once(
    scene: Scene, boundary: str
) -> None:
    await _given(scene)
    dying = await asyncio.to_thread(Child.start, live, scene.settings(), die_at=first_of(boundary))
    await scene.slack.connected(within=60)
    scene.workspace.change_person("Bob", deleted=True)
    await scene.dies(dying, boundary)

    async with scene.living():
        await scene.workspace.eventually(lambda: _told(scene), timeout=90)
        async with asyncio.timeout(90):
            while not await _is_settled(scene):  # noqa: ASYNC110 - it is nobody's event
                await asyncio.sleep(0.2)

    assert len(_told(scene)) == 1, f"After dying {boundary}: {_told(scene)}"
    assert "out of QA" in _told(scene)[0]
    assert "1 release taken back, 1 link leads nowhere" in _told(scene)[0]
    assert await _left(scene) == ({"Bob": False, "Dee": True}, ["Dee"], 1)
    assert scene.slack.violations == []


async def _given(scene: Scene) -> None:
    """Send the release to Bob and Dee."""
    await with_draft(scene)
    async with scene.living():
        command = "distribute harbour to QA"
        await scene.workspace.person("Ann").command("#mobile-builds", names.COMMAND, command)
        await scene.workspace.eventually(
            lambda: any(key.startswith("report:") for key in keys_in(scene, "#qa")), timeout=90
        )


def _told(scene: Scene) -> list[str]:
    said = [m.said() for m in scene.workspace.dms("Ann") if m.is_bot]
    return [one for one in said if "the Slack account is deactivated" in one]


async def _is_settled(scene: Scene) -> bool:
    """Return whether all was taken, and the message is noted as shown."""
    database = Database(scene.home.database_url)
    try:
        async with database.reading() as session:
            gone = (await session.exec(select(Departure))).all()
            notices = (await session.exec(select(DepartureNotice))).all()
    finally:
        await database.close()
    done = [one for one in gone if one.state is DepartureState.DONE]
    return bool(done) and bool(notices) and all(one.shown == one.turn for one in notices)


async def _left(scene: Scene) -> tuple[dict[str, bool], list[str], int]:
    """Return who has a release and a link that holds, who is in the group, how many departures."""
    database = Database(scene.home.database_url)
    try:
        async with database.reading() as session:
            found = await session.exec(
                select(people.Tester.name, Recipient.state, Grant.expires_at)
                .join(Recipient, col(Recipient.tester_id) == people.Tester.id)
                .join(Grant, col(Grant.tester_id) == people.Tester.id)
            )
            having = {
                name.partition(" ")[0]: state is not RecipientState.WITHDRAWN and until > now()
                for name, state, until in found.all()
            }
            members = await session.exec(
                select(people.Tester.name).join(
                    GroupMember, col(GroupMember.tester_id) == people.Tester.id
                )
            )
            inside = [name.partition(" ")[0] for name in members.all()]
            count = len((await session.exec(select(Departure))).all())
    finally:
        await database.close()
    return having, inside, count
