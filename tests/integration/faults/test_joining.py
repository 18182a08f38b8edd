"""Whatever fails while somebody asks to join: each request is shown once, and its end, too."""

import pytest

from provisioning.people import joining
from tests.integration.faults.asking import asked
from tests.integration.faults.cases import FAULTS, cases
from tests.integration.faults.conftest import Opened

#: So many times in a row; None: for as long as a minute.
COUNTS: dict[str, tuple[int | None, ...]] = {"chat.postMessage": (1, 3, None), "chat.update": (3,)}


@pytest.mark.slow
@pytest.mark.parametrize("method", list(COUNTS))
async def test_the_whole_table_of_a_request(
    lend: Opened, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "SHOWN", 100)  # All of them wait at once.
    async with lend("socket") as house:
        wrong = await asked(house, cases(method, COUNTS[method], tuple(FAULTS)))

    assert wrong == {}
