"""Whatever fails while people are reminded: each is reminded once, and the thread says it once."""

import pytest

from tests.integration.faults.cases import LATE_ROADS, cases
from tests.integration.faults.conftest import Opened
from tests.integration.faults.nudging import nudged

#: Nothing is edited, and whom one speaks with is known by then.
METHODS = ("chat.postMessage",)


@pytest.mark.slow
@pytest.mark.parametrize(("times", "faults"), LATE_ROADS)
async def test_the_whole_table_of_a_nudge(
    lend: Opened, times: int | None, faults: tuple[str, ...]
) -> None:
    async with lend("socket") as house:
        wrong = await nudged(house, cases(METHODS, (times,), faults))

    assert wrong == {}
