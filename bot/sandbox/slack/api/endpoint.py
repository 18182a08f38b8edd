"""`/api/<method>`: checks a call as strictly as Slack, does it, and remembers it."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.faults import Fault, FaultKind, Script
from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.api import (
    arguments,
    auth,
    chat,
    conversations,
    files,
    functions,
    reactions,
    users,
    views,
)
from bot.sandbox.slack.api.method import Asked, Method, TokenKind
from bot.sandbox.slack.delivery.sockets import Sockets
from bot.sandbox.slack.errors import Refusal
from bot.sandbox.slack.state import State

METHODS: dict[str, Method] = {
    **auth.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **functions.METHODS,
    **reactions.METHODS,
    **users.METHODS,
    **views.METHODS,
}
#: So many calls are remembered.
KEPT_CALLS = 10_000
#: Pages are no longer than this, so that nobody forgets to ask for the next one.
PAGE_CAP = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One call and how it ended; *arguments* hold no token. *at* is in seconds since 1970."""

    method: str
    arguments: JsonObject
    answer: JsonObject
    at: float

    @property
    def error(self) -> str | None:
        return None if self.answer.get("ok") else str(self.answer.get("error"))


class WebApi:
    """
    Answers the Web API.

    *page_cap* bounds pages; *script* holds the faults that tests wrote; *calls* what was called.
    """

    def __init__(self, state: State, sockets: Sockets, script: Script) -> None:
        self._state = state
        self._sockets = sockets
        self.script = script
        self.page_cap = PAGE_CAP
        self.calls: deque[Called] = deque(maxlen=KEPT_CALLS)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        fault = await self._fault_of(request, name)
        if fault is not None and fault.kind is FaultKind.DELAY:
            await asyncio.sleep(fault.seconds)
            fault = None
        if fault is not None and not fault.late:
            return await self._fail(request, name, fault)
        answer, given = await self._answer(request, name)
        self._remember(name, given, answer)
        if fault is not None:
            return await self.script.spoil(request, fault)
        return web.json_response(answer, headers=self._headers(name))

    async def _fault_of(self, request: web.Request, name: str) -> Fault | None:
        if not self.script.awaits(name):
            return None
        return self.script.take(name, _parsed(await arguments.read(request)))

    async def _fail(self, request: web.Request, name: str, fault: Fault) -> web.StreamResponse:
        given = await arguments.read(request)
        given.pop("token", None)
        said = fault.name if fault.kind is FaultKind.ERROR else fault.kind.value
        self._remember(name, given, {"ok": False, "error": said})
        return await self.script.spoil(request, fault)

    async def _answer(self, request: web.Request, name: str) -> tuple[JsonObject, JsonObject]:
        given: JsonObject = {}
        try:
            given = await arguments.read(request)
            token = _token(request, given)
            return {"ok": True, **await self._run(name, token, given)}, given
        except Refusal as refusal:
            if refusal.is_violation:
                why = "; ".join([refusal.name, *refusal.messages])
                self._state.breach(f"{name}: {why}")
            return self._refused(refusal), given

    async def _run(self, name: str, token: str | None, given: JsonObject) -> JsonObject:
        method = METHODS.get(name)
        if method is None:
            raise Refusal("unknown_method", is_violation=True)
        self._check_token(method, token)
        if method.token is TokenKind.BOT and method.scope is not None:
            self._check_scope(method.scope)
        asked = Asked(
            state=self._state,
            sockets=self._sockets,
            arguments=arguments.check(given, method.required, method.optional),
            page_cap=self.page_cap,
        )
        return await method.run(asked)

    def _check_token(self, method: Method, token: str | None) -> None:
        app = self._state.app
        if token is None:
            raise Refusal("not_authed")
        if token not in {app.bot_token, app.app_token}:
            raise Refusal("invalid_auth")
        if app.token_error is not None:
            raise Refusal(app.token_error)
        right = app.app_token if method.token is TokenKind.APP else app.bot_token
        if token != right:
            raise Refusal("not_allowed_token_type", is_violation=True)

    def _check_scope(self, scope: str) -> None:
        if scope not in self._state.app.scopes:
            raise Refusal("missing_scope", needed=scope)

    def _refused(self, refusal: Refusal) -> JsonObject:
        answer: JsonObject = {"ok": False, "error": refusal.name}
        if refusal.needed is not None:
            answer["needed"] = refusal.needed
            answer["provided"] = ",".join(sorted(self._state.app.scopes))
        if refusal.messages:
            answer["response_metadata"] = {"messages": list(refusal.messages)}
        return answer

    def _headers(self, name: str) -> dict[str, str]:
        method = METHODS.get(name)
        accepted = method.scope if method is not None else None
        headers = {"X-OAuth-Scopes": ",".join(sorted(self._state.app.scopes))}
        return headers if accepted is None else headers | {"X-Accepted-OAuth-Scopes": accepted}

    def _remember(self, name: str, given: JsonObject, answer: JsonObject) -> None:
        called = Called(
            method=name,
            arguments=_parsed(given),
            answer=answer,
            at=self._state.clock.now(),
        )
        self.calls.append(called)
        self._state.changed()


def _token(request: web.Request, given: JsonObject) -> str | None:
    """Take the token out of the header or the arguments."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    sent = given.pop("token", None)
    if kind == "Bearer" and token:
        return token
    return str(sent) if sent is not None else None


def _parsed(given: JsonObject) -> JsonObject:
    """Return the arguments with JSON strings read, so that tests can look into them."""
    read: JsonObject = {}
    for name, value in given.items():
        is_json = isinstance(value, str) and value[:1] in {"[", "{"}
        try:
            read[name] = json.loads(value) if is_json else value
        except json.JSONDecodeError:
            read[name] = value
    return read
