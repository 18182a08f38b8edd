"""Whatever method fails while a group settles: who joins is told once, who leaves loses it."""

import pytest

from tests.integration.faults.cases import LATE_ROADS, cases
from tests.integration.faults.conftest import Opened
from tests.integration.faults.joining import joined

#: Who is in a group. That people are told is the road of a distribution, with a table of its own.
METHODS = ("usergroups.users.list", "users.info")


async def test_a_group_settles_whatever_fails_three_times(lend: Opened) -> None:
    async with lend("socket") as house:
        faults = ("503", "reset", "internal_error")
        wrong = await joined(house, cases(("usergroups.users.list",), (3,), faults))

    assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize(("times", "faults"), LATE_ROADS)
async def test_the_whole_table_of_a_group_that_settles(
    lend: Opened, times: int | None, faults: tuple[str, ...]
) -> None:
    async with lend("socket") as house:
        wrong = await joined(house, cases(METHODS, (times,), faults))

    assert wrong == {}
