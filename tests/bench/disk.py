"""
What a large app takes on the disk while it is signed again and again, in the house.

    uv run python -m tests.bench.disk [--megabytes 100] [--times 10]

The app is that of `tests.bench.resign`, three times as many megabytes in assets as in its program.
Each row is what the stored files and the temporary ones take after a step, as a multiple of the
upload, and how long the step took. `peak` is the most of it, looked at every 20 ms; an unnamed
file, which the program is inflated into for as long as it is signed, does not show in it.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.samples.identities import device_id
from storage.blobs.local import LocalBlobs
from storage.catalog.database import Database
from storage.migrations import migrate
from tests.bench.resign import MEGABYTE, write_app
from tests.signed import Bench, open_bench, profiles_of
from tests.unit.provisioning.signing.test_disk import days_pass, swept


@dataclass
class Scales:
    """Weighs a folder, once or for as long as something goes on."""

    folders: tuple[Path, ...]
    unit: int
    most: int = 0

    def weight(self) -> int:
        """Return the bytes of all files, those that go away meanwhile left out."""
        found = 0
        for folder in self.folders:
            for path in folder.rglob("*"):
                try:
                    found += path.stat().st_size if path.is_file() else 0
                except FileNotFoundError:
                    continue
        return found

    async def watch(self) -> None:
        while True:
            self.most = max(self.most, await asyncio.to_thread(self.weight))
            await asyncio.sleep(0.02)

    async def step(self, name: str, act: Callable[[], Awaitable[object]]) -> None:
        """Do one step, and print what it took."""
        self.most = 0
        watching = asyncio.create_task(self.watch())
        started = time.perf_counter()
        await act()
        taken = time.perf_counter() - started
        watching.cancel()
        now = self.weight()
        print(
            f"{name:44}{now / MEGABYTE:9.1f} MB{now / self.unit:8.3f}x"
            f"{max(self.most, now) / self.unit:8.3f}x{taken:9.2f} s"
        )


async def weigh(bench: Bench, times: int) -> None:
    """Take an app from its upload to its second certificate, and print each step."""
    folders = (bench.folder / "blobs", bench.folder / "signing")
    scales = Scales(folders=folders, unit=bench.ipa.stat().st_size)
    phones = [device_id(number) for number in range(times + 1)]

    async def generations(number: int) -> None:
        for count in range(2, times + 2):
            await bench.sign(profiles_of(bench.ipa, *phones[:count], number=number), number=number)

    async def later() -> None:
        await days_pass(bench)
        await bench.signing.drop_outdated()
        await swept(bench)

    async def first(number: int) -> None:
        await bench.sign(profiles_of(bench.ipa, phones[0], number=number), number=number)

    async def nothing() -> None:
        return

    print(f"{'':44}{'':12}{'upload':>9}{'peak':>9}")
    await scales.step("upload", nothing)
    await scales.step("prepared", lambda: bench.signing.prepare(bench.shelf.build.id))
    await scales.step("spliced once", lambda: first(1))
    await scales.step(f"spliced {times} times more", lambda: generations(1))
    await scales.step("two days later", later)
    await scales.step("signed anew with another certificate", lambda: first(2))
    await scales.step(f"spliced into that {times} times", lambda: generations(2))
    await scales.step("prepared once more", lambda: bench.signing.prepare(bench.shelf.build.id))
    await scales.step("two days later", later)


async def run(megabytes: int, times: int) -> None:
    """Write the app, put it on the shelf of a house of its own, and weigh."""
    with tempfile.TemporaryDirectory(prefix="disk-") as name:
        folder = Path(name)
        await asyncio.to_thread(write_app, folder / "app.ipa", megabytes)
        url = f"sqlite:///{folder / 'slipway.db'}"
        await migrate.upgrade(url)
        database = Database(url)
        try:
            blobs = LocalBlobs(folder / "blobs", spare=0)
            bench = await open_bench(database, blobs, folder / "app.ipa", folder)
            await weigh(bench, times)
        finally:
            await database.close()


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100, help="size of the program")
    parser.add_argument("--times", type=int, default=10, help="sets of profiles per certificate")
    chosen = parser.parse_args()
    asyncio.run(run(chosen.megabytes, chosen.times))


if __name__ == "__main__":
    main()
