"""Names the verb that pairs apps of several platforms."""

from collections.abc import Sequence

from slack_bolt.async_app import AsyncApp

from bot.house import House
from bot.slack.features.products.deeds import ProductCommand
from bot.slack.kit.verbs import Verb
from bot.slack.named import NamedThings
from bot.slack.workspace import Workspace
from provisioning.actors import Act


def register(_app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Return the verb; it has no buttons of its own."""

    def redraw(release_id: str) -> None:
        drawing = house.tellers.show_release(release_id)
        workspace.tasks.start(drawing, name="redraw a release")

    command = ProductCommand(
        products=house.releases.products,
        named=NamedThings(lists=house.releases.lists, groups=house.people.groups),
        redraw=redraw,
    )
    return (
        Verb(
            name="products",
            usage="products [pair APP APP [as NAME] | unpair APP]",
            summary="Apps of several platforms that go out together, as one.",
            examples=(
                "products",
                "products pair harbour harbour-android",
                "products pair harbour harbour-android as Harbour",
                "products unpair harbour-android",
            ),
            act=Act.CREATE_APP,
            answer=command.answer,
        ),
    )
