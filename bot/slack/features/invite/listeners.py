"""Listens for everything about join links: the verb, its form, and the button that revokes."""

from collections.abc import Sequence
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.invite.deciding import listeners as deciding
from bot.slack.features.invite.deciding.deeds import JoinDesk
from bot.slack.features.invite.deeds import InviteDesk
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of, submission_of
from bot.slack.kit.verbs import Verb
from bot.slack.line.submitting import answer, carried_out
from bot.slack.workspace import Workspace
from provisioning.actors import Act

#: Which input shows the sentence about which field.
FIELDS: Final = {
    "room": names.INVITE_ROOM,
    "until": names.INVITE_LIFE,
    "domains": names.INVITE_DOMAINS,
    "group": names.GROUP_PICK,
}


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen, and return the verb."""
    people = house.people
    desk = InviteDesk(
        join_links=people.links,
        joining=people.joining,
        groups=people.groups,
        lists=house.releases.lists,
        permissions=people.permissions,
        links=house.links,
    )
    join_desk = JoinDesk(
        joining=people.joining,
        permissions=people.permissions,
        tellers=house.tellers,
        voice=workspace.voice,
    )
    deciding.register(app, join_desk, workspace.doorman)

    @app.action(names.INVITE_REVOKE)
    async def on_revoke(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        await workspace.voice.whisper(click.asker, await desk.revoke(click))

    @app.view(names.INVITE_FORM)
    async def on_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        made = carried_out(desk.sent(submission_of(body)), FIELDS, names.GROUP_PICK)
        await answer(ack, workspace.doorman, body, made)

    return (
        Verb(
            name="invite",
            usage="invite [GROUP | APP | list [GROUP] | waiting] [limit 25] "
            "[until 2026-12-24 | for 7d] [domain example.com]",
            summary="A link by which people without Slack join a group.",
            examples=(
                "invite QA",
                "invite QA limit 10 for 7d domain example.com",
                "invite QA until 2026-12-24",
                "invite list",
                "invite waiting",
            ),
            act=Act.MANAGE_GROUPS,
            answer=desk.answer,
        ),
    )
