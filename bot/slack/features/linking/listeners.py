"""Listens for the verb that links a build, and for its form."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.linking.deeds import LinkDesk
from bot.slack.kit import names
from bot.slack.kit.payloads import submission_of
from bot.slack.kit.verbs import Verb
from bot.slack.line.membership import Membership
from bot.slack.line.submitting import answer
from bot.slack.named import NamedThings
from bot.slack.workspace import Workspace
from provisioning.actors import Act


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen, and return the verb that links."""
    desk = LinkDesk(
        cards=house.releases.cards,
        named=NamedThings(lists=house.releases.lists, groups=house.people.groups),
        permissions=house.people.permissions,
        linking=house.linking,
        conversations=workspace.conversations,
        membership=Membership(workspace.clients.hurried, workspace.standing),
        doorman=workspace.doorman,
    )

    @app.view(names.LINK_FORM)
    async def on_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, desk.doorman, body, desk.sent(submission_of(body)))

    return (
        Verb(
            name="link",
            usage="link APP VERSION BUILD https://… [NOTES]",
            summary="Make a draft of a build that lies elsewhere; it is never fetched.",
            examples=(
                "link harbour 2.4.0 241 https://builds.example.com/harbour-2.4.0.ipa",
                "link harbour",
            ),
            act=Act.UPLOAD,
            answer=desk.typed,
        ),
    )
