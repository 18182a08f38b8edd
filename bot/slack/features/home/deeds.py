"""What belongs on whose Home tab."""

from typing import Any

from bot.links import Links
from bot.slack.features.home import views
from bot.slack.kit.payloads import actor
from provisioning.actors import Act
from provisioning.errors import NotNow
from provisioning.installing.grants import Grants
from provisioning.people.permissions import Permissions
from provisioning.releases.cards import GivenLine
from provisioning.releases.lists import Lists
from storage.records.release import ReleaseState


class Home:
    """Knows what belongs on whose tab."""

    def __init__(
        self, lists: Lists, permissions: Permissions, grants: Grants, links: Links
    ) -> None:
        self._lists = lists
        self._permissions = permissions
        self._grants = grants
        self._links = links

    async def view(self, user_id: str) -> dict[str, Any]:
        """Return the tab of a person as things are now."""
        given = await self._lists.given_to(user_id)
        newest = views.newest_of_each(given, lambda one: one.release.app_id)
        links = [await self._link(one) for one in newest]
        installable = [found for found in links if found is not None]
        manages = await self._permissions.may(actor(user_id), Act.DISTRIBUTE)
        return views.home(installable, await self._desk() if manages else None)

    async def _link(self, given: GivenLine) -> views.Installable | None:
        try:
            grant = await self._grants.give(given.release.release_id, given.tester_id)
        except NotNow:
            return None  # The link was taken back on purpose.
        return views.Installable(given=given, url=self._links.install(self._grants.token(grant)))

    async def _desk(self) -> views.ManagerDesk:
        return views.ManagerDesk(
            drafts=await self._lists.newest([ReleaseState.DRAFT], limit=10),
            recent=await self._lists.newest([ReleaseState.LIVE], limit=10),
        )
