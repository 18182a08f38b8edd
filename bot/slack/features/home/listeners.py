"""Draws the Home tab when it is opened, and gives its person a new link to their own page."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.home.deeds import Home, HomeDrawing
from bot.slack.kit import names
from bot.slack.kit.payloads import Asker, click_of, text_or_none
from bot.slack.kit.verbs import Verb
from bot.slack.workspace import Workspace


def home_drawing(house: House, workspace: Workspace) -> HomeDrawing:
    """Return what draws the tabs of a workspace."""
    client = workspace.clients.patient
    home = Home(house, plain=client.base_url.startswith("http://"))
    return HomeDrawing(home, house.homes, client, workspace.standing)


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* draw the tab. It has no verb."""
    drawing = home_drawing(house, workspace)

    @app.event("app_home_opened")
    async def on_home(body: dict[str, Any]) -> None:
        if text_or_none(body, "event", "tab") not in {None, "home"}:
            return
        user_id = text_or_none(body, "event", "user") or ""
        asker = Asker(user_id=user_id, team_id=text_or_none(body, "team_id") or "")
        stamp = text_or_none(body, "event", "view", "hash")

        async def draw() -> None:
            await drawing.opened(user_id, stamp)

        workspace.errors.start(draw, asker, during="app_home_opened")

    @app.action(names.PAGE_OPEN)
    async def on_page(ack: AsyncAck) -> None:
        await ack()  # The browser opens the page.

    @app.action(names.PAGE_RENEW)
    async def on_renew(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)

        async def renew() -> None:
            await house.installing.pages.revoke(click.asker.user_id, click.asker.by)
            await drawing.changed(click.asker.user_id)

        workspace.errors.start(renew, click.asker, during="renew a link")

    return ()
