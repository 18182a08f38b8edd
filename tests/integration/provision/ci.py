"""A CI that is asked for new builds over HTTP."""

import hashlib
import hmac
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.integration.provision.world import CI_SECRET


@dataclass
class SandboxCi:
    """Notes what it is asked; `answers` come first, then it takes everything."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0

    @property
    def taken(self) -> dict[str, dict[str, Any]]:
        """What was asked, once for each delivery."""
        return {one["id"]: one for one in self.asked}

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        wanted = hmac.new(CI_SECRET.encode(), body, hashlib.sha256).hexdigest()
        if request.headers.get("X-Slipway-Signature") != f"sha256={wanted}":
            self.refused += 1
            return web.Response(status=401)
        if self.answers:
            return web.Response(status=self.answers.pop(0), text=body.decode())
        self.asked.append(json.loads(body))
        return web.Response(status=202)

    @classmethod
    @asynccontextmanager
    async def serve(cls) -> AsyncGenerator["SandboxCi"]:
        """Listen on a free port until the block ends."""
        own = cls()
        application = web.Application()
        application.router.add_post("/hooks/slipway", own.hear)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            own.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/slipway"
            yield own
        finally:
            await runner.cleanup()
