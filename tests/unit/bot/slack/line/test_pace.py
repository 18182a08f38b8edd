"""How fast we may speak."""

import asyncio
import itertools
import time

import pytest

from bot.slack.line import pace
from bot.slack.line.pace import Edits, Lanes


async def test_a_channel_hears_one_message_at_a_time_in_the_order_they_were_asked_for() -> None:
    lanes, said = Lanes(0.05), list[tuple[int, float]]()

    async def say(number: int) -> None:
        async with lanes.turn("C1"):
            said.append((number, time.monotonic()))

    await asyncio.gather(*(say(number) for number in range(5)))

    assert [number for number, _ in said] == list(range(5))
    assert all(b[1] - a[1] >= 0.045 for a, b in itertools.pairwise(said))


async def test_channels_do_not_wait_for_each_other() -> None:
    lanes = Lanes(60.0)

    async with asyncio.timeout(30):
        for channel in ("C1", "C2", "C3"):
            async with lanes.turn(channel):
                pass


async def test_a_failure_gives_the_turn_on() -> None:
    lanes = Lanes(0.0)
    with pytest.raises(ValueError, match="oops"):
        async with lanes.turn("C1"):
            raise ValueError("oops")

    async with asyncio.timeout(1):
        async with lanes.turn("C1"):
            pass


async def test_quiet_channels_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "REMEMBERED", 10)
    lanes = Lanes(0.0)

    for number in range(50):
        async with lanes.turn(f"C{number}"):
            pass

    assert len(lanes._lanes) <= 11


def test_the_real_pauses_are_slacks() -> None:
    assert pace.PAUSE == 1.0
    assert pace.EDIT_PAUSE == 2.0


async def test_39_mere_progress_waits_two_seconds_after_an_edit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "EDIT_PAUSE", 0.05)
    edits = Edits()
    assert not edits.is_too_soon("k")
    edits.note("k")

    assert edits.is_too_soon("k")
    assert not edits.is_too_soon("other")
    await asyncio.sleep(0.06)
    assert not edits.is_too_soon("k")


async def test_39_what_people_did_shows_at_once_until_there_were_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "EDIT_PAUSE", 0.04)
    edits, begun = Edits(), time.monotonic()
    for _ in range(pace.BURST):
        await edits.breathe("k")
        edits.note("k")
    quickly = time.monotonic() - begun

    await edits.breathe("k")

    assert quickly < 0.04
    assert time.monotonic() - begun >= pace.BURST * 0.04 * 0.95


async def test_edits_of_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "EDIT_PAUSE", 0.001)
    edits = Edits()
    for number in range(20):
        edits.note(f"k{number}")
        await asyncio.sleep(0.001)

    assert len(edits._times) < 10
