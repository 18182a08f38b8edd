"""Tasks that somebody holds."""

import asyncio

import pytest

from bot.slack.line.tasks import Tasks


async def test_a_failure_is_logged_by_name_and_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tasks = Tasks()

    async def fail() -> None:
        raise ValueError("xoxb-secret")

    tasks.start(fail(), name="the work")
    await tasks.settle()

    assert [record.message for record in caplog.records] == ["the work failed: ValueError."]


async def test_what_runs_is_given_time_and_then_stopped() -> None:
    tasks, ended = Tasks(), list[str]()

    async def quick() -> None:
        await asyncio.sleep(0.01)
        ended.append("quick")

    async def endless() -> None:
        await asyncio.sleep(1000)
        ended.append("endless")

    tasks.start(quick(), name="quick")
    tasks.start(endless(), name="endless")
    await tasks.close(patience=0.1)

    assert ended == ["quick"]


async def test_settling_waits_for_work_that_work_began() -> None:
    tasks, ended = Tasks(), list[str]()

    async def second() -> None:
        await asyncio.sleep(0.01)
        ended.append("second")

    async def first() -> None:
        await asyncio.sleep(0.01)
        tasks.start(second(), name="second")

    tasks.start(first(), name="first")
    await tasks.settle()

    assert ended == ["second"]
