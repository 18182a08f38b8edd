"""Whatever method fails while a release waits for the other platform, it is said once, and told."""

import pytest

from tests.integration.faults.cases import LATE_ROADS, cases
from tests.integration.faults.conftest import Opened
from tests.integration.faults.waiting import waited

METHODS = ("chat.postMessage", "chat.update", "conversations.open")


async def test_what_waits_is_said_whatever_fails_three_times(lend: Opened) -> None:
    async with lend("socket") as house:
        faults = ("503", "reset late", "internal_error")
        wrong = await waited(house, cases(("chat.postMessage",), (3,), faults))

    assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize(("times", "faults"), LATE_ROADS)
async def test_the_whole_table_of_what_waits(
    lend: Opened, times: int | None, faults: tuple[str, ...]
) -> None:
    async with lend("socket") as house:
        wrong = await waited(house, cases(METHODS, (times,), faults))

    assert wrong == {}
