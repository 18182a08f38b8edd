"""The web: every door of the house that is reached by HTTP."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.house import House
from bot.slack.line import http
from bot.slack.line.socket import Socket
from bot.slack.workspace import Workspace
from bot.web.app import WebParts, make_runner, make_web
from bot.web.health import Check, blobs_answer, database_answers
from bot.web.icons import icon_door
from bot.web.kit.doors import Access, Door
from bot.wiring.ground import Ground

logger = logging.getLogger(__name__)


def slack_doors(app: AsyncApp, socket: Socket | None) -> list[Door]:
    """Return the door of Slack's deliveries, which is there in HTTP mode only."""
    if socket is not None:
        return []
    handler = http.slack_events(app)
    return [Door(method="POST", path=http.PATH, access=Access.SLACK, handler=handler)]


def alive(slack: Workspace, socket: Socket | None) -> dict[str, Check]:
    """Return what only a restart or an admin can mend."""

    async def standing() -> str:
        return slack.standing.trouble or ""

    async def connected() -> str:
        assert socket is not None
        return "" if await socket.is_connected() else "The socket to Slack is not connected."

    checks: dict[str, Check] = {"slack": standing}
    if socket is not None:
        checks["socket"] = connected
    return checks


def answers(act: Callable[[], Awaitable[object]]) -> Check:
    async def ask() -> str:
        await act()
        return ""

    return ask


@asynccontextmanager
async def serving(
    ground: Ground, house: House, *, doors: list[Door], alive: dict[str, Check], engine: Check
) -> AsyncGenerator[int]:
    """Serve the web and yield the port that was really taken."""
    app = make_web(
        WebParts(
            grants=house.installing.grants,
            receipts=house.installing.receipts,
            blobs=ground.blobs,
            links=ground.links,
            alive=alive,
            ready={
                "database": database_answers(ground.database),
                "blobs": blobs_answer(ground.blobs),
                "engine": engine,
            },
            doors=[icon_door(ground.blobs, house.releases.cards.is_icon), *doors],
        )
    )
    runner = make_runner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, ground.settings.host, ground.settings.port).start()
        port = int(runner.addresses[0][1])
        logger.info("Listening on %s, port %s.", ground.settings.host, port)
        yield port
    finally:
        await runner.cleanup()
