"""Our messages in a Slack that misbehaves: once, in order, and in a form that it takes."""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

import pytest
from aiohttp import ClientTimeout

from bot.sandbox.faults import Fault
from bot.sandbox.slack.server import SandboxSlack
from bot.sandbox.slack.workspace import Workspace as People
from bot.slack import workspace as parts
from bot.slack.features.distribution import views
from bot.slack.kit.blocks import Message as Card
from bot.slack.kit.blocks import section
from bot.slack.kit.payloads import Asker
from bot.slack.line import client, pace, postings
from bot.slack.line.postings import ChannelRefused, Spot
from bot.slack.workspace import Workspace
from provisioning.errors import TellerFailed, TellerUnreachable
from storage.catalog import postings as rows
from storage.catalog.database import Database
from tests.integration.slack.house import QA


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A workspace without a house."""

    slack: SandboxSlack
    workspace: Workspace

    @property
    def people(self) -> People:
        return self.slack.workspace


@pytest.fixture
async def desk(sqlite_url: str) -> AsyncGenerator[Desk]:
    database = Database(sqlite_url)
    async with SandboxSlack.serve() as slack, client.open_session() as session:
        ways = client.clients(session, token=slack.bot_token, base_url=slack.api_url)
        yield Desk(slack=slack, workspace=parts.workspace(ways, database))
        assert slack.violations == []
    await database.close()


def spot(desk: Desk) -> Spot:
    return Spot(channel_id=desk.people.channel(QA).id)


async def draw(desk: Desk, key: str, text: str) -> None:
    async def render() -> Card:
        return Card(text=text, blocks=(section(text),))

    await desk.workspace.postings.draw(key, spot(desk), render)


def said(desk: Desk) -> list[str]:
    return [message.text for message in desk.people.by_bot(QA)]


def queued(desk: Desk) -> int:
    """Return how many wait for their turn in the channel, or have it."""
    lane = desk.workspace.postings._pace._lanes.get(spot(desk).channel_id)
    return lane.waiting if lane is not None else 0


async def test_1_a_rate_limit_is_waited_for_and_the_order_is_kept(desk: Desk) -> None:
    desk.slack.script("chat.postMessage", Fault.rate_limited(1), times=1)

    drawings = []
    for n in range(4):
        drawings.append(asyncio.create_task(draw(desk, f"k{n}", f"message {n}")))
        # Asked for one after the other, while the first must wait.
        while queued(desk) <= n:  # noqa: ASYNC110 - a lane tells nobody who comes
            await asyncio.sleep(0.01)
    await asyncio.gather(*drawings)

    assert said(desk) == [f"message {n}" for n in range(4)]


async def test_2_an_answer_that_was_lost_does_not_make_a_second_message(desk: Desk) -> None:
    desk.slack.script("chat.postMessage", Fault.lost_answer())

    await draw(desk, "k", "once")

    assert said(desk) == ["once"]


async def test_2_a_server_error_and_a_broken_connection_are_tried_again(desk: Desk) -> None:
    desk.slack.script("chat.postMessage", Fault.server_error())
    desk.slack.script("chat.postMessage", Fault.reset())

    await draw(desk, "k", "in the end")

    assert said(desk) == ["in the end"]


SILENCES = {
    "reset": Fault.reset(),
    "lost": Fault.lost_answer(),
    "500": Fault.server_error(500),
    "502 late": Fault.server_error(502).after(),
    "timeout": Fault.timeout(),
    "timeout late": Fault.timeout().after(),
    "internal_error": Fault.error("internal_error"),
    "fatal_error late": Fault.error("fatal_error").after(),
    "limited": Fault.rate_limited(30),
    "nonsense": Fault.nonsense("[]"),
    "nothing said": Fault.nonsense('{"ok": true}'),
    "invalid_auth": Fault.error("invalid_auth"),
}


@pytest.mark.parametrize("times", [1, 3, pytest.param(10, marks=pytest.mark.slow)])
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "conversations.history"])
@pytest.mark.parametrize("fault", SILENCES.values(), ids=SILENCES)
async def test_2_whatever_goes_wrong_a_message_is_there_once_in_the_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: Fault, method: str, times: int
) -> None:
    in_a_hurry(desk, monkeypatch)
    if method == "conversations.history":  # It is asked when it is not known what was posted.
        desk.slack.script("chat.postMessage", Fault.lost_answer())
    desk.slack.script(method, fault, times)

    tries = [await drawn_in_the_end(desk, "k", text) for text in ("first", "second")]

    assert said(desk) == ["second"]
    assert sum(tries) <= 1 + times


async def drawn_in_the_end(desk: Desk, key: str, text: str) -> int:
    """Draw as a road does: again while it may pass; return how often it did not work."""
    for failures in range(30):
        try:
            await draw(desk, key, text)
        except TellerUnreachable:
            continue
        return failures
    raise AssertionError("It never worked.")


def in_a_hurry(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every pause of the line short."""
    monkeypatch.setattr(postings, "LOOK_AGAIN", 0.01)
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.01)
    patience = client.Persistence(seconds=0.05, repeats=True)
    for way in (desk.workspace.clients.patient, desk.workspace.clients.careful):
        assert isinstance(way, client.Client)
        way._patience = replace(patience, repeats=way._patience.repeats)
    desk.workspace.clients.session._timeout = ClientTimeout(total=0.15)


