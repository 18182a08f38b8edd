"""Whatever method fails while a release becomes mandatory: it is, and each is reminded once."""

import pytest

from tests.integration.faults.cases import LATE_ROADS, cases
from tests.integration.faults.conftest import Opened
from tests.integration.faults.mandating import mandated

#: What is said and what is edited, as in the table of recalls.
METHODS = ("chat.postMessage", "chat.update")


async def test_what_is_mandatory_is_said_whatever_fails_three_times(lend: Opened) -> None:
    async with lend("socket") as house:
        wrong = await mandated(house, cases(("chat.postMessage",), (3,), ("503", "reset late")))

    assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize(("times", "faults"), LATE_ROADS)
async def test_the_whole_table_of_what_is_mandatory(
    lend: Opened, times: int | None, faults: tuple[str, ...]
) -> None:
    async with lend("socket") as house:
        wrong = await mandated(house, cases(METHODS, (times,), faults))

    assert wrong == {}
