"""`/response/…`: response URLs."""

import asyncio
import json

from aiohttp import web

from bot.sandbox.faults import FaultKind, Script
from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.deeds.answers import answer
from bot.sandbox.slack.errors import Refusal
from bot.sandbox.slack.state import State

#: Under this name a test scripts faults of response URLs.
RESPONSE_URL = "response_url"
_GONE = frozenset({"invalid_url", "expired_url", "used_url"})


class Responses:
    """Takes what the app says through a response URL; no token is needed for that."""

    def __init__(self, state: State, script: Script) -> None:
        self._state = state
        self._script = script

    async def serve(self, request: web.Request) -> web.StreamResponse:
        fault = self._script.take(RESPONSE_URL, {"key": request.match_info["key"]})
        if fault is not None and fault.kind is FaultKind.ERROR:
            return web.Response(status=404, text=fault.name)
        if fault is not None and fault.kind is FaultKind.DELAY:
            await asyncio.sleep(fault.seconds)
        elif fault is not None and not fault.late:
            return await self._script.spoil(request, fault)
        try:
            body = await _body(request)
            where = self._state.response_urls.use(request.match_info["key"])
            answer(self._state, where, body)
        except Refusal as refusal:
            return self._refused(refusal)
        if fault is not None and fault.late:
            return await self._script.spoil(request, fault)
        return web.Response(text="ok")

    def _refused(self, refusal: Refusal) -> web.Response:
        if refusal.is_violation:
            why = "; ".join([refusal.name, *refusal.messages])
            self._state.breach(f"A response URL was sent what Slack refuses: {why}")
        body = {
            "ok": False,
            "error": refusal.name,
            "response_metadata": {"messages": list(refusal.messages)},
        }
        return web.json_response(body, status=404 if refusal.name in _GONE else 400)


async def _body(request: web.Request) -> JsonObject:
    try:
        body = json.loads(await request.text())
    except json.JSONDecodeError:
        raise Refusal("invalid_payload", is_violation=True) from None
    if not isinstance(body, dict):
        raise Refusal("invalid_payload", is_violation=True)
    return body
