"""A little app that answers in the sandbox's workspace, as any Slack app would."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SandboxSlack
from tests.unit.bot.sandbox.desk import canned
from tests.unit.bot.sandbox.desk.canned import Json

Ack = Callable[..., Awaitable[None]]


def form() -> Json:
    groups, *_, notify = canned.chosen_inputs()
    notes = canned.typed_inputs()[0]
    return {
        "type": "modal",
        "callback_id": "distribute",
        "title": canned.plain("Distribute"),
        "submit": canned.plain("Distribute"),
        "blocks": [groups, notes, notify],
    }


async def on_message(event: Json, client: AsyncWebClient) -> None:
    if event.get("subtype") != "file_share":
        return
    card = [block for block in canned.card("") if block["type"] == "actions"]
    await client.chat_postMessage(
        channel=event["channel"], thread_ts=event["ts"], text="A build", blocks=card
    )


async def on_distribute(ack: Ack, body: Json, client: AsyncWebClient) -> None:
    await ack()
    await client.views_open(trigger_id=body["trigger_id"], view=form())


async def on_groups(ack: Ack, payload: Json) -> None:
    names = [name for name in ("QA", "Beta testers") if payload["value"].lower() in name.lower()]
    await ack(options=[canned.option(name, name) for name in names])


async def on_submit(ack: Ack, view: Json) -> None:
    notes = view["state"]["values"]["notes"]["value"]["value"]
    if "please" in notes:
        await ack()
    else:
        await ack(response_action="errors", errors={"notes": "Say please."})


async def on_command(ack: Ack, command: Json, respond: Ack) -> None:
    await ack()
    await respond(text=f"You said `{command['text']}`")


async def on_home(event: Json, client: AsyncWebClient) -> None:
    view: Json = {"type": "home", "blocks": canned.home()}
    await client.views_publish(user_id=event["user"], view=view)


@asynccontextmanager
async def answering(slack: SandboxSlack) -> AsyncGenerator[AsyncApp]:
    """Answer over Socket Mode until the block ends."""
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret=slack.signing_secret)
    app.event("message")(on_message)
    app.event("app_home_opened")(on_home)
    app.action("distribute")(on_distribute)
    app.options("value")(on_groups)
    app.view("distribute")(on_submit)
    app.command("/release")(on_command)
    door = AsyncWebClient(token=slack.app_token, base_url=slack.api_url)
    handler = AsyncSocketModeHandler(app, slack.app_token, web_client=door)
    await handler.client.connect()  # type: ignore[no-untyped-call] # slack_sdk's hole
    try:
        yield app
    finally:
        await handler.client.close()  # type: ignore[no-untyped-call] # slack_sdk's hole
