"""Listens for links of ours that people share."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.house import House
from bot.slack.features.unfurling.deeds import Unfurling
from bot.slack.kit.verbs import Verb
from bot.slack.workspace import Workspace


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen. There is nothing to type."""
    unfurling = Unfurling(
        links=house.links,
        lists=house.releases.lists,
        permissions=house.people.permissions,
        client=workspace.clients.patient,
        whoami=workspace.whoami,
        tasks=workspace.tasks,
    )

    @app.event("link_shared")
    async def on_link(event: dict[str, Any]) -> None:
        unfurling.start(event)

    return ()
