"""Names the verb that notes what is registered at Google."""

from collections.abc import Sequence

from slack_bolt.async_app import AsyncApp

from bot.house import House
from bot.slack.features.verification.deeds import VerificationCommand
from bot.slack.kit.verbs import Verb
from bot.slack.named import NamedThings
from bot.slack.workspace import Workspace
from provisioning.actors import Act


def register(_app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Return the verb; it has no buttons of its own."""
    command = VerificationCommand(
        verification=house.releases.verification,
        named=NamedThings(lists=house.releases.lists, groups=house.people.groups),
        lists=house.releases.lists,
        tellers=house.tellers,
        tasks=workspace.tasks,
    )
    return (
        Verb(
            name="verified",
            usage="verified APP [FINGERPRINT | off]",
            summary="Note that an Android app is registered for Google's developer verification.",
            examples=("verified harbour-android", "verified harbour-android off"),
            act=Act.CREATE_APP,
            answer=command.answer,
        ),
    )
