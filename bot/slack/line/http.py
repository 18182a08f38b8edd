"""HTTP mode: Slack's deliveries as signed POST requests, all to one address."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

#: One address serves events, commands, interactivity and options.
PATH = "/slack/events"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def slack_events(app: AsyncApp) -> Handler:
    """Return the handler of POST /slack/events; Bolt checks the signature before anything else."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    return handle
