"""A release that waits for phones, killed at every new boundary: everybody is told once."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.sandbox.apple.server import SandboxApple
from provisioning.actors import slack
from provisioning.distributing.order import Order
from storage.catalog.database import Database
from storage.records import tester as records
from storage.records.distribution import Recipient, RecipientState
from tests.engines import EngineHome
from tests.integration.crash.harness import Child, run_until_killed
from tests.integration.provision.living import TOLD, send
from tests.integration.provision.world import ANN, Base, base_of, opened

#: Apple has the phone of the first; of the second none is known.
PEOPLE = ("UTESTER2", "UTESTER3")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A live release, two who do not have it, and an Apple that outlives whoever asks it."""

    base: Base
    release_id: str

    def order(self, *, waits: bool) -> Order:
        people = tuple(map(slack, PEOPLE))
        return Order(key="k1", release_id=self.release_id, by=ANN, people=people, waits=waits)

    def told(self) -> list[tuple[str, str]]:
        """Return what people were told, the same word to the same person once."""
        lines = (self.base.home.data_dir / TOLD).read_text().splitlines()
        return sorted({(what, about) for what, about in map(json.loads, lines)})

    async def states(self) -> list[RecipientState]:
        database = Database(self.base.home.database_url)
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


@pytest.fixture
async def sending(sqlite_engine_home: EngineHome, small_ipa: Path) -> AsyncGenerator[Sending]:
    async with SandboxApple.serve() as apple:
        async with opened(sqlite_engine_home, small_ipa, apple) as before:
            first = await before.newcomer(2)
            await before.newcomer(3)
            await before.approve(await before.claim(2, first))
            await before.settled()
            base = base_of(sqlite_engine_home, apple, before.bench)
            release_id = before.release_id
        known = {**base.people, **{user_id: user_id for user_id in PEOPLE}}
        yield Sending(base=replace(base, people=known), release_id=release_id)
        assert apple.violations == []


@pytest.mark.parametrize(("waits", "boundary"), CASES)
async def test_killed_while_it_waits_for_phones_everybody_is_told_once(
    sending: Sending,
    waits: bool,  # noqa: FBT001 - the case
    boundary: str,
) -> None:
    args = (send, sending.base, sending.order(waits=waits))

    await asyncio.to_thread(lambda: run_until_killed(*args, die_at=boundary))
    code, seen = await asyncio.to_thread(lambda: Child.start(*args).wait())

    assert code == 0, f"The second life ended badly after {seen[-3:]}."
    assert await sending.states() == [RecipientState.TOLD] * len(PEOPLE)
    told = [what for what, _ in sending.told() if what != "device"]
    assert told == ["recipient"] * len(PEOPLE), "Each once, and nobody by the wave."
