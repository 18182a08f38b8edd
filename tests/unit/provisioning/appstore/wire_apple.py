"""
Just enough of App Store Connect to go wrong: entities of any type, and a script of troubles.

It checks the token of each request, keeps what it is given, and knows none of Apple's rules: those
are told to it as refusals. What it was asked stands in `asked`.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from provisioning.appstore.client import AppStore
from provisioning.appstore.wire.backoff import Backoff
from provisioning.appstore.wire.key import AppStoreKey

ISSUER, KEY_ID = "69a6de70-0000-47e3-e053-5b8c7c11a4d1", "2X9R4HXF34"
KEY = ec.generate_private_key(ec.SECP256R1())
P8 = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

#: Tries and no pauses, so that a test about going on takes no time.
AT_ONCE = Backoff(tries=5, first=0.0)

Entity = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong with one request: before anything is done, or after all of it was."""

    status: int = 0
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    after: bool = False
    cut: bool = False

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if not self.status:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if self.cut:
            return await _cut(request, self.status)
        kind = "application/json" if self.body.startswith("{") else "text/html"
        return web.Response(
            status=self.status, text=self.body, headers=self.headers, content_type=kind
        )


def refusing(status: int, code: str, detail: str = "", **more: object) -> Trouble:
    """Return an error object of Apple's as an answer."""
    error = {"id": "E-1", "status": str(status), "code": code, "title": "No.", "detail": detail}
    return Trouble(status, json.dumps({"errors": [error | more]}))


async def _cut(request: web.Request, status: int) -> web.StreamResponse:
    """Promise more than is sent."""
    response = web.StreamResponse(status=status, headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"data": {"type": "devices", "id": "D')
    assert request.transport is not None
    request.transport.close()
    return response


LOST = Trouble()
CUT = Trouble(200, cut=True)
CUT_AFTER = Trouble(201, cut=True, after=True)
LOST_AFTER = Trouble(after=True)
BROKEN = Trouble(500, "{}")
BROKEN_AFTER = Trouble(500, "{}", after=True)
GATEWAY = Trouble(502, "<html>Bad Gateway</html>")
BUSY = refusing(429, "RATE_LIMIT_EXCEEDED")
PAGE = Trouble(200, "<html>Sign in to this network</html>")
PAGE_AFTER = Trouble(201, "<html>thanks</html>", after=True)
NO_PROXY = Trouble(404, "<html>no such host</html>")


class WireApple:
    """One team's entities, by type and id."""

    def __init__(self) -> None:
        self.entities: dict[str, dict[str, Entity]] = {}
        self.asked: list[str] = []
        self.bodies: list[Any] = []
        self.tokens: list[str] = []
        #: Called with what was posted, before it is kept.
        self.fill: Callable[[Entity], None] = lambda _entity: None
        self.page = 200
        self.headers: dict[str, str] = {}
        self.clock = time.time
        self.at_once = 0
        self.most_at_once = 0
        self._troubles: dict[str, deque[Trouble]] = {}
        self._for_ever: dict[str, Trouble] = {}
        self._ids = count(1)

    def plan(self, method: str, troubles: Iterable[Trouble]) -> None:
        """Let the next requests with this method go wrong, one after another."""
        self._troubles[method] = deque(troubles)

    def plan_for_ever(self, method: str, trouble: Trouble) -> None:
        self._for_ever[method] = trouble

    def plant(self, kind: str, attributes: Entity, **more: object) -> str:
        """Keep an entity, and return its id."""
        return str(self._keep({"type": kind, "attributes": attributes} | more)["id"])

    def calls(self, method: str) -> int:
        return sum(line.startswith(f"{method} ") for line in self.asked)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            response = await self._answer(request)
        finally:
            self.at_once -= 1
        for name, value in self.headers.items():
            response.headers[name] = value
        return response

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path_qs}")
        refused = self._refused(request)
        if refused is not None:
            return await refused.answer(request)
        trouble = self._trouble(request.method)
        if trouble is not None and not trouble.after:
            return await trouble.answer(request)
        done = self._do(request, await request.text())
        return done if trouble is None else await trouble.answer(request)

    def _trouble(self, method: str) -> Trouble | None:
        planned = self._troubles.get(method)
        return planned.popleft() if planned else self._for_ever.get(method)

    def _refused(self, request: web.Request) -> Trouble | None:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        self.tokens.append(token)
        claims = jwt.decode(
            *(token, KEY.public_key()),
            algorithms=["ES256"],
            audience="appstoreconnect-v1",
            issuer=ISSUER,
            options={"verify_exp": False, "verify_iat": False},
        )
        assert jwt.get_unverified_header(token) == {"alg": "ES256", "kid": KEY_ID, "typ": "JWT"}
        now = self.clock()
        held = claims["iat"] <= now < claims["exp"] <= now + 20 * 60
        return None if held else refusing(401, "NOT_AUTHORIZED", "Provide a valid token.")

    def _do(self, request: web.Request, text: str) -> web.StreamResponse:
        path = request.rel_url.raw_path.removeprefix("/v1/").split("/")
        if request.method == "POST":
            self.bodies.append(json.loads(text))
            return web.json_response({"data": self._keep(json.loads(text)["data"])}, status=201)
        if len(path) == 3:
            return self._list(request, self.entities[path[0]][path[1]]["lists"][path[2]])
        kind = self.entities.setdefault(path[0], {})
        if len(path) == 1:
            return self._list(request, list(kind.values()))
        if path[1] not in kind:
            error = {"status": "404", "code": "NOT_FOUND", "title": "", "detail": ""}
            return web.json_response({"errors": [error]}, status=404)
        if request.method == "DELETE":
            del kind[path[1]]
            return web.Response(status=204)
        if request.method == "PATCH":
            self.bodies.append(json.loads(text))
            kind[path[1]]["attributes"] |= self.bodies[-1]["data"]["attributes"]
        return web.json_response({"data": kind[path[1]]})

    def _keep(self, entity: Entity) -> Entity:
        entity["id"] = f"{entity['type'][0].upper()}{next(self._ids)}"
        self.fill(entity)
        self.entities.setdefault(entity["type"], {})[entity["id"]] = entity
        return entity

    def _list(self, request: web.Request, found: list[Entity]) -> web.StreamResponse:
        start = int(request.query.get("cursor", 0))
        links = {}
        if start + self.page < len(found):
            links["next"] = str(request.url.update_query(cursor=start + self.page))
        return web.json_response({"data": found[start : start + self.page], "links": links})


def key() -> AppStoreKey:
    return AppStoreKey.read(issuer_id=ISSUER, key_id=KEY_ID, p8=P8)


@asynccontextmanager
async def serving(apple: WireApple) -> AsyncGenerator[str]:
    """Serve it, and yield its address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", apple.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def team_of(apple: WireApple, backoff: Backoff = AT_ONCE) -> AsyncGenerator[AppStore]:
    """Serve it to a client."""
    async with serving(apple) as address:
        team = AppStore(key(), base_url=address, backoff=backoff)
        try:
            yield team
        finally:
            await team.aclose()
