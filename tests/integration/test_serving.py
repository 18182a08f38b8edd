"""`slipway serve` as a process of its own, with a Slack that is not as it should be."""

import asyncio
import re
import signal
import sys
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.samples.harbour import harbour_ipa
from bot.sandbox.slack.server import SandboxSlack, Setup
from tests.forked import Forked
from tests.integration.slack import bad_slacks
from tests.integration.slack.house import manifest

OPEN: dict[str, object] = {"ok": True, "url": "HERE"}
NO = {"ok": False, "error": "invalid_auth"}
WELL: dict[str, object] = {"auth.test": bad_slacks.ME, "apps.connections.open": OPEN}
Slack = Callable[[], AbstractAsyncContextManager[str]]


@asynccontextmanager
async def refusing() -> AsyncGenerator[str]:
    with bad_slacks.refusing() as url:
        yield url


@asynccontextmanager
async def unreachable() -> AsyncGenerator[str]:
    with bad_slacks.unreachable() as url:
        yield url


SLACKS: dict[str, Slack] = {
    "refusing": refusing,
    "unreachable": unreachable,
    "silent": lambda: bad_slacks.raw(bad_slacks.silent),
    "dawdling": lambda: bad_slacks.raw(bad_slacks.dawdling),
    "babbling": lambda: bad_slacks.raw(bad_slacks.babbling),
    "a page": lambda: bad_slacks.lying({"auth.test": "<html></html>"}, bad_slacks.no_socket),
    "a list": lambda: bad_slacks.lying({"auth.test": [1]}, bad_slacks.no_socket),
    "yes": lambda: bad_slacks.lying({key: {"ok": True} for key in WELL}, bad_slacks.no_socket),
    "no address": lambda: bad_slacks.lying(
        {**WELL, "apps.connections.open": {"ok": True}}, bad_slacks.no_socket
    ),
    "no socket": lambda: bad_slacks.lying(WELL, bad_slacks.no_socket),
    "a mute socket": lambda: bad_slacks.lying(WELL, bad_slacks.mute_socket),
    "a slamming socket": lambda: bad_slacks.lying(WELL, bad_slacks.slamming_socket),
    "a babbling socket": lambda: bad_slacks.lying(WELL, bad_slacks.babbling_socket),
}


#: In seconds; then Docker kills. The process gives itself END_WITHIN, and needs half a second.
LATEST = 20.0


def few(cases: Iterable[Any], *short: object) -> list[Any]:
    """Return cases as parameters, of which only the *short* ones belong to the short run."""
    return [pytest.param(case, marks=() if case in short else pytest.mark.slow) for case in cases]


@dataclass(slots=True)
class Served:
    """A running `slipway serve`."""

    process: asyncio.subprocess.Process | Forked
    said: str = ""

    async def says(self, words: str, within: float = 40.0) -> str:
        """Wait for words in the log, and return all of it so far."""
        assert self.process.stderr is not None
        async with asyncio.timeout(within):
            while words not in self.said:
                line = await self.process.stderr.readline()
                assert line, f"It ended with {await self.process.wait()}:\n{self.said}"
                self.said += line.decode()
        return self.said

    async def ended(self, within: float = 40.0) -> int:
        """Wait for the end and return the exit code."""
        assert self.process.stderr is not None
        async with asyncio.timeout(within):
            self.said += (await self.process.stderr.read()).decode()
            return await self.process.wait()

    async def stopped(self) -> tuple[int, float]:
        """Ask it to stop; return the exit code and how many seconds that took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = await self.ended()
        return code, time.monotonic() - begun


@asynccontextmanager
async def serving(folder: Path, api_url: str, **more: str) -> AsyncGenerator[Served]:
    """Serve in a process of its own."""
    async with _until_left(
        await Forked.start("serve", environment=_settings(folder, api_url, more))
    ) as served:
        yield served


@asynccontextmanager
async def serving_afresh(folder: Path, api_url: str, **more: str) -> AsyncGenerator[Served]:
    """Serve in a process that is started as systemd does, with a Python that has yet to begin."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve"),
        env=_settings(folder, api_url, more),
        stderr=asyncio.subprocess.PIPE,
    )
    async with _until_left(process) as served:
        yield served


@asynccontextmanager
async def _until_left(process: asyncio.subprocess.Process | Forked) -> AsyncGenerator[Served]:
    try:
        yield Served(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _settings(folder: Path, api_url: str, more: Mapping[str, str]) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "SLIPWAY_DATA_DIR": str(folder),
        "SLIPWAY_PORT": "0",
        "SLIPWAY_SLACK_API_URL": api_url,
        "SLIPWAY_SLACK_BOT_TOKEN": "xoxb-1",
        "SLIPWAY_SLACK_APP_TOKEN": "xapp-1",
        "SLIPWAY_SLACK_SIGNING_SECRET": "secret",
        **more,
    }


def pace_of(said: str) -> list[str]:
    """Return the lines of a log that are no news of the start, nor of what it was started with."""
    lines = [line for line in said.splitlines() if "slipway doctor: " not in line]
    return [line for line in lines if "warning" in line or "error" in line]


