"""Pauses between tries: growing, capped, and never a wait for nothing."""

import pytest

from provisioning.appstore.wire.backoff import Backoff


@pytest.mark.parametrize("_", range(5))
def test_pauses_grow_up_to_the_longest_and_end_with_none(_: int) -> None:
    *pauses, last = Backoff(tries=6, first=1.0, longest=5.0).pauses()

    assert last == 0
    for pause, whole in zip(pauses, (1, 2, 4, 5, 5), strict=True):
        assert whole / 2 <= pause <= whole


def test_nothing_is_begun_anew_when_the_time_is_over() -> None:
    assert len(list(Backoff(tries=9, within=-1.0).pauses())) == 1
