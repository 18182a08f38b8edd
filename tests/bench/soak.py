"""
Whether the memory of the house stays flat under load that goes on.

    uv run python -m tests.bench.soak [--minutes 15] [--testers 5]

The house is the real one in a process of its own, on SQLite and a folder; the workspace is in this
one, so that what it remembers does not count. Build after build is posted, made known to a group,
opened and downloaded by its testers, while people type commands and open their Home. It prints the
memory (RssAnon) of the house and of its readers over time, and how much it grows in the last
two thirds of the time, as a line through all that was seen then.
"""

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import linear_regression

import aiohttp

from bot.sandbox.acting import named_button
from bot.sandbox.samples.harbour import harbour_ipa
from bot.sandbox.slack.messages import Message
from bot.slack.kit import names
from tests.bench.main_road import Bench, bench, rss

#: What is wanted: so many MB at most in ten minutes.
GROWTH = 1.0

#: Seconds between two looks at the memory, and between two lines about it.
LOOK, LINE = 1.0, 60.0

#: What people do meanwhile, each so many seconds after the one before.
COMMAND, HOME = 1.0, 2.0

#: A build that has not gone all the way in so many seconds never will.
PATIENCE = 60.0

BUILDS = "#mobile-builds"
TOKEN = re.compile(r"/i/([A-Za-z0-9_-]{22})")
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"


@dataclass(slots=True)
class Seen:
    """The memory of the house alone, in MB, by the seconds since the load began."""

    began: float = field(default_factory=time.monotonic)
    at: list[float] = field(default_factory=list)
    house: list[float] = field(default_factory=list)
    readers: list[float] = field(default_factory=list)

    def look(self, running: Bench) -> None:
        self.at.append(time.monotonic() - self.began)
        self.house.append(rss(running.house.pid or 0))
        self.readers.append(running.rss() - self.house[-1])

    def slope(self, series: list[float]) -> float:
        """Return the MB that a line through the last two thirds rises in ten minutes."""
        first = next(n for n, at in enumerate(self.at) if at >= self.at[-1] / 3)
        return linear_regression(self.at[first:], series[first:]).slope * 600


class Load:
    """All that people do. `distributed` counts the builds that went all the way."""

    def __init__(self, running: Bench, testers: int) -> None:
        self._bench = running
        self._workspace = running.slack.workspace
        self._ann = self._workspace.person("Ann")
        self._testers = [f"Tester{number}" for number in range(testers)]
        self.distributed = 0
        self.downloads = 0

    async def prepare(self) -> None:
        """Let the testers join, make the app and the group."""
        people = [self._workspace.add_person(name) for name in self._testers]
        card = await self._post(0)
        await self._ann.click(card, names.CREATE_APP)
        await self._workspace.eventually(lambda: self._workspace.view_of("Ann"))
        await self._ann.submit()
        mentions = " ".join(person.mention for person in people)
        heard = self._workspace.channel("#qa")
        text = f"groups create QA {mentions} <#{heard.id}|qa>"
        await self._ann.command(BUILDS, names.COMMAND, text)
        await self._workspace.eventually(
            lambda: any("QA" in said.said() for said in self._workspace.ephemerals("Ann"))
        )

    async def builds(self) -> None:
        """Send one build after another all the way, for as long as one lets it."""
        async with aiohttp.ClientSession(headers={"User-Agent": SAFARI}) as session:
            for number in count(1):
                await self._post(number)
                version = _version(number)
                text = f"distribute harbour {version} to QA"
                await self._ann.command(BUILDS, names.COMMAND, text)
                links = [await self._link(name, version) for name in self._testers]
                await asyncio.gather(*(self._install(session, link) for link in links))
                self.distributed += 1

    async def commands(self) -> None:
        for number in count():
            text = ("list", "show harbour", "groups", "help")[number % 4]
            await self._ann.command(BUILDS, names.COMMAND, text)
            await asyncio.sleep(COMMAND)

    async def homes(self) -> None:
        for number in count():
            name = ("Ann", *self._testers)[number % (len(self._testers) + 1)]
            await self._workspace.person(name).open_home()
            await asyncio.sleep(HOME)

    async def _post(self, number: int) -> Message:
        with tempfile.TemporaryDirectory(dir=self._bench.folder) as place:
            version = _version(number)
            path = await asyncio.to_thread(harbour_ipa, Path(place), version=version)
            posted = await self._workspace.person("Cid").post(BUILDS, files=[path])
            wanted = names.DISTRIBUTE if number else names.CREATE_APP
            return await self._workspace.eventually(
                lambda: next(
                    (one for one in self._workspace.thread(posted) if named_button(one, wanted)),
                    None,
                ),
                PATIENCE,
            )

    async def _link(self, name: str, version: str) -> str:
        def link() -> str | None:
            said = self._workspace.dms(name)[-1]
            found = TOKEN.search(str(said.blocks)) if version in said.said() else None
            return found[1] if found else None

        return await self._workspace.eventually(link, PATIENCE)

    async def _install(self, session: aiohttp.ClientSession, token: str) -> None:
        page = f"http://127.0.0.1:{self._bench.port}/i/{token}"
        for address in (page, f"{page}/manifest.plist", f"{page}/app.ipa"):
            async with session.get(address) as answer:
                answer.raise_for_status()
                async for _ in answer.content.iter_chunked(1 << 16):
                    pass
        self.downloads += 1


def _version(number: int) -> str:
    return f"3.{number // 100}.{number % 100}"


@asynccontextmanager
async def going_on(load: Load) -> AsyncGenerator[None]:
    """Let people act meanwhile; what breaks them off breaks the whole off."""
    async with asyncio.TaskGroup() as group:
        acting = [group.create_task(act) for act in (load.builds(), load.commands(), load.homes())]
        yield
        for act in acting:
            act.cancel()


async def soak(running: Bench, load: Load, seconds: float) -> Seen:
    """Look at the memory for so long, and say every minute what was seen."""
    seen = Seen()
    spoken = -LINE
    while not seen.at or seen.at[-1] < seconds:
        seen.look(running)
        if seen.at[-1] - spoken >= LINE:
            spoken = seen.at[-1]
            print(
                f"  {spoken / 60:5.1f} min  house {seen.house[-1]:6.1f} MB"
                f"  readers {seen.readers[-1]:6.1f} MB"
                f"  {load.distributed:4d} builds, {load.downloads:5d} downloads",
                flush=True,
            )
        await asyncio.sleep(LOOK)
    return seen


async def main(arguments: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="slipway-soak-") as place:
        async with bench(Path(place)) as running:
            load = Load(running, arguments.testers)
            await load.prepare()
            async with going_on(load):
                seen = await soak(running, load, arguments.minutes * 60)
    grown = seen.slope(seen.house)
    print(
        f"growth of the house in ten minutes   {grown:6.2f} MB (wanted <= {GROWTH:.0f})\n"
        f"growth of its readers                {seen.slope(seen.readers):6.2f} MB\n"
        f"builds that went all the way         {load.distributed:6d}"
    )
    return int(grown > GROWTH)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--testers", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(_arguments())))
