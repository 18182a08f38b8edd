"""A door for the doctor, who asks through the proxy whether downloads and large requests pass."""

import hashlib

from aiohttp import hdrs, web

from bot.web.install.handing import OFFER, Proxy
from bot.web.kit.doors import Access, Door
from bot.web.kit.ranges import NotSatisfiable, wanted

PATH = "/doctor/probe"
#: By this the doctor hears which proxy offered to send packages itself.
OFFERED = "X-Slipway-Offered"
#: What is downloaded: bytes that differ from place to place.
CONTENT = b"".join(hashlib.sha256(bytes([number])).digest() for number in range(256)) * 8
TAG = f'"{hashlib.sha256(CONTENT).hexdigest()}"'
#: In bytes: no more is read of what is sent here.
LARGEST = 4 * 1024 * 1024


def probe_doors() -> list[Door]:
    """Return the doors of the probe; there is nothing behind them that is worth a guard."""
    return [
        Door(method="GET", path=PATH, access=Access.PUBLIC, handler=_give),
        Door(method="POST", path=PATH, access=Access.PUBLIC, handler=_take),
    ]


async def _give(request: web.Request) -> web.Response:
    size = len(CONTENT)
    headers: dict[str, str] = {
        hdrs.ETAG: TAG,
        hdrs.ACCEPT_RANGES: "bytes",
        hdrs.CACHE_CONTROL: "no-store",
    }
    if request.headers.get(OFFER) in list(Proxy):
        headers[OFFERED] = request.headers[OFFER]
    kind = "application/octet-stream"
    try:
        span = wanted(request, size=size, tag=TAG)
    except NotSatisfiable:
        headers[hdrs.CONTENT_RANGE] = f"bytes */{size}"
        return web.Response(status=416, headers=headers)
    if span.part:
        headers[hdrs.CONTENT_RANGE] = span.content_range(size)
    return web.Response(
        body=CONTENT[span.first : span.end],
        status=206 if span.part else 200,
        headers=headers,
        content_type=kind,
    )


async def _take(request: web.Request) -> web.Response:
    received = 0
    async for piece in request.content.iter_chunked(65536):
        received += len(piece)
        if received > LARGEST:
            raise web.HTTPRequestEntityTooLarge(max_size=LARGEST, actual_size=received)
    return web.json_response({"received": received})
