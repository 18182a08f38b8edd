"""A reverse proxy of the tests' own, which can be as wrong as real ones are."""

import io
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from enum import StrEnum

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

HOP = {"host", "content-length", "transfer-encoding", "connection"}


class Ill(StrEnum):
    """What is wrong with it."""

    NOTHING = "nothing"
    DOWN = "it does not reach Slipway"
    SENDS_ON = "it sends everybody to a sign-in"
    ASKS = "it asks for a password"
    LEADS_ELSEWHERE = "it leads to another program"
    NO_HEAD = "it refuses HEAD"
    NO_RANGES = "it drops Range"
    SMALL_BODIES = "it takes bodies of 1 MB"


class Proxy:
    """Passes requests on to `upstream`."""

    def __init__(self) -> None:
        self.upstream = ""
        self.ill = Ill.NOTHING
        self._client = aiohttp.ClientSession(auto_decompress=False)

    @asynccontextmanager
    async def listening(self, context: ssl.SSLContext | None) -> AsyncGenerator[int]:
        """Serve, and lend the port."""
        app = web.Application(client_max_size=2**30)
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
            yield int(runner.addresses[0][1])
        finally:
            await runner.cleanup()
            await self._client.close()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        refusal = self._refusal(request)
        return refusal if refusal is not None else await self._passed_on(request)

    def _refusal(self, request: web.Request) -> web.Response | None:
        refusals = {
            Ill.DOWN: web.Response(status=502, text="Bad Gateway"),
            Ill.SENDS_ON: web.Response(
                status=302, headers={"Location": "https://login.example.com/"}
            ),
            Ill.ASKS: web.Response(status=401, headers={"WWW-Authenticate": "Basic"}),
            Ill.LEADS_ELSEWHERE: web.Response(text="<h1>It works!</h1>", content_type="text/html"),
        }
        if self.ill in refusals:
            return refusals[self.ill]
        if self.ill is Ill.NO_HEAD and request.method == "HEAD":
            return web.Response(status=405)
        if self.ill is Ill.SMALL_BODIES and (request.content_length or 0) > 1024**2:
            return web.Response(status=413)
        return None

    async def _passed_on(self, request: web.Request) -> web.StreamResponse:
        headers = CIMultiDict({k: v for k, v in request.headers.items() if k.lower() not in HOP})
        if self.ill is Ill.NO_RANGES:
            headers.popall("Range", None)
        body = io.BytesIO(await request.read()) if request.can_read_body else None
        async with self._client.request(
            request.method, self.upstream + request.raw_path, headers=headers, data=body
        ) as answer:
            content = await answer.read()
            kept = {k: v for k, v in answer.headers.items() if k.lower() not in HOP}
            if request.method == "HEAD":
                kept["Content-Length"] = answer.headers["Content-Length"]
            return web.Response(status=answer.status, headers=kept, body=content)
