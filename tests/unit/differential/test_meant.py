"""Every difference that is meant still occurs, and is explained by its own name only."""

import pytest

from tests.unit.differential.meant import MEANT, names


@pytest.mark.parametrize("name", MEANT)
def test_a_difference_that_is_meant_still_occurs(name: str) -> None:
    found = list(MEANT[name].specimen())

    assert found
    assert [names(one) for one in found] == [[name]] * len(found)


def test_every_reason_is_a_sentence() -> None:
    assert all(one.reason[0].isupper() and one.reason.endswith(".") for one in MEANT.values())
