"""Whatever method fails while those who manage are told who left: they are told, and once."""

from datetime import timedelta

import pytest

from bot.wiring import clock
from provisioning.leaving import departures
from tests.integration.faults.cases import FAULTS, cases
from tests.integration.faults.conftest import Opened
from tests.integration.faults.leaving import left

METHODS = ("chat.postMessage", "conversations.open")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a word be due at once, and look for it often."""
    monkeypatch.setattr(departures, "COLLECT", timedelta())
    monkeypatch.setattr(clock, "COLLECTS_EVERY", 0.3)


async def test_who_left_is_said_whatever_fails_three_times(lend: Opened) -> None:
    async with lend("socket") as house:
        wrong = await left(house, cases("chat.postMessage", (3,), ("503", "reset late")))

    assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
async def test_the_whole_table_of_who_left(lend: Opened, method: str) -> None:
    async with lend("socket") as house:
        wrong = await left(house, cases(method, (3,), tuple(FAULTS)))

    assert wrong == {}
