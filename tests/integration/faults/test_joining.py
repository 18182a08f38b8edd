"""Whatever fails while somebody asks to join: each request is shown once, and its end, too."""

import pytest

from provisioning.people import joining
from tests.integration.faults.asking import asked
from tests.integration.faults.cases import LATE_ROADS, cases
from tests.integration.faults.conftest import Opened

METHODS = ("chat.postMessage", "chat.update")


@pytest.mark.slow
@pytest.mark.parametrize(("times", "faults"), LATE_ROADS)
async def test_the_whole_table_of_a_request(
    lend: Opened, times: int | None, faults: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "SHOWN", 100)  # All of them wait at once.
    async with lend("socket") as house:
        wrong = await asked(house, cases(METHODS, (times,), faults))

    assert wrong == {}
