"""A release that waits for phones, killed at every new boundary: everybody is told once."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from sqlmodel import col, select

from bot.sandbox.apple.server import SandboxApple
from storage.catalog.database import Database
from storage.records import tester as records
from storage.records.distribution import Recipient, RecipientState
from tests.engines import EngineHome
from tests.integration.crash.harness import Child, run_until_killed
from tests.integration.crash.phone_living import PEOPLE, Scene, send
from tests.integration.provision.world import opened, small_app
from tests.unit.provisioning.codesign import world

BOUNDARIES = ("before", "done", "kept")
WAITING = ("cover", "signing look 0", "go on", "after")
HOLDING = ("cover", "after", "due", "free")
#: Here the short run dies: after an effect, before that is written down.
SEEN = {(True, "done:cover"), (False, "done:free")}

CASES = [
    pytest.param(
        waits,
        f"{when}:{step}",
        id=f"{'waiting' if waits else 'holding'}, {when} {step}",
        marks=() if (waits, f"{when}:{step}") in SEEN else pytest.mark.slow,
    )
    for waits, steps in ((True, WAITING), (False, HOLDING))
    for step in steps
    for when in BOUNDARIES
]


@pytest.fixture(scope="session")
def small_ipa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_app(tmp_path_factory.mktemp("small") / "small.ipa")


@pytest.fixture
async def apple(long_engine_home: EngineHome, small_ipa: Path) -> AsyncGenerator[SandboxApple]:
    """Lend an Apple that has the phone of the first tester; the release is live."""
    async with SandboxApple.serve() as apple:
        async with opened(long_engine_home, small_ipa, apple) as before:
            first = await before.newcomer(2)
            await before.newcomer(3)
            await before.approve(await before.claim(2, first))
            await before.settled()
        yield apple
        assert apple.violations == []


@pytest.mark.parametrize(("waits", "boundary"), CASES)
async def test_killed_while_it_waits_for_phones_everybody_is_told_once(
    long_engine_home: EngineHome,
    apple: SandboxApple,
    tmp_path: Path,
    waits: bool,  # noqa: FBT001 - the case
    boundary: str,
) -> None:
    scene = Scene(
        home=long_engine_home,
        apple_url=apple.url,
        book=tmp_path / "told",
        authorities=b"".join(one.public_bytes(Encoding.PEM) for one in world.authorities()),
        waits=waits,
    )

    await asyncio.to_thread(lambda: run_until_killed(send, scene, die_at=boundary))
    code, seen = await asyncio.to_thread(lambda: Child.start(send, scene).wait())
    assert code == 0, f"The second life ended badly after {seen[-3:]}."

    told = set(scene.book.read_text().split("\n")) - {""}
    assert {line.partition(" ")[0] for line in told} == {"recipient"}, "No wave told anybody."
    assert len(told) == len(PEOPLE)
    assert await _states(long_engine_home) == [RecipientState.TOLD] * len(PEOPLE)


async def _states(home: EngineHome) -> list[RecipientState]:
    database = Database(home.database_url)
    try:
        async with database.reading() as session:
            found = await session.exec(
                select(Recipient)
                .join(records.Tester, col(records.Tester.id) == Recipient.tester_id)
                .where(col(records.Tester.slack_id).in_(PEOPLE))
            )
            return [one.state for one in found.all()]
    finally:
        await database.close()
