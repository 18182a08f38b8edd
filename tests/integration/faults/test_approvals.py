"""Whatever method fails while a release is approved: it is asked once, and each is told once."""

import pytest

from tests.integration.faults.approving import approved
from tests.integration.faults.cases import LATE_ROADS, cases
from tests.integration.faults.conftest import Opened

METHODS = ("chat.postMessage", "chat.update", "conversations.open")


async def test_an_approval_comes_through_whatever_fails_three_times(lend: Opened) -> None:
    async with lend("socket") as house:
        faults = ("503", "reset late", "internal_error")
        wrong = await approved(house, cases(("chat.postMessage",), (3,), faults))

    assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize(("times", "faults"), LATE_ROADS)
async def test_the_whole_table_of_an_approval(
    lend: Opened, times: int | None, faults: tuple[str, ...]
) -> None:
    async with lend("socket") as house:
        wrong = await approved(house, cases(METHODS, (times,), faults))

    assert wrong == {}
