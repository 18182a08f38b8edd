"""Names the verb that makes tracks and says which builds are theirs."""

from collections.abc import Sequence

from slack_bolt.async_app import AsyncApp

from bot.house import House
from bot.slack.features.tracks.deeds import TrackCommand
from bot.slack.kit.verbs import Verb
from bot.slack.named import NamedThings
from bot.slack.workspace import Workspace
from provisioning.actors import Act


def register(_app: AsyncApp, house: House, _workspace: Workspace) -> Sequence[Verb]:
    """Return the verb; it has no buttons of its own."""
    command = TrackCommand(
        tracks=house.releases.tracks,
        named=NamedThings(lists=house.releases.lists, groups=house.people.groups),
    )
    return (
        Verb(
            name="tracks",
            usage="tracks [add APP NAME | route NAME | unroute NAME] [#channel …] [*pattern* …]",
            summary="Several apps of one program, such as staging and production.",
            examples=(
                "tracks",
                "tracks add harbour harbour-staging #staging-builds",
                "tracks route harbour-staging *-staging*",
                "tracks unroute harbour-staging #staging-builds",
            ),
            act=Act.CREATE_APP,
            answer=command.answer,
        ),
    )
