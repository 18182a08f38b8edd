"""A key may call so many times in a rolling hour."""

import asyncio

import pytest

from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.faults import Fault
from tests.unit.bot.sandbox.apple.client import AppleClient


async def test_the_hour_is_used_up_and_rolls(
    apple: SandboxApple, client: AppleClient, team: SandboxTeam
) -> None:
    apple.api.allowance.hourly = 3
    left = [(await client.get("/devices")).headers["X-Rate-Limit"] for _ in range(2)]
    apple.clock.advance(1800)
    await client.get("/devices")
    refused = await client.get("/devices")

    assert left == ["user-hour-lim:3;user-hour-rem:2;", "user-hour-lim:3;user-hour-rem:1;"]
    assert (refused.status, refused.code) == (429, "RATE_LIMIT_EXCEEDED")
    assert refused.headers["X-Rate-Limit"].endswith("rem:0;")

    apple.clock.advance(1801)
    again = await client.get("/devices")
    # The first two are an hour old by now, the third is not.
    assert again.headers["X-Rate-Limit"] == "user-hour-lim:3;user-hour-rem:1;"

    client.key = team.add_key()
    assert (await client.get("/devices")).headers["X-Rate-Limit"].endswith("rem:2;")


async def test_calls_at_the_same_time_are_seen_and_may_be_refused(
    apple: SandboxApple, client: AppleClient
) -> None:
    apple.script("GET devices", Fault.delay(0.05), times=3)
    await asyncio.gather(*(client.get("/devices") for _ in range(3)))
    assert max(called.at_once for called in apple.calls) == 3

    apple.api.allowance.at_once = 1
    apple.script("GET devices", Fault.delay(0.05), times=2)
    answers = await asyncio.gather(*(client.get("/devices") for _ in range(2)))

    assert sorted(answer.status for answer in answers) == [200, 429]


async def test_a_call_without_an_answer_is_in_nobodys_way(
    apple: SandboxApple, client: AppleClient
) -> None:
    apple.api.allowance.at_once = 1
    apple.script("GET devices", Fault.timeout())
    client.seconds = 0.2
    with pytest.raises(TimeoutError):
        await client.get("/devices")

    client.seconds = 5.0
    assert (await client.get("/devices")).status == 200
    assert [called.at_once for called in apple.calls] == [1, 1]
