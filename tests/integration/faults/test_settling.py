"""Whatever method fails while a group settles: who joins is told once, who leaves loses it."""

import pytest

from tests.integration.faults.cases import FAULTS, cases
from tests.integration.faults.conftest import Opened
from tests.integration.faults.joining import joined

#: So many times in a row; None: for as long as a minute. The table of the main road has the others.
COUNTS: tuple[int | None, ...] = (3, None)

#: Who is in a group. That people are told is the road of a distribution, with a table of its own.
METHODS = ("usergroups.users.list", "users.info")


async def test_a_group_settles_whatever_fails_three_times(lend: Opened) -> None:
    async with lend("socket") as house:
        faults = ("503", "reset", "internal_error")
        wrong = await joined(house, cases("usergroups.users.list", (3,), faults))

    assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
async def test_the_whole_table_of_a_group_that_settles(lend: Opened, method: str) -> None:
    async with lend("socket") as house:
        wrong = await joined(house, cases(method, COUNTS, tuple(FAULTS)))

    assert wrong == {}
