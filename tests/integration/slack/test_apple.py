"""`/release apple`: what admins read of teams at Apple, and the way to the page for secrets."""

import re
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from cryptography.hazmat.primitives.serialization import Encoding

from bot.sandbox.apple.keys import Role
from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.slack.messages import Message
from bot.slack.kit import names
from provisioning.codesign.identity.request import make_request
from storage.records.base import now
from tests.integration.slack.house import BUILDS, House, Plan, Samples, opened
from tests.integration.web.apple_page import filled


@pytest.fixture
async def apple() -> AsyncGenerator[SandboxApple]:
    async with SandboxApple.serve() as apple:
        yield apple
        assert apple.violations == []


@pytest.fixture
async def applied(
    apple: SandboxApple, plan: Plan, tmp_path: Path, sqlite_url: str, samples: Samples
) -> AsyncGenerator[House]:
    """Lend a house that speaks to the sandbox's Apple."""
    trusted = tmp_path / "authorities.pem"
    pems = [one.public_bytes(Encoding.PEM) for one in apple.authorities]
    trusted.write_bytes(b"".join(pems))
    plan = replace(plan, apple_url=apple.url, apple_authorities=trusted)
    async with opened(tmp_path, sqlite_url, samples, plan) as house:
        yield house
        assert house.slack.violations == []


async def asked(house: House, text: str, words: str, person: str = "Ann") -> Message:
    """Type behind `/release`, and wait for the answer that one person alone reads."""
    await house.workspace.person(person).command(BUILDS, "/release", text)
    return await house.whisper_to(person, words)


def path_in(message: Message) -> str:
    found = re.search(r"/apple/[A-Za-z0-9_-]{43}", str(message.blocks))
    assert found is not None
    return found[0]


async def enter(house: House, message: Message, apple: SandboxApple, way: str = "make") -> int:
    """Fill in the page that a message links to."""
    url = f"http://127.0.0.1:{house.port}{path_in(message)}"
    async with (
        ClientSession() as client,
        client.post(url, data=filled(apple.team.key, way)) as answer,
    ):
        return answer.status


async def test_without_a_team_it_teaches_and_a_button_leads_to_a_page_for_one(
    applied: House, apple: SandboxApple
) -> None:
    empty = await asked(applied, "apple", "No team at Apple is connected")
    await applied.ann.click(empty, names.APPLE_CONNECT)
    link = await applied.whisper_to("Ann", "works once")
    status = await enter(applied, link, apple)
    told = await asked(applied, "apple", "It works")

    assert "Team Keys" in empty.said()
    assert "never revokes a certificate" in empty.said()
    assert status == 200
    said = told.said()
    assert f"*{apple.team.name}* · `{apple.team.id}` · key `{apple.team.key.id}`" in said
    assert "0 devices, 1 certificate in force" in said
    assert "calls left this hour" in said
    assert "Signs with Apple Distribution: Harbour Labs (A1B2C3D4E5), until " in said
    assert ":warning:" not in said
    # Nobody else heard of it, and nothing secret went through Slack.
    assert not [one for one in applied.workspace.by_bot(BUILDS) if "apple" in one.said().lower()]
    line = apple.team.key.p8.splitlines()[1]
    assert line not in str(applied.slack.calls)


async def test_what_is_wrong_is_said_with_what_to_do(applied: House, apple: SandboxApple) -> None:
    await enter(applied, await asked(applied, "apple connect", "works once"), apple, "later")
    for _ in range(3):
        apple.team.certificates.issue(make_request("x").csr_pem.decode(), "DISTRIBUTION")

    full = (await asked(applied, "apple", "Apple issues no more")).said()
    apple.team.rules.agreements_missing = True
    terms = (await asked(applied, "apple", "Account Holder")).said()
    apple.team.rules.agreements_missing = False
    small = apple.team.add_key(Role.MARKETING)
    weak = await asked(applied, "apple rotate", "Enter the new key")
    apple.team.revoke_key(apple.team.key.id)
    gone = (await asked(applied, "apple", "was revoked")).said()

    assert full.count("Apple Distribution: Harbour Labs (until") == 3
    assert "Slipway never revokes one" in full
    assert ":no_entry:" in terms
    assert "under Business" in terms
    assert "`/release apple rotate`" in gone
    url = f"http://127.0.0.1:{applied.port}{path_in(weak)}"
    async with ClientSession() as client, client.post(url, data=filled(small)) as answer:
        assert answer.status == 422


async def test_a_team_is_disconnected_after_a_question(applied: House, apple: SandboxApple) -> None:
    none = await asked(applied, "apple disconnect", "No team at Apple is connected")
    await enter(applied, await asked(applied, "apple connect", "works once"), apple, "later")

    question = await asked(applied, "apple disconnect", "Nothing changes at Apple")
    await applied.ann.click(question, names.APPLE_DISCONNECT)
    done = await applied.whisper_to("Ann", "is disconnected")

    assert "`/release apple connect` does that" in none.said()
    [button] = [
        element
        for block in question.blocks
        for element in block.get("elements", [])
        if element.get("action_id") == names.APPLE_DISCONNECT
    ]
    assert "Its key is destroyed here" in button["confirm"]["text"]["text"]
    assert apple.team.key.id in done.said()
    assert await applied.running.house.devices.teams.every() == []


async def test_the_day_of_the_renewal_is_kept_and_told_of_beforehand(
    applied: House, apple: SandboxApple
) -> None:
    await enter(applied, await asked(applied, "apple connect", "works once"), apple)
    soon = (now() + timedelta(days=5)).date().isoformat()

    nothing = await asked(applied, "apple renewal", "Say on which day")
    wrong = await asked(applied, "apple renewal 2027-13-01", "is not one")
    kept = await asked(applied, f"apple renewal {soon}", "renews on")
    told = await asked(applied, "apple", "once a year")

    assert "apple renewal 2027-03-01" in nothing.said()
    assert "write it as 2027-03-01" in wrong.said()
    assert ":white_check_mark:" in kept.said()
    assert ":warning: The membership renews on" in told.said()


@pytest.mark.parametrize("text", ["apple", "apple connect", "apple disconnect"])
async def test_nobody_but_admins_is_told_or_invited(applied: House, text: str) -> None:
    said = (await asked(applied, text, "You may not", "Bob")).said()

    assert "connect teams at Apple" in said
    assert "/apple/" not in said


async def test_a_word_that_is_no_way_is_told(applied: House) -> None:
    said = (await asked(applied, "apple conect", "Did you mean")).said()

    assert "`/release apple connect`" in said


class TestWithoutHttps:
    """Secrets are not asked for on a page that others can read on the way."""

    @pytest.fixture
    def plan(self) -> Plan:
        return Plan(base_url="http://slipway.example.com")

    async def test_there_is_no_link(self, applied: House) -> None:
        said = (await asked(applied, "apple connect", "is not https")).said()

        assert "SLIPWAY_BASE_URL" in said
        assert "/apple/" not in said
