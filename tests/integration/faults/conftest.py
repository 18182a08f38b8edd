"""Fixtures: a house in which an hour is a minute, over each transport."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from bot import bootstrap
from bot.engine import engine
from bot.engine.timing import Timing
from bot.sandbox.samples.harbour import harbour_ipa
from bot.slack import workspace
from bot.slack.features.uploads import deeds
from bot.slack.files import files, source
from bot.slack.line import client, pace, postings
from bot.slack.line.client import Persistence
from bot.wiring.slack import make_missed
from provisioning.intake import preparing
from provisioning.roads import errands
from storage.inspection.worker import InspectionPool
from tests.integration.slack.house import House, Plan, Samples, opened

Opened = Callable[[str], AbstractAsyncContextManager[House]]


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch, lent_readers: type[InspectionPool]) -> None:
    """Make every pause a small part of the real one."""
    road = partial(Timing, first_pause=0.05, growth=1.5, longest_pause=0.3, brief=0.4)
    monkeypatch.setattr(engine, "Timing", road)
    monkeypatch.setattr(errands, "PAUSES", (0.1, *(0.3 for _ in range(40))))
    monkeypatch.setattr(workspace, "PAUSE", 0.01)
    monkeypatch.setattr(pace, "EDIT_PAUSE", 0.05)
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(client, "TIMEOUT", aiohttp.ClientTimeout(total=1.0))
    monkeypatch.setattr(client, "HURRIED", Persistence(seconds=0.05, repeats=True))
    monkeypatch.setattr(client, "PATIENT", Persistence(seconds=0.1, repeats=True))
    monkeypatch.setattr(client, "CAREFUL", Persistence(seconds=0.1, repeats=False))
    monkeypatch.setattr(postings, "LOOK_AGAIN", 0.02)
    monkeypatch.setattr(files, "PAUSES", (0.02, 0.05, 0.1))
    monkeypatch.setattr(source, "BUSY_TRIES", 1)
    monkeypatch.setattr(source, "LONGEST_WAIT", 0.05)
    timeout = aiohttp.ClientTimeout(total=None, connect=1.0, sock_read=1.0)
    monkeypatch.setattr(source, "DOWNLOAD_TIMEOUT", timeout)
    monkeypatch.setattr(deeds, "LOOK_WITHIN", 0.5)
    monkeypatch.setattr(bootstrap, "READERS", 1)
    monkeypatch.setattr(bootstrap, "InspectionPool", lent_readers)
    # Hundreds of builds are taken in here, and none is signed again.
    monkeypatch.setattr(preparing, "_is_worth_it", lambda _build: False)


async def _look_for_missed_files(house: House) -> None:
    """Do what the clock does every five minutes: Slack gives up on an event after six."""
    running = house.running
    missed = make_missed(running.ground, running.workspace, running.house)
    while True:
        await asyncio.sleep(5.0)
        await missed()


@pytest.fixture
def lend(tmp_path: Path, sqlite_url: str) -> Opened:
    """Return what opens a house over a transport; Slack must find nothing to complain of."""
    sample = harbour_ipa(tmp_path, keys=tmp_path)
    samples = Samples(ipa=sample, newer_ipa=sample, apk=sample, broken=sample)

    @asynccontextmanager
    async def house(transport: str) -> AsyncGenerator[House]:
        plan = Plan(transport=transport)
        async with opened(tmp_path, sqlite_url, samples, plan) as house:
            # What Slack does at once, after a minute and after five.
            house.slack.delivery.retry_delays = (0.0, 1.0, 5.0)
            looking = asyncio.create_task(_look_for_missed_files(house))
            yield house
            looking.cancel()
            assert house.slack.violations == []

    return house
