"""So much is let through in a minute, and nobody is remembered for it."""

from provisioning.devices.enrolment.allowance import Allowance


def test_what_is_left_of_a_minute_is_let_through_and_comes_back_evenly() -> None:
    at = 100.0
    allowance = Allowance(6, clock=lambda: at)

    assert [allowance.take() for _ in range(8)] == [True] * 6 + [False] * 2
    at += 10
    assert [allowance.take() for _ in range(2)] == [True, False]
    at += 9
    assert not allowance.take()
    at += 3600
    assert [allowance.take() for _ in range(8)].count(True) == 6
