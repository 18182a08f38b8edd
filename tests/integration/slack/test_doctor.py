"""`/release doctor`: what an admin is shown in Slack, and nobody else."""

import aiohttp
import pytest

from bot.slack.line.health import REINSTALL
from tests.integration.slack.house import BUILDS, House, Plan


@pytest.fixture
def plan() -> Plan:
    return Plan(withheld=frozenset({"users:read.email"}))


async def test_d2_an_admin_sees_in_slack_what_is_wrong_and_what_to_do(house: House) -> None:
    await house.ann.command(BUILDS, "/release", "doctor")
    said = (await house.whisper_to("Ann", "broken", within=30)).said()

    assert "*public address*: SLIPWAY_BASE_URL is http://127.0.0.1:1; iPhones install" in said
    assert "Put a proxy with a trusted certificate in front" in said
    assert "*scopes*: The Slack app lacks users:read.email." in said
    assert "*backups*: Nothing says where the backups are." in said
    assert "Well: " in said
    assert "Not looked at: " in said


async def test_d2_nobody_else_is_shown_the_installation(house: House) -> None:
    await house.bob.command(BUILDS, "/release", "doctor")
    said = (await house.whisper_to("Bob", "You may not")).said()

    assert "examine this installation" in said
    assert "SLIPWAY" not in said


async def test_d1_a_scope_that_was_not_granted_is_named_at_the_start_and_by_healthz(
    house: House,
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{house.port}/healthz") as answer,
    ):
        said = await answer.json()

    # The rest works, and a restart would not help.
    assert answer.status == 200
    assert said["notes"] == [f"The Slack app lacks the scope users:read.email. {REINSTALL}"]
    assert len(said["installation"]) == 16
