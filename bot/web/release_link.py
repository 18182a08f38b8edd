"""The link to a release: it leads to its card in Slack, where Slack decides who may look."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.web.kit.doors import Access, Door
from storage.errors import NotFound

#: Returns where the card of a release stands in Slack, None where there is none.
Whereabouts = Callable[[str], Awaitable[str | None]]


def release_door(where: Whereabouts) -> Door:
    """Return the door of `/r/<release>`. It says nothing of the release itself."""

    async def handle(request: web.Request) -> web.Response:
        address = await where(request.match_info["release"])
        if address is None:
            raise NotFound
        return web.Response(status=302, headers={"Location": address, "Cache-Control": "no-store"})

    path = "/r/{release:[0-9a-f]{32}}"
    return Door(method="GET", path=path, access=Access.PUBLIC, handler=handle)