@pytest.mark.parametrize("name", few(SLACKS, "yes"))
async def test_a5_with_a_bad_slack_the_house_starts_and_stops(tmp_path: Path, name: str) -> None:
    serve = serving_afresh if name == "yes" else serving
    async with SLACKS[name]() as url, serve(tmp_path, url) as served:
        await served.says("Slipway is up")
        await asyncio.sleep(1.5)  # It tries to connect meanwhile.
        code, seconds = await served.stopped()

    assert code == 0, served.said
    assert seconds < LATEST
    assert "Traceback" not in served.said
    assert len(pace_of(served.said)) <= 6, served.said


@pytest.mark.parametrize("moments", [range(1, 5), *few([range(5, 9), range(9, 13)])])
@pytest.mark.parametrize("mode", few(["socket", "http"], "socket"))
@pytest.mark.parametrize("slack", few(["unreachable", "silent"], "unreachable"))
async def test_a5_it_stops_at_whatever_moment_it_is_asked(
    tmp_path: Path, slack: str, mode: str, moments: range
) -> None:
    # Also while Python reads our modules.
    serve = serving_afresh if (slack, mode) == ("unreachable", "socket") else serving

    async def at(moment: int) -> tuple[int, float, str]:
        folder = tmp_path / str(moment)
        async with (
            SLACKS[slack]() as url,
            serve(folder, url, SLIPWAY_SLACK_MODE=mode) as served,
        ):
            await asyncio.sleep(0.4 * moment)
            return *await served.stopped(), served.said

    for code, seconds, said in await asyncio.gather(*map(at, moments)):
        # Before Python has read our first line it cannot know what to do about the signal.
        assert code == 0 or (code == -signal.SIGTERM and not said), said
        assert seconds < LATEST, said


@pytest.mark.slow
async def test_a5_it_stops_in_the_middle_of_a_road_that_waits_for_slack(tmp_path: Path) -> None:
    setup = Setup(manifest=manifest())
    async with SandboxSlack.serve(data_dir=tmp_path / "slack", setup=setup) as slack:
        people = slack.workspace
        mine = {
            "SLIPWAY_SLACK_BOT_TOKEN": slack.bot_token,
            "SLIPWAY_SLACK_APP_TOKEN": slack.app_token,
            "SLIPWAY_SLACK_FILE_HOSTS": slack.file_host,
            "SLIPWAY_ADMINS": people.person("Ann").id,
        }
        async with serving(tmp_path / "data", slack.api_url, **mine) as served:
            await slack.connected(within=40)
            slack.script("chat.postMessage", Fault.timeout(), times=99)
            await people.person("Cid").post("#mobile-builds", files=[harbour_ipa(tmp_path)])
            await people.eventually(lambda: slack.calls_of("chat.postMessage"))
            code, seconds = await served.stopped()

    assert code == 0, served.said
    assert seconds < LATEST, served.said


@pytest.mark.slow
async def test_a5_what_does_not_end_ends_with_the_process(tmp_path: Path) -> None:
    program = tmp_path / "stubborn.py"
    program.write_text(
        "import asyncio, time\n"
        "from bot import serving\n"
        "serving.END_WITHIN = 0.5\n"
        "async def life() -> None:\n"
        "    print('alive', flush=True)\n"
        "    await asyncio.to_thread(time.sleep, 60)\n"
        "asyncio.run(serving.until_stopped(life()))\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(program), stdout=asyncio.subprocess.PIPE, env={"PYTHONPATH": "."}
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"alive\n"
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)

    assert await process.wait() == 0
    assert time.monotonic() - begun < 30


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "bot": ({**WELL, "auth.test": NO}, "Slack does not accept SLIPWAY_SLACK_BOT_TOKEN"),
    "revoked": (
        {**WELL, "auth.test": {"ok": False, "error": "token_revoked"}},
        "OAuth & Permissions",
    ),
    "app": ({**WELL, "apps.connections.open": NO}, "does not accept SLIPWAY_SLACK_APP_TOKEN"),
    "scope": (
        {**WELL, "apps.connections.open": {"ok": False, "error": "missing_scope"}},
        "connections:write",
    ),
}


@pytest.mark.parametrize("name", few(REFUSED, "bot"))
async def test_d1_a_token_that_slack_refuses_ends_with_a_sentence(
    tmp_path: Path, name: str
) -> None:
    answers, words = REFUSED[name]
    async with (
        bad_slacks.lying(answers, bad_slacks.no_socket) as url,
        serving(tmp_path, url) as served,
    ):
        code = await served.ended()

    *_, last = served.said.splitlines()
    assert code == 1
    assert words in last
    assert "Slipway is up" not in served.said
    assert "Traceback" not in served.said


@pytest.mark.slow
async def test_d1_a_slack_that_comes_later_is_found_and_health_says_so(tmp_path: Path) -> None:
    answers: dict[str, object] = {"auth.test": "<html>Maintenance</html>"}
    async with (
        bad_slacks.lying(answers, bad_slacks.babbling_socket) as url,
        serving(tmp_path, url, SLIPWAY_BASE_URL="http://127.0.0.1:1") as served,
    ):
        port = re.search(r"port (\d+)", await served.says("Slipway is up"))
        assert port is not None
        health = f"http://127.0.0.1:{port[1]}/healthz"
        assert await status_of(health) == 503
        answers |= WELL
        await served.says("Connected to Slack")
        assert await status_of(health) == 200
        code, _ = await served.stopped()

    assert code == 0


async def status_of(url: str) -> int:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status
