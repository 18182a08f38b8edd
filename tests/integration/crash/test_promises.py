"""Commands and clicks, killed after Slack was answered: nothing is lost, and nothing doubled."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.server import SandboxSlack, Setup
from bot.slack.kit import names
from storage.catalog.database import Database
from storage.records.audit import AuditEntry
from storage.records.group import Group, GroupMember
from storage.records.promise import Promise
from storage.records.release import Release, ReleaseState
from storage.records.role import RoleHolding
from tests.engines import EngineHome
from tests.integration.crash import scene as roads
from tests.integration.crash.harness import Child
from tests.integration.crash.promise_living import live_on_promises, live_slowly
from tests.integration.slack.house import manifest

BUILDS, QA = "#mobile-builds", "#qa"


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A workspace, a place for houses, and what is written down there."""

    scene: roads.Scene
    database: Database
    release_id: str
    group_id: str
    card: Message

    @property
    def slack(self) -> SandboxSlack:
        return self.scene.slack

    async def press(self, action_id: str, *parts: str) -> None:
        """Let Ann press a button that stands on a card."""
        ann = self.scene.workspace.person("Ann")
        value = names.value_of(self.release_id, *parts)
        await ann.forge(self.card, {"action_id": action_id, "value": value})

    async def type(self, text: str) -> None:
        await self.scene.workspace.person("Ann").command(BUILDS, names.COMMAND, text)

    async def is_over(self) -> bool:
        """Return whether no promise is under way."""
        async with self.database.reading() as session:
            return (await session.exec(select(Promise))).first() is None

    async def release(self) -> Release:
        async with self.database.reading() as session:
            return (await session.exec(select(Release))).one()

    async def deeds(self) -> Counter[str]:
        """Return how often each kind of deed was noted."""
        async with self.database.reading() as session:
            return Counter((await session.exec(select(AuditEntry.action))).all())

    @asynccontextmanager
    async def living(self) -> AsyncGenerator[None]:
        """Let a house live that does not die."""
        child = await asyncio.to_thread(Child.start, live_on_promises, self.scene.settings())
        try:
            await self.slack.connected(within=60)
            yield
        finally:
            child.process.terminate()
            code, seen = await asyncio.to_thread(child.wait)
            assert code == 0, f"The house ended badly after {seen[-3:]}."


async def distribute(town: Town) -> None:
    await town.type("distribute harbour to QA")


async def distribute_usual(town: Town) -> None:
    await town.press(names.DISTRIBUTE_USUAL, "1", town.group_id)


async def told_once(town: Town) -> bool:
    """Return whether everybody was told once and both channels' threads say how it went."""
    heard = roads.keys_in(town.scene, QA)
    if not any(key.startswith("report:") for key in heard):
        return False
    people = town.scene.workspace
    told = {name: len([m for m in people.dms(name) if m.is_bot]) for name in ("Bob", "Dee")}
    assert told == {"Bob": 1, "Dee": 1}
    assert set(heard.values()) == {1}
    assert (await town.deeds())["release.distributed"] == 1
    return True


async def dismiss(town: Town) -> None:
    await town.press(names.DISMISS)


async def dismissed_once(town: Town) -> bool:
    if (await town.release()).state is not ReleaseState.DISMISSED:
        return False
    assert (await town.deeds())["release.dismissed"] == 1
    return True


async def restore(town: Town) -> None:
    await town.press(names.RESTORE)


async def restored_once(town: Town) -> bool:
    if (await town.release()).state is not ReleaseState.DRAFT:
        return False
    assert (await town.deeds())["release.restored"] == 1
    return True


async def add_to_group(town: Town) -> None:
    cid = town.scene.workspace.person("Cid").id
    await town.type(f"groups add QA <@{cid}|cid>")


async def added_once(town: Town) -> bool:
    async with town.database.reading() as session:
        return len((await session.exec(select(GroupMember))).all()) == 3


async def give_role(town: Town) -> None:
    bob = town.scene.workspace.person("Bob").id
    await town.type(f"roles give manager <@{bob}|bob>")


async def given_once(town: Town) -> bool:
    async with town.database.reading() as session:
        return len((await session.exec(select(RoleHolding))).all()) == 1


