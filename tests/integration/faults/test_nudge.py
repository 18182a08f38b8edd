"""Whatever fails while people are reminded: each is reminded once, and the thread says it once."""

import pytest

from tests.integration.faults.cases import FAULTS, cases
from tests.integration.faults.conftest import Opened
from tests.integration.faults.nudging import nudged

#: So many times in a row; None: for as long as a minute. The table of the main road has the others.
COUNTS: tuple[int | None, ...] = (3, None)


@pytest.mark.slow
async def test_the_whole_table_of_a_nudge(lend: Opened) -> None:
    async with lend("socket") as house:
        wrong = await nudged(house, cases("chat.postMessage", COUNTS, tuple(FAULTS)))

    assert wrong == {}