async def test_2_while_the_channel_cannot_be_looked_through_nothing_is_posted_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_a_hurry(desk, monkeypatch)
    desk.slack.script("chat.postMessage", Fault.lost_answer())
    desk.slack.script("conversations.history", Fault.server_error(), times=99)

    for _ in range(3):
        with pytest.raises(TellerUnreachable):
            await draw(desk, "k", "once")
    desk.slack.faults.clear()
    await draw(desk, "k", "once")

    assert said(desk) == ["once"]


async def test_9_a_channel_that_refuses_says_which_and_why_and_can_be_read_back(
    desk: Desk,
) -> None:
    desk.slack.script("chat.postMessage", Fault.error("is_archived"))

    with pytest.raises(ChannelRefused) as caught:
        await draw(desk, "k", "never")

    refused = type(caught.value)(str(caught.value), code=caught.value.code, **caught.value.data)
    assert (refused.channel_id, refused.reason) == (
        spot(desk).channel_id,
        "the channel is archived",
    )
    assert (refused.code, refused.data["slack"]) == ("is_archived", "is_archived")
    assert not refused.transient


async def test_12_a_refusal_that_will_not_pass_keeps_slacks_word(desk: Desk) -> None:
    desk.slack.script("chat.postMessage", Fault.error("as_user_not_supported"))

    with pytest.raises(TellerFailed, match="as_user_not_supported") as caught:
        await draw(desk, "k", "never")

    assert not caught.value.transient
    assert caught.value.data["slack"] == "as_user_not_supported"


async def test_2_an_edit_whose_answer_was_lost_is_repeated(desk: Desk) -> None:
    await draw(desk, "k", "before")
    desk.slack.script("chat.update", Fault.lost_answer())

    await draw(desk, "k", "after")

    assert said(desk) == ["after"]


async def test_2_a_crash_between_post_and_record_finds_the_message_again(desk: Desk) -> None:
    await draw(desk, "k", "before")
    async with desk.workspace.database.writing() as session:
        await rows.lost(session, "k")
    assert await desk.workspace.postings.where("k") is None

    await draw(desk, "k", "after")

    assert said(desk) == ["after"]


async def test_2_without_the_scope_to_look_it_is_posted_again(desk: Desk) -> None:
    desk.slack.state.app.scopes -= {"channels:history", "groups:history"}
    desk.workspace.whoami.forget()
    desk.slack.script("chat.postMessage", Fault.lost_answer())

    await draw(desk, "k", "better twice than never")

    assert said(desk) == ["better twice than never"] * 2


