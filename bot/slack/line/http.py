"""
HTTP mode: Slack's deliveries as signed POST requests, all to one address.

Whoever knows the address can post anything there. So nothing is read into the bytes, done or
logged before their signature holds; what is signed and makes no sense is refused as such.
"""

import asyncio
import json
import logging
import math
import time
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp

from bot.slack.line.delivery import Senseless, deliver
from bot.slack.line.signature import SlackSignature

logger = logging.getLogger(__name__)

#: One address serves events, commands, interactivity and options.
PATH = "/slack/events"
#: In bytes. The largest that Slack sends is a view of 250 kB, escaped for a form.
LARGEST = 2 * 1024 * 1024
#: Slack gives up on an answer after so many seconds.
READ_WITHIN = 3.0

NOTHING_YET = (
    f"Slack has delivered nothing yet. Enter the address that ends with {PATH} as Request URL "
    "under “Event Subscriptions”, “Interactivity & Shortcuts” and “Slash Commands”, and let Slack "
    "verify it."
)
#: Anybody can send what looks like Slack's, so this says what was seen and no more than that.
NOT_SIGNED = (
    "A moment ago something came there that looks like Slack's and is not signed with "
    "SLIPWAY_SLACK_SIGNING_SECRET. Anybody can send that; but if Slack could not verify the "
    "address, copy the Signing Secret anew from “Basic Information” of the Slack app."
)
#: In seconds: whoever lets Slack verify the address looks here soon afterwards.
A_MOMENT = 600.0

BODY = web.RequestKey("slack_body", bytes)


class Entrance:
    """Lets Slack in by its signature, and hands what it brings to the app."""

    def __init__(self, app: AsyncApp, secret: str) -> None:
        self._app = app
        self._signing = SlackSignature(secret)
        self._let_in = False
        self._turned_away = -math.inf

    @property
    def note(self) -> str:
        """
        Return what is wrong while nothing of Slack's ever came in, empty afterwards.

        What strangers send can add a hint to it, for a while, and never take anything away.
        """
        if self._let_in:
            return ""
        if time.monotonic() - self._turned_away > A_MOMENT:
            return NOTHING_YET
        return f"{NOTHING_YET} {NOT_SIGNED}"

    async def admit(self, request: web.Request) -> web.Response | None:
        """Answer 401, 408 or 413 without a word, or let the request in with its bytes read."""
        if not self._signing.is_timely(request.headers):
            return _silent(401)
        try:
            async with asyncio.timeout(READ_WITHIN):
                body = await _body_of(request)
        except TimeoutError:
            return _silent(408)
        if body is None:
            return _silent(413)
        if not self._signing.covers(request.headers, body):
            if self._signing.is_formed(request.headers):
                self._turned_away = time.monotonic()
            return _silent(401)
        self._let_in = True
        request[BODY] = body
        return None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request that was let in: 400 when Slack cannot have meant it."""
        try:
            body = read(request.content_type, request[BODY])
            answer = await deliver(self._app, body, request.headers)
        except Senseless as mistake:
            logger.warning("A signed request to %s made no sense: %s.", PATH, mistake)
            return _silent(400)
        return await to_aiohttp_response(answer)


def read(content_type: str, raw: bytes) -> dict[str, Any]:
    """Return what a body holds: an event, the payload of a form, or a command. Raise Senseless."""
    if content_type == "application/json":
        return _object(raw)
    if content_type != "application/x-www-form-urlencoded":
        raise Senseless("its content type is none of Slack's")
    try:
        fields = dict(parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict"))
    except ValueError:
        raise Senseless("it is no form") from None
    if "payload" in fields:
        return _object(fields["payload"].encode(errors="surrogatepass"))
    if "command" not in fields and "ssl_check" not in fields:
        raise Senseless("the form holds neither a payload nor a command")
    return fields


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise Senseless("it is no JSON") from None
    if not isinstance(found, dict):
        raise Senseless("it is no JSON object")
    return found


async def _body_of(request: web.Request) -> bytes | None:
    """Return the bytes of a request, None when there are too many."""
    if (request.content_length or 0) > LARGEST:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)


def _silent(status: int) -> web.Response:
    return web.Response(status=status)
