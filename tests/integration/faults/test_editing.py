"""Whatever method fails while a release is changed: everything shows it, once."""

import pytest

from tests.integration.faults.cases import FAULTS, cases
from tests.integration.faults.conftest import Opened
from tests.integration.faults.editing import edited
from tests.integration.faults.test_recall import METHODS

#: So many times in a row; None: for as long as a minute.
COUNTS = (1, None)


async def test_an_edit_comes_through_whatever_fails_three_times(lend: Opened) -> None:
    async with lend("socket") as house:
        faults = ("503", "reset late", "internal_error")
        wrong = await edited(house, cases("chat.update", (3,), faults))

    assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
async def test_the_whole_table_of_an_edit(lend: Opened, method: str) -> None:
    async with lend("socket") as house:
        wrong = await edited(house, cases(method, COUNTS, tuple(FAULTS)))

    assert wrong == {}
