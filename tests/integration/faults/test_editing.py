"""Whatever method fails while a release is changed: everything shows it, once."""

import pytest

from tests.integration.faults.cases import LATE_ROADS, cases
from tests.integration.faults.conftest import Opened
from tests.integration.faults.editing import edited
from tests.integration.faults.test_recall import METHODS


async def test_an_edit_comes_through_whatever_fails_three_times(lend: Opened) -> None:
    async with lend("socket") as house:
        faults = ("503", "reset late", "internal_error")
        wrong = await edited(house, cases(("chat.update",), (3,), faults))

    assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize(("times", "faults"), LATE_ROADS)
async def test_the_whole_table_of_an_edit(
    lend: Opened, times: int | None, faults: tuple[str, ...]
) -> None:
    async with lend("socket") as house:
        wrong = await edited(house, cases(METHODS, (times,), faults))

    assert wrong == {}
