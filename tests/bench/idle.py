"""
What a house costs while nothing happens, and how soon it greets a build.

    uv run python -m tests.bench.idle [--seconds 60] [--http] [--postgres]

The house is the real one, with as many roads as there will be; the workspace is in this process, so
that its own work does not count. It prints the share of one core that the house used and the time
from a post to its greeting, each beside what is wanted.
"""

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from bot.bootstrap import open_house
from bot.engine.engine import DurableEngine
from bot.sandbox.samples.harbour import harbour_ipa
from bot.sandbox.slack.server import SandboxSlack, Setup
from bot.sandbox.slack.workspace import Workspace
from bot.serving import overlook_what_stays, stopped
from bot.settings import Settings
from provisioning.roads.road import Road, Step
from tests import postgres
from tests.engines import road
from tests.spares import new_database

ROOT = Path(__file__).parents[2]

#: What is wanted: so many roads, percent of one core, and seconds until the greeting.
ROADS, CPU, GREETING = 11, 1.5, 0.25

#: Seconds after which a house that was just opened is at rest.
SETTLING = 5.0

#: How many builds are posted, one after another.
BUILDS, VERSION = 10, "2.4.0"

#: Seconds after which a channel may be posted in at once: Slack wants pauses in between.
RESTING = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A workspace in this process, and a house in another."""

    slack: SandboxSlack
    house: SpawnProcess

    def cpu_seconds(self) -> dict[str, float]:
        """Return the CPU time of each thread of the house and of its readers so far."""
        return {
            str(task): seconds
            for pid in _family(self.house.pid or 0)
            for task in Path(f"/proc/{pid}/task").iterdir()
            if (seconds := _cpu_seconds(task)) is not None
        }


def _family(pid: int) -> list[int]:
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += _family(int(child))
    return found


def _cpu_seconds(task: Path) -> float | None:
    try:
        # In nanoseconds; what `stat` says is sampled, and misses what sleeps between the samples.
        return int((task / "schedstat").read_text().split()[0]) / 1e9
    except FileNotFoundError:
        return None


async def _stand(_step: Step, _subject: str) -> None:
    """Walk nowhere: the road is only there."""


def _with_more_roads() -> None:
    """Let the engine of this process have as many roads as there will be."""
    running = DurableEngine.running

    def padded(self: DurableEngine, roads: Iterable[Road]) -> AbstractAsyncContextManager[None]:
        own = tuple(roads)
        more = (road(_stand, name=f"road_{number}") for number in range(len(own), ROADS))
        return running(self, (*own, *more))

    setattr(DurableEngine, "running", padded)  # noqa: B010 - only for this process


def _live(settings: dict[str, Any], tell: Connection) -> None:
    _with_more_roads()

    async def live() -> None:
        async with open_house(Settings(**settings)) as house:
            overlook_what_stays()
            tell.send(house.port)
            await stopped()

    asyncio.run(live())


@asynccontextmanager
async def bench(folder: Path, *, http: bool, database_url: str) -> AsyncGenerator[Bench]:
    setup = Setup(manifest=yaml.safe_load((ROOT / "manifest.yml").read_text()))
    async with SandboxSlack.serve(data_dir=folder / "slack", setup=setup) as slack:
        settings = {
            "base_url": "http://127.0.0.1:1",
            "port": 0,
            "data_dir": folder / "data",
            "database_url": database_url,
            "slack_mode": "http" if http else "socket",
            "slack_bot_token": slack.bot_token,
            "slack_app_token": slack.app_token,
            "slack_signing_secret": slack.signing_secret,
            "slack_api_url": slack.api_url,
            "slack_file_hosts": slack.file_host,
            "admins": slack.workspace.person("Ann").id,
        }
        spawning = multiprocessing.get_context("spawn")
        hear, tell = spawning.Pipe(duplex=False)
        house = spawning.Process(target=_live, args=(settings, tell))
        house.start()
        port = await asyncio.to_thread(hear.recv)
        if http:
            slack.use_http(f"http://127.0.0.1:{port}/slack/events")
        else:
            await slack.connected(within=20)
        try:
            yield Bench(slack=slack, house=house)
        finally:
            house.terminate()
            await asyncio.to_thread(house.join, 15)


async def idle(bench: Bench, seconds: float) -> tuple[float, list[float]]:
    """Return the percent of a core that the house used, and those of its busiest threads."""
    await asyncio.sleep(SETTLING)
    before, began = bench.cpu_seconds(), time.monotonic()
    await asyncio.sleep(seconds)
    after, took = bench.cpu_seconds(), time.monotonic() - began
    used = [100 * (spent - before.get(task, 0.0)) / took for task, spent in after.items()]
    return sum(used), sorted(used, reverse=True)[:4]


async def greetings(bench: Bench, folder: Path) -> list[float]:
    """Return the seconds from each post to the first word of the house."""
    took = []
    for number in range(BUILDS):
        package = await asyncio.to_thread(harbour_ipa, folder, version=VERSION, build=str(number))
        await asyncio.sleep(RESTING)
        took.append(await _greeting(bench.slack.workspace, package))
    return took


async def _greeting(workspace: Workspace, package: Path) -> float:
    began = time.perf_counter()
    posted = await workspace.person("Cid").post("#mobile-builds", files=[package])
    await workspace.eventually(lambda: bool(workspace.thread(posted)), timeout=20)
    took = time.perf_counter() - began
    await workspace.eventually(lambda: VERSION in workspace.thread(posted)[-1].said(), timeout=20)
    return took


async def main(arguments: argparse.Namespace, database_url: str) -> int:
    with tempfile.TemporaryDirectory(prefix="slipway-idle-") as place:
        folder = Path(place)
        async with bench(folder, http=arguments.http, database_url=database_url) as running:
            used, busiest = await idle(running, arguments.seconds)
            took = await greetings(running, folder)
    threads = ", ".join(f"{percent:.2f}" for percent in busiest)
    print(
        f"idle, {ROADS} roads  {used:6.2f} % of a core  (wanted: at most {CPU}; threads: {threads})"
    )
    print(
        f"post to greeting   {median(took):.3f} s, worst {max(took):.3f} s"
        f"  (wanted: at most {GREETING})"
    )
    return int(used > CPU or median(took) > GREETING)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--http", action="store_true")
    parser.add_argument("--postgres", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    asked = _arguments()
    with ExitStack() as stack:
        url = ""
        if asked.postgres:
            url = stack.enter_context(new_database(stack.enter_context(postgres.server())))
        sys.exit(asyncio.run(main(asked, url)))
