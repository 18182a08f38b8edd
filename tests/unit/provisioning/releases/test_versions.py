"""Which of two versions is the newer one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from provisioning.releases.versions import has_numbers, is_older, order

#: Each comes before the next.
IN_ORDER = (
    "nightly",
    "0.9",
    "1.0-alpha",
    "1.0-beta",
    "1.0-beta.2",
    "1.0-beta.10",
    "1.0rc1",
    "1.0",
    "1.0.1",
    "1.2",
    "1.10",
    "2",
    "10.0",
    "2026.11.30",
)


@pytest.mark.parametrize(("older", "newer"), list(pairwise(IN_ORDER)))
def test_versions_come_one_after_the_other(older: str, newer: str) -> None:
    assert is_older(older, newer)
    assert not is_older(newer, older)


@pytest.mark.parametrize(
    ("one", "other"),
    [("4.2", "4.2.0"), ("v4.2", "4.2"), ("4.2+77", "4.2"), ("04.2", "4.2"), ("1-RC1", "1-rc1")],
)
def test_some_versions_are_the_same(one: str, other: str) -> None:
    assert order(one) == order(other)


@given(some.text(max_size=200), some.text(max_size=200))
def test_any_two_texts_have_an_order(one: str, other: str) -> None:
    assert is_older(one, other) + is_older(other, one) == (order(one) != order(other))


def test_what_begins_with_no_number_is_no_version() -> None:
    assert [has_numbers(text) for text in ("4.2", "v4", "latest", "")] == [True, True, False, False]
