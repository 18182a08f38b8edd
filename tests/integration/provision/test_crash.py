"""Killed at every boundary of both roads: no place twice, no profile lost, one word each."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.apple.server import SandboxApple
from provisioning.actors import person, slack
from provisioning.devices.devices import Claim
from provisioning.installing.served_file import chosen, devices_of
from storage.blobs.local import LocalBlobs
from storage.catalog import devices, registrations, variants
from storage.catalog.database import Database
from storage.records.registration import RegistrationState
from tests.engines import EngineHome
from tests.fakes import FakeTeller, InlineEngine
from tests.integration.crash.harness import Child, apart, pairs
from tests.integration.provision.living import ANY, TOLD, live
from tests.integration.provision.world import (
    BUNDLES,
    Base,
    base_of,
    connected,
    furnished,
    signing_of,
    udid,
)
from tests.signed import open_bench

REGISTER = ("look", "register", "want", "want rebuild", "tell", "show")
PROVISION = (
    *("look 0", "begin", "read list", "signers", *(f"profile {one}" for one in BUNDLES)),
    *("left out", "newly", f"sign {ANY}", "finish", "after", f"tell {ANY}", f"show {ANY}"),
    *("wait again", "clean"),
)
#: The short run dies after what others see, before that is written down.
SEEN = {"done:register", f"done:profile {BUNDLES[0]}"}


def twice(names: Sequence[str]) -> list[Any]:
    """Return pairs of boundaries as parameters."""
    return [
        pytest.param(pair, id=" and ".join(pair), marks=pytest.mark.slow) for pair in pairs(names)
    ]


def boundaries() -> list[Any]:
    names = [f"{when}:{step}" for road in (REGISTER, PROVISION) for when, step in apart(road)]
    return [*(pytest.param((name,), id=name) for name in names if name in SEEN), *twice(names)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A phone that waits for a yes, an Apple that outlives whoever asks it."""

    base: Base
    apple: SandboxApple
    database: Database
    registration_id: str
    build_id: str
    tester_id: str

    async def lives(self, die_at: str | None = None) -> tuple[int, list[str]]:
        child = await asyncio.to_thread(
            Child.start, live, self.base, [self.registration_id], die_at=die_at
        )
        return await asyncio.to_thread(child.wait)

    def told(self) -> Counter[str]:
        """Return how often each word was said."""
        path = self.base.home.data_dir / TOLD
        lines = path.read_text().splitlines() if path.exists() else []
        return Counter(" ".join(json.loads(line)) for line in lines)

    async def is_as_it_should_be(self) -> None:
        """Say that the phone got in once, whatever happened."""
        async with self.database.reading() as session:
            found = await registrations.get(session, self.registration_id)
        assert found.state is RegistrationState.READY
        team = self.apple.team
        assert len(team.devices) == 1
        assert len(team.profiles) == len(BUNDLES)
        assert len(self.apple.calls_of("POST profiles")) <= len(BUNDLES) + 1
        assert await self.serves()
        told = Counter(word.partition(" ")[0] for word in self.told())
        assert told == {"installable": 1, "device": 1}

    async def serves(self) -> bool:
        """Return whether the tester is served what runs on their phone."""
        async with self.database.reading() as session:
            own = await devices.of_testers(session, [self.tester_id])
            variant = chosen(await variants.ready(session, self.build_id), own)
        return variant is not None and udid(1).value in devices_of(variant)


@pytest.fixture
async def scene(sqlite_engine_home: EngineHome, small_ipa: Path) -> AsyncGenerator[Scene]:
    async with set_up(sqlite_engine_home, small_ipa) as made:
        yield made


@asynccontextmanager
async def set_up(home: EngineHome, small_ipa: Path) -> AsyncGenerator[Scene]:
    """Let Bob have handed a phone in, and everybody be gone."""
    database = Database(home.database_url)
    blobs = LocalBlobs(home.data_dir / "blobs", spare=0)
    async with SandboxApple.serve() as apple:
        bench = await open_bench(database, blobs, small_ipa, home.data_dir)
        base = base_of(home, apple, bench)
        engine = InlineEngine()
        engine.idle = True
        signing = signing_of(database, bench.identities, bench.signing)
        found = furnished(base, database, signing, engine, FakeTeller())
        await connected(bench, apple, found.room, BUNDLES)
        slack_id = bench.shelf.tester.slack_id
        assert slack_id is not None
        bob = person(slack(slack_id), origin="test")
        claimed = await found.room.devices.claim(
            Claim(udid=udid(1), name="Bob's"), slack(slack_id), bob
        )
        (registration_id,) = await found.room.approvals.ask([claimed.sheet.id], bob)
        yield Scene(
            base=base,
            apple=apple,
            database=database,
            registration_id=registration_id,
            build_id=bench.shelf.build.id,
            tester_id=bench.shelf.tester.id,
        )
        assert apple.violations == []
        await found.stores.aclose()
    await database.close()


@pytest.mark.parametrize("deaths", boundaries())
async def test_killed_anywhere_the_phone_gets_in_once(
    scene: Scene, deaths: tuple[str, ...]
) -> None:
    for boundary in deaths:
        code, seen = await scene.lives(die_at=boundary)
        assert code == -9, f"The house did not die at {boundary} but came to {seen}."

    code, seen = await scene.lives()

    assert code == 0, seen[-3:]
    await scene.is_as_it_should_be()


@pytest.mark.parametrize("steps", twice((*REGISTER, *PROVISION)))
async def test_killed_on_postgresql_before_it_was_written_down_the_phone_gets_in_once(
    postgres_engine_home: EngineHome, small_ipa: Path, steps: tuple[str, str]
) -> None:
    """What surrounds a step is the same on either database; what it wrote is not."""
    async with set_up(postgres_engine_home, small_ipa) as scene:
        for step in steps:
            code, seen = await scene.lives(die_at=f"done:{step}")
            assert code == -9, f"The house did not die at {step} but came to {seen}."

        code, seen = await scene.lives()

        assert code == 0, seen[-3:]
        await scene.is_as_it_should_be()


@pytest.mark.slow
async def test_two_replicas_at_once_do_it_once(
    postgres_engine_home: EngineHome, small_ipa: Path
) -> None:
    async with set_up(postgres_engine_home, small_ipa) as scene:
        ended = await asyncio.gather(scene.lives(), scene.lives())

        assert [code for code, _ in ended] == [0, 0], ended
        await scene.is_as_it_should_be()


@pytest.mark.slow
@pytest.mark.parametrize("boundary", ["done:register", f"done:profile {BUNDLES[1]}"])
async def test_another_replica_goes_on_where_one_died(
    postgres_engine_home: EngineHome, small_ipa: Path, boundary: str
) -> None:
    async with set_up(postgres_engine_home, small_ipa) as scene:
        (died, _), (lived, seen) = await asyncio.gather(scene.lives(boundary), scene.lives())

        assert {died, lived} <= {-9, 0}, seen
        code, _ = await scene.lives()
        assert code == 0
        await scene.is_as_it_should_be()
