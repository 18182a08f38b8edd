"""
Time the road of a new phone, and what is asked about many.

    uv run python -m tests.bench.provision [--megabytes 100] [--devices 2000] [--releases 100]

First a large app: from a manager's yes to "you can install now", with an Apple that answers at
once, beside a plain copy of the app. Then many: the ledger of places, and one wave that signs every
live release, each at a quarter, a half and the whole of the size, so that growth shows.
"""

import argparse
import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from sqlmodel import select

from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.samples.identities import device_id
from bot.sandbox.samples.ipa import SampleApp, write_ipa
from provisioning.installing.installabilities import Installabilities
from storage.inspection.facts import Hashes
from storage.inspection.inspector import inspect
from storage.migrations import migrate
from storage.records.build import Build
from storage.records.device import Device
from storage.records.distribution import Recipient, RecipientState
from storage.records.registration import Registration, RegistrationState
from storage.records.release import Release, ReleaseState
from storage.records.slot import Slot
from storage.records.tester import Tester
from tests.bench.resign import write_app
from tests.bench.resign_work import IDS
from tests.engines import EngineHome
from tests.integration.provision import world
from tests.integration.provision.world import ANN, BUNDLES, ProvisionWorld
from tests.shelf import put, sent
from tests.town.counting import statements_of

SHARES = (0.25, 0.5, 1.0)
DEVICES_EACH = 4
#: In seconds: a wave over a hundred releases may take minutes.
PATIENCE = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: what, at which size, seconds, and a remark."""

    what: str
    size: str
    seconds: float
    remark: str = ""

    def __str__(self) -> str:
        return f"{self.what:<44} {self.size:>14} {self.seconds:>9.3f} s  {self.remark}"


async def home_in(folder: Path) -> EngineHome:
    url = f"sqlite:///{folder / 'records.db'}"
    await migrate.upgrade(url)
    return EngineHome(database_url=url, data_dir=folder)


async def timed(act: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await act()
    return time.perf_counter() - start


async def large(megabytes: int) -> list[Row]:
    """Return what a first new phone costs in a large app."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ipa = folder / "large.ipa"
        await asyncio.to_thread(write_app, ipa, megabytes)
        size = f"{ipa.stat().st_size / 1e6:,.0f} MB"
        copy = await timed(lambda: asyncio.to_thread(shutil.copyfile, ipa, folder / "copy.ipa"))
        world.TICK, world.PATIENCE = 0.01, PATIENCE
        async with (
            SandboxApple.serve() as apple,
            world.opened(await home_in(folder), ipa, apple, bundles=IDS) as at,
        ):
            prepare = await timed(lambda: at.bench.signing.prepare(at.bench.shelf.build.id))
            registration_id = await at.claim(1)
            start = time.perf_counter()
            await at.approve(registration_id)
            await at.until(lambda: _told(at, 1))
            first = time.perf_counter() - start
            later = await at.claim(2)
            start = time.perf_counter()
            await at.approve(later)
            await at.until(lambda: _installs(at, 2))
            second = time.perf_counter() - start
            await at.settled()
    return [
        Row(what="cp", size=size, seconds=copy),
        Row(what="prepare, once, when it is taken in", size=size, seconds=prepare),
        Row(
            what="from a yes to “you can install now”",
            size=size,
            seconds=first,
            remark=f"{first / copy:.2f} of cp; wanted 2 s",
        ),
        Row(what="the same for the next phone", size=size, seconds=second),
    ]


async def _told(at: ProvisionWorld, count: int) -> bool:
    return len(at.teller.installable) >= count


async def _installs(at: ProvisionWorld, number: int) -> bool:
    return await at.can_install(number)


async def many(devices: int, releases: int) -> list[Row]:
    """Return what is asked about many devices, and one wave over many releases."""
    rows: list[Row] = []
    for share in SHARES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            ipa = folder / "small.ipa"
            write_ipa(ipa, SampleApp(icon="none", extensions=1, framework=False))
            async with (
                SandboxApple.serve() as apple,
                world.opened(await home_in(folder), ipa, apple) as at,
            ):
                rows += await _ledger(at, round(devices * share))
                rows += await _installable(at, round(devices * share))
                rows += await _wave(at, folder, ceil(releases * share))
    return sorted(rows, key=lambda row: row.what)


async def _ledger(at: ProvisionWorld, count: int) -> list[Row]:
    await fill_devices(at, count)
    with statements_of(at.database) as heard:
        await at.room.slots.ledgers(ANN)
    took = min([await timed(lambda: at.room.slots.ledgers(ANN)) for _ in range(5)])
    remark = f"{len(heard)} statements"
    return [Row(what="the ledger of places", size=f"{count} devices", seconds=took, remark=remark)]


