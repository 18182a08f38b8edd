"""A release made mandatory, killed at every boundary: it holds, and nobody is told it twice."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from sqlmodel import select

from bot.sandbox.slack.errors import SandboxError
from bot.slack.kit import names
from storage.catalog import milestones
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.destination import Destination
from storage.records.distribution import (
    Distribution,
    DistributionState,
    Recipient,
    RecipientState,
)
from storage.records.mandate import (
    Mandate,
    MandateKind,
    MandateState,
    Milestone,
    MilestoneKind,
    MilestoneState,
    Reminder,
    ReminderState,
)
from tests.integration.crash.harness import Child
from tests.integration.crash.living import live
from tests.integration.crash.scene import Scene, keys_in, number_of, on_both, with_draft

#: In seconds: work of a house that died is handed on once it counts as dead.
PATIENCE = 120
#: Of the road `mandate`, for a moment to come: nobody is reminded yet.
MANDATE = ("resolve", "show", "report", "redraw 1", "redraw 2", "finish")
#: Of the road `remind`, when that moment has come.
REMIND = ("resolve", "show", "remind 1", "remind 2", "finish")


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    on_both(MANDATE, soon={"done:report"}),
    indirect=["long_engine_home"],
)
async def test_killed_while_it_becomes_mandatory_it_is_said_once(
    scene: Scene, boundary: str
) -> None:
    number = number_of(MANDATE, boundary)
    await _given(scene)
    dying = await asyncio.to_thread(Child.start, live, scene.settings(), die_at=number)
    await scene.slack.connected(within=60)
    ann = scene.workspace.person("Ann")
    with suppress(SandboxError):
        await ann.command("#mobile-builds", names.COMMAND, "mandatory harbour 1 from in 3 hours")
    await scene.dies(dying, boundary, MANDATE)

    async with scene.living():
        await scene.workspace.eventually(
            lambda: any(key.startswith("mandate:") for key in keys_in(scene, "#qa")), timeout=90
        )
        await scene.workspace.eventually(
            lambda: all(_marked(scene, person) for person in ("Bob", "Dee")), timeout=90
        )
        await _eventually(scene, _is_done)

    heard = keys_in(scene, "#qa")
    assert set(heard.values()) == {1}, f"After dying {boundary}: {heard}"
    assert "Mandatory from" in scene.workspace.report()
    for person in ("Bob", "Dee"):
        assert len([m for m in scene.workspace.dms(person) if m.is_bot]) == 1, boundary
    assert scene.slack.violations == []


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    on_both(REMIND, soon={"done:remind 1"}),
    indirect=["long_engine_home"],
)
async def test_killed_while_people_are_reminded_each_is_once(scene: Scene, boundary: str) -> None:
    number = number_of(REMIND, boundary)
    await _given(scene)
    await _due(scene)
    dying = await asyncio.to_thread(Child.start, live, scene.settings(), die_at=number)
    await scene.dies(dying, boundary, REMIND)

    async with scene.living():
        await _eventually(scene, _is_over)

    for person in ("Bob", "Dee"):
        said = [m.said() for m in scene.workspace.dms(person) if m.is_bot]
        told = [words for words in said if "Please install" in words]
        assert len(told) == 1, f"After dying {boundary} {person} was reminded {len(told)} times."
        assert len(said) == 2, f"After dying {boundary} {person} has {said}."
    heard = keys_in(scene, "#qa")
    assert set(heard.values()) == {1}, f"After dying {boundary}: {heard}"
    assert "*Mandatory* since" in scene.workspace.report()
    assert scene.slack.violations == []


async def _eventually(scene: Scene, look: Callable[[Scene], Awaitable[bool]]) -> None:
    """Wait until the records say so, which no event of Slack's tells of."""
    for _ in range(PATIENCE):
        if await look(scene):
            return
        await asyncio.sleep(1)
    raise AssertionError(f"It did not end: {await _kept(scene)}\n{scene.workspace.report()}")


async def _given(scene: Scene) -> None:
    """Let a house send the release to Bob and Dee."""
    await with_draft(scene)
    async with scene.living():
        command = "distribute harbour to QA"
        await scene.workspace.person("Ann").command("#mobile-builds", names.COMMAND, command)
        await scene.workspace.eventually(
            lambda: any(key.startswith("report:") for key in keys_in(scene, "#qa")), timeout=90
        )
        # Whoever is told of it after it has become mandatory reads so, and is not reminded.
        await _eventually(scene, _is_sent)


async def _due(scene: Scene) -> None:
    """Let the release have become mandatory a moment ago, of which nobody has heard."""
    database = Database(scene.home.database_url)
    at = now()
    async with database.writing() as session:
        row = (await session.exec(select(Destination))).one()
        row.mandatory_from, row.grace = at, 86_400
        mandate = Mandate(
            key="mandate",
            release_id=row.release_id,
            kind=MandateKind.SET,
            requested_by="person:slack:UANN",
            state=MandateState.DONE,
        )
        session.add_all([row, mandate])
        await milestones.plan(session, row.release_id, {(MilestoneKind.START, at)})
    await database.close()


def _marked(scene: Scene, person: str) -> bool:
    return any("*Mandatory* from" in m.said() for m in scene.workspace.dms(person))


async def _kept(scene: Scene) -> list[str]:
    """Return what is written down of acts, milestones and reminders."""
    database = Database(scene.home.database_url)
    try:
        async with database.reading() as session:
            acts = (await session.exec(select(Mandate))).all()
            moments = (await session.exec(select(Milestone))).all()
            reminders = (await session.exec(select(Reminder))).all()
    finally:
        await database.close()
    return [
        *(f"{one.kind} act {one.state} {one.reason}" for one in acts),
        *(f"{one.kind} milestone {one.state} {one.reason}" for one in moments),
        *(f"{one.kind} reminder {one.state} {one.reason}" for one in reminders),
    ]


async def _is_sent(scene: Scene) -> bool:
    database = Database(scene.home.database_url)
    try:
        async with database.reading() as session:
            acts = (await session.exec(select(Distribution))).all()
            told = (await session.exec(select(Recipient))).all()
    finally:
        await database.close()
    states = {one.state for one in told}
    return (
        bool(acts) and acts[0].state is DistributionState.DONE and states == {RecipientState.TOLD}
    )


async def _is_done(scene: Scene) -> bool:
    """Return whether the one act has ended, as it is written down."""
    database = Database(scene.home.database_url)
    try:
        async with database.reading() as session:
            found = (await session.exec(select(Mandate))).all()
    finally:
        await database.close()
    assert len(found) <= 1
    return [one.state for one in found] == [MandateState.DONE]


async def _is_over(scene: Scene) -> bool:
    """Return whether the milestone is over and everybody was reminded, as it is written down."""
    database = Database(scene.home.database_url)
    try:
        async with database.reading() as session:
            milestone = (await session.exec(select(Milestone))).one()
            reminders = (await session.exec(select(Reminder))).all()
    finally:
        await database.close()
    told = [one.state for one in reminders] == [ReminderState.TOLD] * 2
    return milestone.state is MilestoneState.DONE and told
