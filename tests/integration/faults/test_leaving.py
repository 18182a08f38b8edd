"""Whatever method fails while those who manage are told who left: they are told, and once."""

from datetime import timedelta

import pytest

from bot.wiring import clock
from provisioning.leaving import departures
from tests.integration.faults.cases import FAULTS, cases
from tests.integration.faults.conftest import Opened
from tests.integration.faults.leaving import left

#: So many times in a row. They leave one after the other, so that a minute would take long.
COUNTS = (3, 10)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a word be due at once, and look for it often."""
    monkeypatch.setattr(departures, "COLLECT", timedelta())
    monkeypatch.setattr(clock, "COLLECTS_EVERY", 0.3)


async def test_who_left_is_said_whatever_fails_three_times(lend: Opened) -> None:
    async with lend("socket") as house:
        wrong = await left(house, cases(("chat.postMessage",), (3,), ("503", "reset late")))

    assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize("times", COUNTS)
async def test_the_whole_table_of_who_left(lend: Opened, times: int) -> None:
    async with lend("socket") as house:
        wrong = await left(house, cases(("chat.postMessage",), (times,), tuple(FAULTS)))

    assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["503", "reset late", "timeout", "nonsense"])
async def test_the_first_word_to_somebody_comes_though_their_conversation_does_not_open(
    lend: Opened, fault: str
) -> None:
    async with lend("socket") as house:
        wrong = await left(house, cases(("conversations.open",), (10,), (fault,)))

    assert wrong == {}
