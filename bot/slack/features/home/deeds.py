"""What belongs on whose Home tab."""

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from bot.links import Links
from bot.slack.drawing.notes import read_ahead
from bot.slack.features.home import views
from bot.slack.kit.payloads import actor
from provisioning.actors import Act, slack
from provisioning.devices.devices import Devices
from provisioning.installing.grants import Grants
from provisioning.installing.installabilities import Installabilities
from provisioning.people.permissions import Permissions
from provisioning.releases.cards import GivenLine
from provisioning.releases.lists import Lists
from storage.records.release import ReleaseState

#: Of so many people it is known what they see; of the others the tab is published once more.
REMEMBERED = 10_000


class Shown:
    """What people see on their tabs, so that opening one which has not changed costs no write."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, dict[str, Any]]] = {}

    def has(self, user_id: str, stamp: str | None, view: dict[str, Any]) -> bool:
        """Tell whether *view* is what a person sees, whose tab carries Slack's hash *stamp*."""
        return stamp is not None and self._known.get(user_id) == (stamp, view)

    def remember(self, user_id: str, stamp: str | None, view: dict[str, Any]) -> None:
        """Note what was published, and the hash that Slack gave it."""
        self._known.pop(user_id, None)
        if stamp is not None:
            self._known[user_id] = (stamp, view)
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]


class Home:
    """Knows what belongs on whose tab."""

    def __init__(
        self,
        lists: Lists,
        permissions: Permissions,
        grants: Grants,
        installabilities: Installabilities,
        devices: Devices,
        links: Links,
        *,
        plain: bool = False,
    ) -> None:
        """*plain* says that Slack is reached by http, and fetches icons so, too."""
        self._lists = lists
        self._permissions = permissions
        self._grants = grants
        self._installabilities = installabilities
        self._devices = devices
        self._links = links
        self._icon = partial(links.card_icon, plain=plain)

    async def view(self, user_id: str) -> dict[str, Any]:
        """Return the tab of a person as things are now."""
        given = await self._lists.given_to(user_id)
        newest = views.newest_of_each(given, lambda one: one.release.app_id)
        installable = await self._installable(newest)
        for one in newest:
            await read_ahead(one.release.notes, one.release.notes_kind)
        able = await self._permissions.allowed(actor(user_id), {Act.DISTRIBUTE, Act.MANAGE_GROUPS})
        desk = await self._desk(able) if Act.DISTRIBUTE in able else None
        devices = await self._devices.of_person(slack(user_id))
        return views.home(installable, desk, self._icon, devices)

    async def _installable(self, given: Sequence[GivenLine]) -> list[views.Installable]:
        """Return what can be installed with its links, without those taken back on purpose."""
        if not given:
            return []
        tester_id, ids = given[0].tester_id, [one.release.release_id for one in given]
        grants = await self._grants.of_tester(tester_id, ids)
        served = await self._installabilities.of_tester(tester_id, ids)
        return [
            views.Installable(
                given=one,
                url=self._links.install(self._grants.token(grants[one.release.release_id])),
                verdict=served[one.release.release_id].verdict,
            )
            for one in given
            if one.release.release_id in grants
        ]

    async def _desk(self, able: Collection[Act]) -> views.ManagerDesk:
        drafts = await self._lists.newest([ReleaseState.DRAFT], limit=10)
        recent = await self._lists.newest([ReleaseState.LIVE], limit=10)
        lines = await self._lists.with_reach([*drafts, *recent])
        return views.ManagerDesk(
            drafts=lines[: len(drafts)],
            recent=lines[len(drafts) :],
            makes_groups=Act.MANAGE_GROUPS in able,
        )
