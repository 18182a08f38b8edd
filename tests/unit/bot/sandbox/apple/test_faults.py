"""What goes wrong on demand: as often as it was written, and nothing else."""

import aiohttp
import pytest

from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.faults import Fault
from bot.sandbox.samples.identities import device_id
from tests.unit.bot.sandbox.apple.client import AppleClient

LOST = {
    "cut": Fault.cut(),
    "cut after": Fault.cut().after(),
    "lost answer": Fault.lost_answer(),
    "reset": Fault.reset(),
    "slow answer": Fault.delay(0.5).after(),
    "timeout": Fault.timeout(),
    "timeout after": Fault.timeout().after(),
}


@pytest.mark.parametrize("name", sorted(LOST))
async def test_an_answer_is_lost_and_the_work_is_done_or_not(
    apple: SandboxApple, client: AppleClient, team: SandboxTeam, name: str
) -> None:
    client.seconds = 0.2
    apple.script("POST devices", LOST[name])

    with pytest.raises((aiohttp.ClientError, TimeoutError)):
        await client.register(device_id(1))

    assert len(team.devices) == LOST[name].late
    (called,) = apple.calls_of("POST devices")
    assert called.status == (201 if LOST[name].late else 0)
    assert called.fault == LOST[name].kind.value
    client.seconds = 5.0
    assert (await client.register(device_id(2))).status == 201


async def test_an_answer_is_wrong(apple: SandboxApple, client: AppleClient) -> None:
    apple.script("GET devices", Fault.rate_limited(7))
    apple.script("GET devices", Fault.rate_limited(0))
    apple.script("GET devices", Fault.server_error(502))
    apple.script("GET devices", Fault.nonsense())
    apple.script("GET devices", Fault.error("STATE_ERROR", status=422, detail="Not now."))
    answers = [await client.get("/devices") for _ in range(6)]

    assert [answer.status for answer in answers] == [429, 429, 502, 200, 422, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert answers[0].code == "RATE_LIMIT_EXCEEDED"
    assert "Retry-After" not in answers[1].headers
    assert answers[2].headers["Content-Type"].startswith("text/html")
    assert (answers[4].code, answers[4].detail) == ("STATE_ERROR", "Not now.")
    assert answers[4].body["errors"][0]["status"] == "422"
    assert answers[5].data == []


async def test_a_fault_is_for_an_operation_a_body_or_everything(
    apple: SandboxApple, client: AppleClient
) -> None:
    apple.script(
        "POST devices",
        Fault.server_error(),
        when=lambda facts: facts["body"]["data"]["attributes"]["name"] == "Carol's",
    )
    assert (await client.register(device_id(1), "Bob's")).status == 201
    assert (await client.register(device_id(2), "Carol's")).status == 503

    apple.script("*", Fault.server_error(500), times=2)
    assert (await client.get("/devices")).status == 500
    assert (await client.get("/profiles")).status == 500
    assert (await client.get("/profiles")).status == 200


async def test_calls_are_remembered_without_the_token(
    apple: SandboxApple, client: AppleClient, team: SandboxTeam
) -> None:
    await client.register(device_id(1))
    await client.register(device_id(1))
    (device,) = team.devices
    await client.patch("devices", device.id, name="Ann's")

    first, second = apple.calls_of("POST devices")
    (third,) = apple.calls_of("PATCH devices/{id}")
    assert [first.status, second.status, third.status] == [201, 409, 200]
    assert second.code == "ENTITY_ERROR"
    assert "already exists" in second.detail
    assert first.body["data"]["attributes"]["udid"] == device_id(1)
    assert first.key_id == team.key.id
    assert "eyJ" not in repr(apple.calls)


def test_an_operation_that_does_not_exist_is_a_mistake(apple: SandboxApple) -> None:
    with pytest.raises(ValueError, match="PATCH profiles"):
        apple.script("PATCH profiles/{id}", Fault.reset())
    with pytest.raises(ValueError, match="POST device"):
        apple.calls_of("POST device")
