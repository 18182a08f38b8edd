"""The icons on Slack's cards: all of a build that anybody may see who knows the digest."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.web.kit.doors import Access, Door
from storage.blobs.store import BlobStore
from storage.errors import BlobMissing, NotFound

#: A digest never means another picture.
FOREVER = "public, max-age=31536000, immutable"


def icon_door(blobs: BlobStore, is_icon: Callable[[str], Awaitable[bool]]) -> Door:
    """Return the door of `/icons/<sha256>.png`. A blob that is no icon is not found."""

    async def handle(request: web.Request) -> web.Response:
        sha256 = request.match_info["sha256"]
        if not await is_icon(sha256):
            raise NotFound
        try:
            picture = b"".join([chunk async for chunk in blobs.read(sha256)])
        except BlobMissing:
            raise NotFound from None
        # Slack's pages show it, and a browser must not refuse it there as somebody else's.
        headers = {"Cache-Control": FOREVER, "Cross-Origin-Resource-Policy": "cross-origin"}
        return web.Response(body=picture, content_type="image/png", headers=headers)

    path = "/icons/{sha256:[0-9a-f]{64}}.png"
    return Door(method="GET", path=path, access=Access.PUBLIC, handler=handle)
