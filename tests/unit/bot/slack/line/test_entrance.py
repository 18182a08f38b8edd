"""What the entrance of HTTP mode says of itself, and who can change that."""

import asyncio
import time

import pytest
from aiohttp import StreamReader
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from bot.slack.line import http
from bot.slack.line.http import NOT_SIGNED, NOTHING_YET, Entrance
from bot.slack.line.signature import SIGNATURE_HEADER, STAMP_HEADER

SECRET = "the signing secret of this app"


@pytest.fixture
def entrance() -> Entrance:
    return Entrance(AsyncApp(token="xoxb-1"), SECRET)


async def knock(entrance: Entrance, *, secret: str = SECRET, signature: str = "") -> int:
    """Send an empty object, signed with *secret* or as is said, and return the status."""
    stamp = str(int(time.time()))
    made = SignatureVerifier(secret).generate_signature(timestamp=stamp, body="{}")
    headers = {STAMP_HEADER: stamp, SIGNATURE_HEADER: signature or str(made)}
    body = StreamReader(BaseProtocol(asyncio.get_running_loop()), 2**16)
    body.feed_data(b"{}")
    body.feed_eof()
    answer = await entrance.admit(make_mocked_request("POST", "/", headers, payload=body))
    return 200 if answer is None else answer.status


async def test_strangers_add_a_hint_for_a_while_and_take_nothing_away(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert entrance.note == NOTHING_YET
    assert await knock(entrance, secret="another") == 401
    assert entrance.note == f"{NOTHING_YET} {NOT_SIGNED}"

    monkeypatch.setattr(http, "A_MOMENT", -1.0)
    assert entrance.note == NOTHING_YET


@pytest.mark.parametrize("signature", ["v0=", "v0=00", "x", "v0=" + "G" * 64, "v1=" + "0" * 64])
async def test_what_does_not_even_look_like_slack_s_is_no_hint(
    entrance: Entrance, signature: str
) -> None:
    assert await knock(entrance, signature=signature) == 401
    assert entrance.note == NOTHING_YET


async def test_once_slack_was_let_in_nobody_changes_the_note(entrance: Entrance) -> None:
    assert await knock(entrance) == 200
    assert await knock(entrance, secret="another") == 401
    assert entrance.note == ""
