"""docs/slack.md, tried step by step with a fresh manifest; and each wrong turn that it names."""

import json
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.slack.server import SandboxSlack, Setup
from tests.integration.slack.house import BUILDS, manifest
from tests.integration.test_serving import Served, serving

DOCS = Path(__file__).parents[2] / "docs" / "slack.md"
UP = "Slipway is up"


async def ended(served: Served) -> str:
    """Return what is read where `serve` ends by itself."""
    assert await served.ended() != 0
    assert UP not in served.said
    return served.said


async def log(served: Served) -> str:
    """Return what the log says of the start."""
    return await served.says(UP)


async def notes(served: Served) -> str:
    """Return the notes of `/healthz`."""
    await served.says(UP)
    address = f"http://127.0.0.1:{port_of(served)}/healthz"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return " ".join((await answer.json())["notes"])


async def notes_after_a_verification(served: Served) -> str:
    """Return the notes after Slack, which signs with another secret, tried to verify the URL."""
    await served.says(UP)
    headers = {
        "X-Slack-Request-Timestamp": str(int(time.time())),
        "X-Slack-Signature": "v0=" + "0" * 64,
        "Content-Type": "application/json",
    }
    body = json.dumps({"type": "url_verification", "challenge": "x"})
    address = f"http://127.0.0.1:{port_of(served)}/slack/events"
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, data=body, headers=headers) as answer,
    ):
        assert answer.status == 401
    return await notes(served)


def port_of(served: Served) -> str:
    found = re.search(r"port (\d+)", served.said)
    assert found is not None
    return found[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """
    A wrong turn.

    *change* takes the workspace and the environment of the right way, and returns what becomes of
    the environment; *read* returns what the person reads.
    """

    change: Callable[[SandboxSlack, dict[str, str]], dict[str, str]]
    read: Callable[[Served], Awaitable[str]] = ended
    withheld: frozenset[str] = field(default_factory=frozenset)


def other(**changes: str) -> Callable[[SandboxSlack, dict[str, str]], dict[str, str]]:
    return lambda _slack, right: {**right, **changes}


def switch_off(slack: SandboxSlack, right: dict[str, str]) -> dict[str, str]:
    slack.state.app.is_link_disabled = True
    return right


def swap(_slack: SandboxSlack, right: dict[str, str]) -> dict[str, str]:
    return {
        **right,
        "SLIPWAY_SLACK_BOT_TOKEN": right["SLIPWAY_SLACK_APP_TOKEN"],
        "SLIPWAY_SLACK_APP_TOKEN": right["SLIPWAY_SLACK_BOT_TOKEN"],
    }


def forget(name: str) -> Callable[[SandboxSlack, dict[str, str]], dict[str, str]]:
    return lambda _slack, right: {key: value for key, value in right.items() if key != name}


#: By the first words of its row in docs/slack.md. The doctor's own are in its table of ills.
TURNS: dict[str, Turn] = {
    "a token is missing": Turn(change=other(SLIPWAY_SLACK_BOT_TOKEN="")),
    "the two tokens are swapped": Turn(change=swap),
    "the token of a person": Turn(change=other(SLIPWAY_SLACK_BOT_TOKEN="xoxp-1-2")),
    "the bot token is of another app": Turn(change=other(SLIPWAY_SLACK_BOT_TOKEN="xoxb-1-2")),
    "the app-level token is wrong": Turn(change=other(SLIPWAY_SLACK_APP_TOKEN="xapp-1-2")),
    "Socket Mode is off": Turn(change=switch_off),
    "a scope is missing": Turn(change=other(), read=log, withheld=frozenset({"files:read"})),
    "nobody is an admin": Turn(change=forget("SLIPWAY_ADMINS"), read=log),
    "HTTP: the Request URL": Turn(change=other(SLIPWAY_SLACK_MODE="http"), read=notes),
    "HTTP: the signing secret": Turn(
        change=other(SLIPWAY_SLACK_MODE="http"), read=notes_after_a_verification
    ),
}
OF_THE_DOCTOR = {"Slipway is in no channel"}


@asynccontextmanager
async def workspace(folder: Path, withheld: frozenset[str]) -> AsyncGenerator[SandboxSlack]:
    setup = Setup(manifest=manifest(), withheld_scopes=withheld)
    async with SandboxSlack.serve(data_dir=folder / "slack", setup=setup) as slack:
        yield slack


def right_way(slack: SandboxSlack) -> dict[str, str]:
    """Return the environment after the steps of docs/slack.md."""
    return {
        "SLIPWAY_SLACK_BOT_TOKEN": slack.bot_token,
        "SLIPWAY_SLACK_APP_TOKEN": slack.app_token,
        "SLIPWAY_SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLIPWAY_ADMINS": slack.workspace.person("Ann").id,
    }


def documented() -> dict[str, str]:
    """Return what docs/slack.md says that each wrong turn is told by."""
    section = DOCS.read_text().partition("## If it does not work")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:2] == "| "]
    return {row[0]: row[2] for row in rows[1:]}


def test_d1_every_documented_wrong_turn_is_tried() -> None:
    tried = [*TURNS, *OF_THE_DOCTOR]

    assert [turn for turn in documented() if not turn.startswith(tuple(tried))] == []
    assert len(documented()) == len(tried)


async def test_d1_the_documented_steps_lead_to_a_bot_that_answers(tmp_path: Path) -> None:
    async with (
        workspace(tmp_path, frozenset()) as slack,
        serving(tmp_path / "data", slack.api_url, **right_way(slack)) as served,
    ):
        await served.says(UP)
        await slack.connected(within=60)
        await slack.workspace.person("Ann").command(BUILDS, "/release", "help")
        await slack.workspace.eventually(lambda: slack.workspace.ephemerals("Ann"))
        said = slack.workspace.ephemerals("Ann")[-1].said()

    assert "*doctor*" in said
    assert "lacks the scope" not in served.said


@pytest.mark.slow
@pytest.mark.parametrize("name", TURNS)
async def test_d1_a_wrong_turn_is_told_in_the_documented_words(tmp_path: Path, name: str) -> None:
    turn = TURNS[name]
    words = next(words for row, words in documented().items() if row.startswith(name))
    async with workspace(tmp_path, turn.withheld) as slack:
        environment = turn.change(slack, right_way(slack))
        async with serving(tmp_path / "data", slack.api_url, **environment) as served:
            said = await turn.read(served)

    assert words in said
    assert "Traceback" not in served.said
    assert not re.search(r"xox[bp]-\w|xapp-\w", served.said)
