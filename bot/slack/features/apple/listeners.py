"""Names the verb of Apple, and listens for its buttons."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.apple.deeds import AppleActs
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of
from bot.slack.kit.verbs import Verb
from bot.slack.workspace import Workspace
from provisioning.actors import Act


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen, and return the verb of Apple."""
    acts = AppleActs(
        house.devices.teams, house.apple.invitations, house.people.permissions, house.links
    )

    @app.action(names.APPLE_CONNECT)
    async def on_connect(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        asker = click_of(body).asker
        await workspace.voice.whisper(asker, await acts.connect(asker.by))

    @app.action(names.APPLE_DISCONNECT)
    async def on_disconnect(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        said = await acts.disconnect(click)
        if said is not None:
            await workspace.voice.whisper(click.asker, said)

    @app.action(names.APPLE_OPEN)
    async def on_open(ack: AsyncAck) -> None:
        # Slack opens the link by itself, and reports the click all the same.
        await ack()

    return verbs(acts)


def verbs(acts: AppleActs) -> tuple[Verb, ...]:
    """Return the verb of Apple."""
    return (
        Verb(
            name="apple",
            usage="apple [status | connect | rotate | certificate | disconnect | renewal] [TEAM]",
            summary="Teams at Apple: whether their keys work, what is wrong, and connecting one.",
            examples=(
                "apple",
                "apple connect",
                "apple rotate",
                "apple certificate",
                "apple renewal 2027-03-01",
                "apple disconnect A1B2C3D4E5",
            ),
            act=Act.MANAGE_APPLE,
            answer=acts.answer,
        ),
    )
