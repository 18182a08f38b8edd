"""Lists: nothing that is long is dropped without being counted."""

import pytest

from bot.slack.kit.blocks import Message
from bot.slack.kit.lists import ROOM, row, rows
from tests.unit.bot.slack import reading


def words(lines: list[str], count: int | None = None) -> str:
    return reading.words(Message(text="A list", blocks=rows(lines, count=count)))


@pytest.mark.parametrize("count", [1, 2, 7, 200, 5000])
@pytest.mark.parametrize("separator", [", ", "\n"])
def test_c20_what_finds_no_room_in_a_row_is_counted(count: int, separator: str) -> None:
    parts = [f"group {number}" for number in range(count)]

    shown = row(parts, 300, separator=separator)

    kept, _, rest = shown.partition("… and ")
    assert len(shown) <= 300
    named = kept.strip().split(separator)
    assert named == parts[: len(named)]
    assert len(named) + int(rest.removesuffix(" more") or 0) == count


def test_the_first_parts_of_a_row_stand_for_all() -> None:
    assert row(["Ann", "Bob"], 300, count=2) == "Ann, Bob"
    assert row(["Ann", "Bob"], 300, count=5000) == "Ann, Bob … and 4998 more"
    shown = row([f"tester {number}" for number in range(100)], 300, count=5000)
    kept, _, rest = shown.partition(" … and ")
    assert len(kept.split(", ")) + int(rest.removesuffix(" more")) == 5000


def test_a_row_holds_at_least_its_first_part() -> None:
    assert row(["a" * 400, "b"], 300) == "a" * 400 + " … and 1 more"
    assert row([]) == ""


def test_c20_a_line_that_is_longer_than_the_list_is_cut_and_those_below_are_listed() -> None:
    shown = words(["first " + "x" * 2 * ROOM, "second"])

    assert "• first xxx" in shown
    assert "• second" in shown
    assert "more" not in shown


def test_what_finds_no_room_in_a_list_is_counted() -> None:
    shown = words([f"line {number} {'x' * 90}" for number in range(400)], count=1000)

    kept = shown.count("• line")
    assert 50 < kept < 400
    assert f"… and {1000 - kept} more." in shown
