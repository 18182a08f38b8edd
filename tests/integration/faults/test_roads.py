"""Whatever method fails, and however: one card, one announcement, one message a person."""

from pathlib import Path

import pytest

from tests.integration.faults.cases import FAULTS, LOOKING, METHODS, cases
from tests.integration.faults.conftest import Opened
from tests.integration.faults.walking import walked

#: So many times in a row; None: for as long as a minute.
COUNTS: tuple[int | None, ...] = (1, 3, 10, None)


#: What the short run lets fail: what is said, and what is read. The whole table has the others.
SOON = ("chat.postMessage", "files.info")


@pytest.mark.parametrize("transport", ["socket", pytest.param("http", marks=pytest.mark.slow)])
@pytest.mark.parametrize("method", SOON)
async def test_a1_a_method_that_fails_for_a_while_costs_nothing(
    lend: Opened, tmp_path: Path, method: str, transport: str
) -> None:
    faults = ("503", "reset", "reset late", "internal_error")
    async with lend(transport) as house:
        wrong = await walked(house, cases((method,), (3,), faults), tmp_path)

    assert wrong == {}


#: What is looked for fails apart from the rest: it is asked only where an answer was lost.
TOGETHER = {"called": METHODS, "looked for": LOOKING}


# What goes out goes the same way under either transport: the other has its part of it above.
@pytest.mark.slow
@pytest.mark.parametrize("methods", TOGETHER.values(), ids=TOGETHER.keys())
@pytest.mark.parametrize("times", COUNTS)
async def test_a1_the_whole_table(
    lend: Opened, tmp_path: Path, methods: tuple[str, ...], times: int | None
) -> None:
    async with lend("socket") as house:
        wrong = await walked(house, cases(methods, (times,), tuple(FAULTS)), tmp_path)

    assert wrong == {}


#: What is asked on another way for a build in a zip: its end, and then whether its sender may.
OF_A_ZIP = ("files.download", "files.info")


@pytest.mark.slow
async def test_c9_the_whole_table_of_a_build_in_a_zip(lend: Opened, tmp_path: Path) -> None:
    async with lend("socket") as house:
        these = cases(OF_A_ZIP, COUNTS, tuple(FAULTS))
        wrong = await walked(house, these, tmp_path, in_a_zip=True)

    assert wrong == {}
