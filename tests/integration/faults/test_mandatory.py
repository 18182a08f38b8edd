"""Whatever method fails while a release becomes mandatory: it is, and each is reminded once."""

import pytest

from tests.integration.faults.cases import FAULTS, cases
from tests.integration.faults.conftest import Opened
from tests.integration.faults.mandating import mandated

#: So many times in a row; None: for as long as a minute.
COUNTS: tuple[int | None, ...] = (3, None)

#: What is said and what is edited, as in the table of recalls.
METHODS = ("chat.postMessage", "chat.update")


async def test_what_is_mandatory_is_said_whatever_fails_three_times(lend: Opened) -> None:
    async with lend("socket") as house:
        wrong = await mandated(house, cases("chat.postMessage", (3,), ("503", "reset late")))

    assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
async def test_the_whole_table_of_what_is_mandatory(lend: Opened, method: str) -> None:
    async with lend("socket") as house:
        wrong = await mandated(house, cases(method, COUNTS, tuple(FAULTS)))

    assert wrong == {}
