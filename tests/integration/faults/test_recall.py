"""Whatever method fails while a release is recalled: no link comes back, and each is told once."""

import pytest

from tests.integration.faults.cases import LATE_ROADS, cases
from tests.integration.faults.conftest import Opened
from tests.integration.faults.recalling import recalled

#: What is said and what is edited; whom one speaks with is known by then, and looking for a message
#: whose answer was lost is walked by the table of the main road.
METHODS = ("chat.postMessage", "chat.update")


async def test_a_recall_comes_through_whatever_fails_three_times(lend: Opened) -> None:
    async with lend("socket") as house:
        faults = ("503", "reset late", "internal_error")
        wrong = await recalled(house, cases(("chat.postMessage",), (3,), faults))

    assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize(("times", "faults"), LATE_ROADS)
async def test_the_whole_table_of_a_recall(
    lend: Opened, times: int | None, faults: tuple[str, ...]
) -> None:
    async with lend("socket") as house:
        wrong = await recalled(house, cases(METHODS, (times,), faults))

    assert wrong == {}
