"""A real Bolt app, joined to the workspace by Socket Mode or by HTTP."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SandboxSlack


def make_app(slack: SandboxSlack, session: ClientSession) -> AsyncApp:
    """Return an app that speaks to the workspace and to nothing else."""
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)
    return AsyncApp(client=client, signing_secret=slack.signing_secret)


@asynccontextmanager
async def socket_mode(slack: SandboxSlack, app: AsyncApp) -> AsyncGenerator[AsyncSocketModeHandler]:
    """Join *app* by Socket Mode until the block ends."""
    client = AsyncWebClient(token=slack.app_token, base_url=slack.api_url)
    handler = AsyncSocketModeHandler(app, slack.app_token, web_client=client)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    await slack.connected()
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped


@asynccontextmanager
async def http_mode(slack: SandboxSlack, app: AsyncApp) -> AsyncGenerator[str]:
    """Join *app* by its own HTTP server until the block ends; yield its request URL."""

    async def events(request: web.Request) -> web.Response:
        answer = await app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)

    application = web.Application()
    application.add_routes([web.post("/slack/events", events)])
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        slack.use_http(url)
        yield url
    finally:
        await runner.cleanup()