Act = Callable[[Town], Awaitable[None]]
ACTS: dict[str, tuple[Act, Callable[[Town], Awaitable[bool]], str]] = {
    "distribute": (distribute, told_once, "promise answers"),
    "usual": (distribute_usual, told_once, "promise shows"),
    "dismiss": (dismiss, dismissed_once, "promise shows"),
    "restore": (restore, restored_once, "promise shows"),
    "groups add": (add_to_group, added_once, "promise answers"),
    "roles give": (give_role, given_once, "promise answers"),
}


#: One act of each kind: by a command, and by a button that is shown anew.
KINDS = {"distribute", "dismiss"}


def deaths(*moments: object) -> list[Any]:
    """
    Return a database, an act and a moment of each death, of which the short run has few.

    On PostgreSQL that is one act of each kind at the first moment: what is kept of a promise is the
    same for all of them.
    """
    return [
        *(
            pytest.param(
                "sqlite_url",
                name,
                moment,
                marks=() if name in KINDS and moment == moments[0] else pytest.mark.slow,
            )
            for moment in moments
            for name in ACTS
        ),
        *(
            pytest.param("postgres_url", name, moments[0], marks=pytest.mark.slow)
            for name in sorted(KINDS)
        ),
    ]


@pytest.fixture
async def town(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Town]:
    database_url: str = request.getfixturevalue(request.param)
    setup = Setup(manifest=manifest())
    async with SandboxSlack.serve(data_dir=tmp_path / "slack", setup=setup) as slack:
        home = EngineHome(database_url=database_url, data_dir=tmp_path / "data")
        scene = roads.Scene(slack=slack, home=home)
        await roads.with_draft(scene)
        card = await scene.workspace.person("Cid").post(BUILDS, "Stands for a card")
        database = Database(database_url)
        async with database.reading() as session:
            release = (await session.exec(select(Release))).one()
            group = (await session.exec(select(Group))).one()
        yield Town(
            scene=scene, database=database, release_id=release.id, group_id=group.id, card=card
        )
        await database.close()
        assert slack.violations == []


@pytest.mark.parametrize(("town", "name", "after"), deaths(0.02, 0.08), indirect=["town"])
async def test_a11_killed_right_after_the_answer_it_is_done_all_the_same(
    town: Town, name: str, after: float
) -> None:
    act, outcome, _ = ACTS[name]
    await prepared(town, name)
    child = await asyncio.to_thread(Child.start, live_slowly, town.scene.settings())
    await town.slack.connected(within=60)
    await act(town)
    await asyncio.sleep(after)
    assert child.process.pid is not None
    os.kill(child.process.pid, signal.SIGKILL)
    await asyncio.to_thread(child.wait)
    assert not await outcome(town)
    assert not await town.is_over()

    await goes_on(town, outcome)


@pytest.mark.parametrize(
    ("town", "name", "point"), deaths("in the middle", "promise ends"), indirect=["town"]
)
async def test_a11_killed_on_the_way_it_is_done_once(town: Town, name: str, point: str) -> None:
    act, outcome, middle = ACTS[name]
    await prepared(town, name)
    die_at = middle if point == "in the middle" else point
    child = await asyncio.to_thread(
        Child.start, live_on_promises, town.scene.settings(), die_at=die_at
    )
    await town.slack.connected(within=60)
    await act(town)
    await town.scene.dies(child)
    assert not await town.is_over()

    await goes_on(town, outcome)


async def prepared(town: Town, name: str) -> None:
    """Write down what an act begins with."""
    if name == "restore":
        async with town.database.writing() as session:
            release = await session.get(Release, town.release_id)
            assert release is not None
            release.state = ReleaseState.DISMISSED
            session.add(release)


async def goes_on(town: Town, outcome: Callable[[Town], Awaitable[bool]]) -> None:
    """Let another house live: it does what was asked, and complains to nobody."""

    async def well() -> Town | None:
        return town if await town.is_over() and await outcome(town) else None

    async with town.living():
        found: Town = await town.scene.workspace.eventually(well, timeout=40)
        assert found is town
        await asyncio.sleep(0.2)

    assert await outcome(town)
    said = [message.said() for message in town.scene.workspace.ephemerals("Ann")]
    assert [words for words in said if "already." in words or "⚠" in words] == []