async def test_8_a_form_closed_while_its_people_are_counted_is_no_trouble(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    form = desk.workspace.doorman
    assert await form.change("V0UNKNOWN", views.pick()) is False
    assert [r for r in caplog.records if r.levelname == "ERROR"] == []


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_11_a_message_that_cannot_be_edited_is_posted_again(desk: Desk, code: str) -> None:
    await draw(desk, "k", "first")
    desk.slack.script("chat.update", Fault.error(code))

    await draw(desk, "k", "second")
    await draw(desk, "k", "third")

    assert said(desk) == ["first", "third"]


@pytest.mark.parametrize(
    "code", ["msg_blocks_too_long", "msg_too_long", "invalid_blocks", "invalid_blocks_format"]
)
async def test_12_a_refused_message_is_sent_in_a_simpler_form(
    desk: Desk, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk.slack.script("chat.postMessage", Fault.error(code), times=2)

    await draw(desk, "k", "hello")

    assert said(desk) == ["hello"]
    assert any("a simpler one is sent" in record.message for record in caplog.records)


async def test_12_what_found_no_room_follows_in_the_thread(desk: Desk) -> None:
    desk.slack.script("chat.postMessage", Fault.error("msg_blocks_too_long"))

    async def render() -> Card:
        blocks = tuple(section(f"{n} " + "word " * 550) for n in range(5))
        return Card(text="long", blocks=blocks)

    await desk.workspace.postings.draw("k", spot(desk), render)

    first, *rest = desk.people.by_bot(QA)
    assert not first.is_reply
    assert rest
    assert {message.thread_ts for message in rest} == {first.ts}


async def test_13_metadata_that_slack_refuses_is_left_out(desk: Desk) -> None:
    desk.slack.script("chat.postMessage", Fault.error("metadata_too_large"))

    await draw(desk, "k", "hello")

    assert [message.metadata for message in desk.people.by_bot(QA)] == [None]


async def test_27_a_dead_token_turns_the_health_red_and_stops_the_hammering(desk: Desk) -> None:
    await draw(desk, "k0", "well")
    desk.slack.state.app.token_error = "invalid_auth"
    workspace = desk.workspace
    for n in range(1, 6):
        with pytest.raises(Exception, match=r"invalid_auth|admin has to look"):
            await draw(desk, f"k{n}", "never")

    refused = [c for c in desk.slack.calls_of("chat.postMessage") if c.error == "invalid_auth"]
    assert workspace.standing.trouble == "Slack does not accept the bot token."
    assert len(refused) == 1
    desk.slack.state.app.token_error = None


async def test_35_where_no_ephemeral_message_can_be_put_a_direct_one_is_sent(desk: Desk) -> None:
    elsewhere = desk.people.add_channel("elsewhere", "Ann", "Bob", is_private=True)
    asker = Asker(
        user_id=desk.people.person("Bob").id,
        team_id=desk.slack.team_id,
        channel_id=elsewhere.id,
    )

    assert await desk.workspace.voice.whisper(asker, Card(text="psst"))

    assert [message.text for message in desk.people.dms("Bob")] == ["psst"]


async def test_35_a_response_url_of_a_strangers_server_is_never_used(desk: Desk) -> None:
    asker = Asker(
        user_id=desk.people.person("Bob").id,
        team_id="T",
        response_url="http://127.0.0.1:9/response/T/x",
    )

    assert await desk.workspace.voice.whisper(asker, Card(text="psst"))

    assert [message.text for message in desk.people.dms("Bob")] == ["psst"]


async def test_39_edits_of_one_message_keep_apart_and_the_last_state_is_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "EDIT_PAUSE", 0.3)
    shown = 0

    async def render() -> Card:
        return Card(text=f"{shown}", blocks=(section(f"{shown}"),))

    for shown in range(30):
        await desk.workspace.postings.draw("k", spot(desk), render, progress=shown not in {0, 29})
        await asyncio.sleep(0.02)

    edits = [call.at for call in desk.slack.calls_of("chat.update")]
    gaps = [later - earlier for earlier, later in itertools.pairwise(edits[:-1])]
    assert said(desk) == ["29"]
    assert all(gap >= 0.28 for gap in gaps)
