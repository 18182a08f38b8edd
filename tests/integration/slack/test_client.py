"""One call to a Slack that misbehaves: what is tried again, for how long, and what leaves."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.faults import Fault
from bot.sandbox.slack.server import SandboxSlack
from bot.slack.kit.codes import TOKEN_DEAD, code_of
from bot.slack.line import client
from bot.slack.line.client import Clients, Nonsense, Persistence

NONSENSE = ("[]", "[1]", '"ok"', "5", "null", "{", "\ufffd", "[" * 100_000, "true", '{"ok": "no"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The ways to a Slack."""

    slack: SandboxSlack
    ways: Clients


@pytest.fixture
async def line(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Line]:
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(client, "TIMEOUT", aiohttp.ClientTimeout(total=0.3))
    monkeypatch.setattr(client, "HURRIED", Persistence(seconds=0.02, repeats=True))
    monkeypatch.setattr(client, "PATIENT", Persistence(seconds=0.5, repeats=True))
    monkeypatch.setattr(client, "CAREFUL", Persistence(seconds=0.5, repeats=False))
    async with SandboxSlack.serve() as slack, client.open_session() as session:
        ways = client.clients(session, token=slack.bot_token, base_url=slack.api_url)
        yield Line(slack=slack, ways=ways)
        assert slack.violations == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault.server_error(500),
        Fault.server_error(502),
        Fault.server_error(503),
        Fault.reset(),
        Fault.lost_answer(),
        Fault.timeout(),
        Fault.rate_limited(0),
        Fault.error("internal_error"),
        Fault.error("fatal_error"),
        Fault.nonsense(),
    ],
    ids=lambda fault: f"{fault.kind}{fault.status}{fault.name}{fault.late}",
)
async def test_2_what_may_be_repeated_is_repeated(line: Line, fault: Fault) -> None:
    line.slack.script("auth.test", fault, times=1)

    assert (await line.ways.patient.auth_test())["ok"]


@pytest.mark.parametrize("answer", NONSENSE, ids=map(str, range(len(NONSENSE))))
async def test_an_answer_that_is_none_of_slacks_is_a_silence(line: Line, answer: str) -> None:
    line.slack.script("conversations.info", Fault.nonsense(answer), times=99)

    with pytest.raises((SlackApiError, aiohttp.ClientError)) as caught:
        await line.ways.hurried.conversations_info(channel="C1")

    assert not isinstance(caught.value, SlackApiError) or code_of(caught.value) == ""
    assert line.ways.standing.out_since is not None


async def test_2_a_post_is_not_repeated_unless_it_certainly_did_nothing(line: Line) -> None:
    channel = line.slack.workspace.channel("#qa").id
    line.slack.script("chat.postMessage", Fault.rate_limited(0), times=2)
    await line.ways.careful.chat_postMessage(channel=channel, text="after a limit")

    for fault in (Fault.server_error().after(), Fault.error("internal_error").after()):
        line.slack.script("chat.postMessage", fault)
        with pytest.raises(SlackApiError):
            await line.ways.careful.chat_postMessage(channel=channel, text=fault.kind)

    said = [message.text for message in line.slack.workspace.messages("#qa")]
    assert said == ["after a limit", "server_error", "error"]


async def test_1_a_long_wait_is_left_to_whoever_has_hours(line: Line) -> None:
    line.slack.script("auth.test", Fault.rate_limited(30), times=99)

    with pytest.raises(SlackApiError):
        async with asyncio.timeout(10):
            await line.ways.patient.auth_test()

    assert len(line.slack.calls_of("auth.test")) == 1


@pytest.mark.parametrize("code", sorted(TOKEN_DEAD))
async def test_a9_one_odd_word_about_the_token_is_looked_into(line: Line, code: str) -> None:
    channel = line.slack.workspace.channel("#qa").id
    line.slack.script("chat.postMessage", Fault.error(code))

    await line.ways.careful.chat_postMessage(channel=channel, text="said all the same")

    assert line.ways.standing.well
    assert len(line.slack.workspace.messages("#qa")) == 1
    assert len(line.slack.calls_of("auth.test")) == 1


async def test_a9_a_token_that_is_taken_and_refused_in_turns_is_no_dead_one(line: Line) -> None:
    line.slack.script("conversations.info", Fault.error("invalid_auth"), times=99)

    with pytest.raises(Nonsense):
        await line.ways.hurried.conversations_info(channel="C1")

    assert line.ways.standing.well


async def test_27_a_token_that_is_refused_twice_is_dead_until_slack_takes_it(line: Line) -> None:
    line.slack.state.app.token_error = "invalid_auth"
    with pytest.raises(SlackApiError):
        await line.ways.patient.conversations_info(channel="C1")
    assert line.ways.standing.trouble == TOKEN_DEAD["invalid_auth"]
    assert line.ways.standing.unwell.is_set()

    line.slack.state.app.token_error = None
    await line.ways.patient.auth_test()

    assert line.ways.standing.complaint == ""
    assert not line.ways.standing.unwell.is_set()


async def test_a9_while_the_token_cannot_be_looked_into_it_counts_as_alive(line: Line) -> None:
    line.slack.script("conversations.info", Fault.error("invalid_auth"), times=99)
    line.slack.script("auth.test", Fault.server_error(), times=99)

    with pytest.raises(Nonsense):
        await line.ways.hurried.conversations_info(channel="C1")

    assert line.ways.standing.well
