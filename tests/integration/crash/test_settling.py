"""A group that changes, killed at every boundary: who joins is told once, who leaves loses it."""

import asyncio

import pytest
from sqlmodel import col, select

from bot.slack.kit import names
from storage.catalog import groups
from storage.catalog.database import Database
from storage.records import tester as people
from storage.records.distribution import Recipient, RecipientState
from storage.records.group import Group, GroupMember
from tests.integration.crash.harness import Child
from tests.integration.crash.living import live
from tests.integration.crash.scene import Scene, first_of, keys_in, on_both, with_draft

SETTLE = ("gather", "leave", "join", "settled")


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    on_both(SETTLE, soon={"done:join"}),
    indirect=["long_engine_home"],
)
async def test_killed_while_a_group_settles_each_has_what_is_theirs(
    scene: Scene, boundary: str
) -> None:
    await _given(scene)
    dying = await asyncio.to_thread(Child.start, live, scene.settings(), die_at=first_of(boundary))
    await scene.slack.connected(within=60)
    scene.workspace.set_usergroup("qa-team", "Dee", "Cid")
    await scene.dies(dying, boundary)

    async with scene.living():
        await scene.workspace.eventually(lambda: _told(scene, "Cid"), timeout=90)
        await scene.workspace.eventually(
            lambda: any("Whoever joined QA" in m.said() for m in scene.workspace.by_bot("#qa")),
            timeout=90,
        )

    for person in ("Bob", "Dee", "Cid"):
        assert len(_told(scene, person)) == 1, f"After dying {boundary}: {person}"
    assert set(keys_in(scene, "#qa").values()) == {1}
    having, turns = await _left(scene)
    assert having == {"Bob": False, "Dee": True, "Cid": True}
    assert turns[0] == turns[1]
    assert scene.slack.violations == []


async def _given(scene: Scene) -> None:
    """Send the release to a group of one user group, which has Bob and Dee in it."""
    await with_draft(scene)
    database = Database(scene.home.database_url)
    async with database.writing() as session:
        group = (await session.exec(select(Group))).one()
        usergroup = scene.workspace.usergroup("qa-team")
        await groups.add_usergroup(session, group.id, usergroup.id, "qa-team")
        members = (await session.exec(select(GroupMember))).all()
        await groups.remove_members(session, group.id, [one.tester_id for one in members])
    await database.close()
    async with scene.living():
        command = "distribute harbour to QA"
        await scene.workspace.person("Ann").command("#mobile-builds", names.COMMAND, command)
        await scene.workspace.eventually(
            lambda: any(key.startswith("report:") for key in keys_in(scene, "#qa")), timeout=90
        )


def _told(scene: Scene, person: str) -> list[str]:
    return [m.said() for m in scene.workspace.dms(person) if m.is_bot]


async def _left(scene: Scene) -> tuple[dict[str, bool], tuple[int, int]]:
    """Return who has the release, by first name, and the turns of the group: made, and followed."""
    database = Database(scene.home.database_url)
    try:
        async with database.reading() as session:
            found = await session.exec(
                select(people.Tester.name, Recipient.state).join(
                    Recipient, col(Recipient.tester_id) == people.Tester.id
                )
            )
            having = {
                name.partition(" ")[0]: state is not RecipientState.WITHDRAWN
                for name, state in found.all()
            }
            group = (await session.exec(select(Group))).one()
    finally:
        await database.close()
    return having, (group.turn, group.settled)