async def _installable(at: ProvisionWorld, count: int) -> list[Row]:
    """Return what it takes to say of an announcement who can install it."""
    testers = await give_to_all(at, ceil(count / DEVICES_EACH))
    asked = Installabilities(at.database)
    release_id = at.bench.shelf.release.id
    with statements_of(at.database) as heard:
        await asked.of_release(release_id)
    took = min([await timed(lambda: asked.of_release(release_id)) for _ in range(9)])
    return [
        Row(
            what="can they install? (one announcement)",
            size=f"{testers} people",
            seconds=took,
            remark=f"{len(heard)} statements; wanted 0.050 s for 500",
        )
    ]


async def give_to_all(at: ProvisionWorld, count: int) -> int:
    """Give the release to the first testers as well; return how many have it then."""
    shelf = at.bench.shelf
    async with at.database.writing() as session:
        found = await session.exec(select(Recipient).where(Recipient.tester_id == shelf.tester.id))
        first = found.one()
        for number in range(count):
            session.add(
                Recipient(
                    distribution_id=first.distribution_id,
                    release_id=first.release_id,
                    destination_id=first.destination_id,
                    tester_id=f"tester{number:026}",
                    teller="slack",
                    state=RecipientState.TOLD,
                )
            )
    return count + 1


async def _wave(at: ProvisionWorld, folder: Path, count: int) -> list[Row]:
    await fill_releases(at, folder, count)

    async def once() -> None:
        await at.room.waves.want(at.team_id, BUNDLES[0], ANN)
        await at.settled()

    at.apple.team.devices.register("A new phone", device_id(9_999))
    took = await timed(once)
    per = f"{took / count * 1000:.0f} ms each"
    return [Row(what="one wave", size=f"{count} releases", seconds=took, remark=per)]


async def fill_devices(at: ProvisionWorld, count: int) -> None:
    """Give testers devices that are registered, and let Apple's list have them."""
    at.apple.team.rules.slots_per_family = at.apple.team.rules.usable_at_once = 10_000
    own = at.bench.shelf.build.organization_id
    async with at.database.writing() as session:
        for number in range(ceil(count / DEVICES_EACH)):
            session.add(
                Tester(
                    id=f"tester{number:026}",
                    organization_id=own,
                    slack_id=f"UMANY{number}",
                    name=f"Tester {number}",
                )
            )
        await session.flush()
        for number in range(count):
            udid = device_id(10_000 + number)
            there = at.apple.team.devices.register(f"Phone {number}", udid)
            session.add(
                Device(
                    id=f"device{number:026}",
                    organization_id=own,
                    udid=udid,
                    tester_id=f"tester{number // DEVICES_EACH:026}",
                    created_by=ANN.reference,
                )
            )
            session.add(
                Slot(
                    team_id=at.team_id,
                    apple_id=there.id,
                    udid=udid.lower(),
                    family="IPHONE",
                    status="ENABLED",
                )
            )
        await session.flush()
        for number in range(count):
            session.add(
                Registration(
                    organization_id=own,
                    device_id=f"device{number:026}",
                    team_id=at.team_id,
                    state=RegistrationState.READY,
                    requested_by=ANN.reference,
                )
            )


async def fill_releases(at: ProvisionWorld, folder: Path, count: int) -> None:
    """Make as many live releases of the app, each of a build of its own."""
    shelf = at.bench.shelf
    for number in range(count - 1):
        path = folder / f"{number}.ipa"
        app = SampleApp(icon="none", extensions=1, framework=False, build=str(1000 + number))
        await asyncio.to_thread(write_ipa, path, app)
        stored = await put(at.bench.blobs, await asyncio.to_thread(path.read_bytes))
        hashes = Hashes(md5=stored.md5, sha1=stored.sha1, sha256=stored.sha256)
        facts = (await asyncio.to_thread(inspect, path, hashes, path.name)).facts
        build = Build(
            organization_id=shelf.build.organization_id,
            sha256=stored.sha256,
            size=stored.size,
            chunk_size=stored.chunk_size,
            chunks=list(stored.chunks),
            platform="ios",
            bundle_id=facts.bundle_id or "",
            version=facts.version or "",
            build=facts.build or "",
            facts=facts.as_json(),
        )
        release = Release(
            organization_id=shelf.build.organization_id,
            key=f"many:{number}",
            app_id=shelf.app.id,
            number=100 + number,
            build_id=build.id,
            state=ReleaseState.LIVE,
            created_by=ANN.reference,
        )
        async with at.database.writing() as session:
            for record in (build, release, *sent(release, shelf.app, shelf.tester.id)):
                session.add(record)
                await session.flush()
        await at.bench.signing.prepare(build.id)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=103, help="3.5 times as much in all")
    parser.add_argument("--devices", type=int, default=2000)
    parser.add_argument("--releases", type=int, default=100)
    given = parser.parse_args()
    for row in asyncio.run(large(given.megabytes)):
        print(row, flush=True)
    for row in asyncio.run(many(given.devices, given.releases)):
        print(row, flush=True)


if __name__ == "__main__":
    main()
