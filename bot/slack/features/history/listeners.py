"""Names the verb that tells who did what."""

from collections.abc import Sequence

from slack_bolt.async_app import AsyncApp

from bot.house import House
from bot.slack.features.history.deeds import Telling
from bot.slack.kit.verbs import Verb
from bot.slack.named import NamedThings
from bot.slack.workspace import Workspace
from provisioning.actors import Act


def register(_app: AsyncApp, house: House, _workspace: Workspace) -> Sequence[Verb]:
    """Return the verb that tells who did what; there is no button or form of it."""
    telling = Telling(
        history=house.releases.history,
        named=NamedThings(lists=house.releases.lists, groups=house.people.groups),
        permissions=house.people.permissions,
    )
    return (
        Verb(
            name="history",
            usage="history [APP [VERSION] | GROUP | @person]",
            summary="Who did what: to an app, to one release or group, or one person.",
            examples=("history harbour", "history harbour 2.4.0", "history QA", "history @ann"),
            act=Act.SEE_HISTORY,
            answer=telling.answer,
        ),
    )
