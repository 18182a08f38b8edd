"""Draws the Home tab when it is opened."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.house import House
from bot.slack.features.home.deeds import Home, Shown
from bot.slack.kit.payloads import Asker, text_or_none
from bot.slack.kit.verbs import Verb
from bot.slack.workspace import Workspace


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* draw the tab. It has no verb."""
    home = Home(
        house.releases.lists,
        house.people.permissions,
        house.installing.grants,
        house.installing.installabilities,
        house.devices.devices,
        house.links,
        plain=workspace.clients.patient.base_url.startswith("http://"),
    )
    shown = Shown()

    @app.event("app_home_opened")
    async def on_home(body: dict[str, Any]) -> None:
        if text_or_none(body, "event", "tab") not in {None, "home"}:
            return
        user_id = text_or_none(body, "event", "user") or ""
        asker = Asker(user_id=user_id, team_id=text_or_none(body, "team_id") or "")

        async def draw() -> None:
            view = await home.view(user_id)
            if shown.has(user_id, text_or_none(body, "event", "view", "hash"), view):
                return
            answer = await workspace.clients.patient.views_publish(user_id=user_id, view=view)
            shown.remember(user_id, text_or_none(answer.data, "view", "hash"), view)

        workspace.errors.start(draw, asker, during="app_home_opened")

    return ()
