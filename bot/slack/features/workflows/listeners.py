"""Listens for our step in workflows, and for who lets them act in their name."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.house import House
from bot.slack.features.workflows.deeds import WorkflowDesk, wish_of
from bot.slack.kit import names
from bot.slack.kit.verbs import Verb
from bot.slack.workspace import Workspace
from provisioning.actors import Act


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen, and return the verb."""
    del workspace  # The road answers, not the listener.
    runs = house.distributing.step_runs
    desk = WorkflowDesk(runs=runs)

    @app.function(names.DISTRIBUTE_STEP)
    async def on_step(event: dict[str, Any]) -> None:
        await runs.receive(wish_of(event))

    return (
        Verb(
            name="workflows",
            usage="workflows [on|off]",
            summary="Whether workflows of Slack's may distribute in your name.",
            examples=("workflows", "workflows on", "workflows off"),
            act=Act.DISTRIBUTE,
            answer=desk.typed,
        ),
    )
