"""`/files/…`: the bytes, for who shows a token that may read them."""

import asyncio
import contextlib

from aiohttp import web

from bot.sandbox.faults import FaultKind, Script
from bot.sandbox.slack.deeds.filing import bot_sees
from bot.sandbox.slack.files import StoredFile
from bot.sandbox.slack.state import State

#: Under this name a test scripts faults of downloads.
DOWNLOAD = "files.download"

SIGN_IN = """<!DOCTYPE html>
<html lang="en-US"><head><title>Sign in | Slack</title></head>
<body><h1>Sign in to your workspace</h1><form action="/" method="post"></form></body></html>
"""


class Downloads:
    """Hands out files as Slack does, misbehaving where a file's quirks say so."""

    def __init__(self, state: State, script: Script) -> None:
        self._state = state
        self._script = script

    async def serve(self, request: web.Request) -> web.StreamResponse:
        fault = self._script.take(DOWNLOAD, {"file": request.match_info["file"]})
        if fault is not None and fault.kind is FaultKind.DELAY:
            await asyncio.sleep(fault.seconds)
        elif fault is not None:
            return await self._script.spoil(request, fault)
        file = self._state.files.get(request.match_info["file"])
        if not self._may_read(request) or (file is not None and file.quirks.shows_sign_in):
            return web.Response(text=SIGN_IN, content_type="text/html")
        if file is None or file.is_deleted or not bot_sees(self._state, file):
            raise web.HTTPNotFound(text="File not found.")
        if file.quirks.redirect_to is not None:
            raise web.HTTPFound(file.quirks.redirect_to)
        if file.path is None:
            raise web.HTTPNotFound(text="File not found.")
        return await send(request, file)

    def _may_read(self, request: web.Request) -> bool:
        app = self._state.app
        is_token = request.headers.get("Authorization") == f"Bearer {app.bot_token}"
        return is_token and app.token_error is None and "files:read" in app.scopes


async def send(request: web.Request, file: StoredFile) -> web.StreamResponse:
    """Send the bytes of a file that has some."""
    if file.path is None:
        raise web.HTTPNotFound(text="File not found.")
    headers = {
        "Content-Type": file.mimetype,
        "Content-Disposition": "attachment",
        "X-Content-Type-Options": "nosniff",
    }
    if not file.quirks.disturbs_download:
        return web.FileResponse(file.path, headers=headers, chunk_size=1 << 20)
    return await _send_badly(request, file, headers)


async def _send_badly(
    request: web.Request, file: StoredFile, headers: dict[str, str]
) -> web.StreamResponse:
    """Promise the whole file, send it slowly, and break off where the quirks say so."""
    response = web.StreamResponse(headers={**headers, "Content-Length": str(file.size)})
    await response.prepare(request)
    left = file.size if file.quirks.cut_at is None else file.quirks.cut_at
    source = await asyncio.to_thread(open, str(file.path), "rb")
    try:
        # The app may give up at any time; then there is nobody left to send to.
        with contextlib.suppress(ConnectionError):
            while left > 0:
                size = min(left, file.quirks.chunk_bytes)
                chunk = await asyncio.to_thread(source.read, size)
                if not chunk:
                    break
                await response.write(chunk)
                left -= len(chunk)
                await asyncio.sleep(file.quirks.pause)
    finally:
        await asyncio.to_thread(source.close)
    if file.quirks.cut_at is not None and request.transport is not None:
        request.transport.close()
    return response
