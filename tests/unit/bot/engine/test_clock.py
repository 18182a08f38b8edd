"""The clock calls what it was told to call, and stops when it is told to stop."""

import asyncio
from collections.abc import Callable
from functools import partial

import pytest

from bot.engine.clock import Clock


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not met():  # noqa: ASYNC110 - the test looks from outside
            await asyncio.sleep(0.005)


async def test_an_act_is_called_again_and_again() -> None:
    calls: list[str] = []

    async def call() -> None:
        calls.append("call")

    clock = Clock()
    clock.every(0.02, "call", call)
    async with clock.running():
        await until(lambda: len(calls) >= 3)
    count = len(calls)
    await asyncio.sleep(0.1)

    assert len(calls) == count


async def test_an_act_may_be_called_at_the_start_too() -> None:
    calls: list[str] = []

    async def call(name: str) -> None:
        calls.append(name)

    clock = Clock()
    clock.every(3600, "in an hour", partial(call, "in an hour"))
    clock.every(3600, "at once", partial(call, "at once"), at_start=True)
    async with clock.running():
        await until(lambda: bool(calls))
        await asyncio.sleep(0.05)

    assert calls == ["at once"]


async def test_an_act_that_fails_is_logged_and_called_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    calls: list[str] = []

    async def fail() -> None:
        calls.append("call")
        raise RuntimeError("a broken spring")

    clock = Clock()
    clock.every(0.02, "winding up", fail)
    async with clock.running():
        await until(lambda: len(calls) >= 2)

    assert "The clock's act winding up failed" in caplog.text
    assert "a broken spring" in caplog.text


async def test_a_slow_act_never_runs_beside_itself() -> None:
    running = most = calls = 0

    async def slow() -> None:
        nonlocal running, most, calls
        running, calls = running + 1, calls + 1
        most = max(most, running)
        await asyncio.sleep(0.07)
        running -= 1

    clock = Clock()
    clock.every(0.02, "slow", slow)
    async with clock.running():
        await until(lambda: calls >= 3)

    assert most == 1


async def test_the_end_cancels_what_is_being_done_and_waits_for_it() -> None:
    begun = asyncio.Event()
    ends: list[str] = []

    async def linger() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            ends.append("tidied up")

    clock = Clock()
    clock.every(0.02, "linger", linger)
    async with clock.running():
        await begun.wait()

    assert ends == ["tidied up"]


async def test_two_clocks_one_after_the_other_do_not_know_each_other() -> None:
    for _ in range(2):
        called = asyncio.Event()

        async def call(called: asyncio.Event = called) -> None:
            called.set()

        clock = Clock()
        clock.every(0.02, "call", call)
        async with clock.running():
            await asyncio.wait_for(called.wait(), timeout=30)
