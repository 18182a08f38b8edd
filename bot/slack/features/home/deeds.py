"""What belongs on whose Home tab."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.house import House
from bot.slack.drawing.notes import read_ahead
from bot.slack.features.home import views
from bot.slack.kit.payloads import actor
from provisioning.actors import Act, slack
from provisioning.installing.my_builds import OwnApp
from provisioning.releases.cards import GivenLine
from storage.records.release import ReleaseState


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """A tab as it should be; `manages` says that it shows what waits for managers."""

    view: dict[str, Any]
    manages: bool


class Home:
    """Knows what belongs on whose tab."""

    def __init__(self, house: House, *, plain: bool = False) -> None:
        """*plain* says that Slack is reached by http, and fetches icons so, too."""
        self._lists = house.releases.lists
        self._permissions = house.people.permissions
        self._testers = house.people.testers
        self._room = house.installing
        self._devices = house.devices.devices
        self._links = house.links
        self._icon = partial(house.links.card_icon, plain=plain)

    async def drawn(self, user_id: str) -> HomeView:
        """Return the tab of a person as things are now."""
        tester_id = await self._testers.id_of(user_id)
        shelf = await self._shelf(tester_id) if tester_id is not None else views.OwnShelf()
        for one in shelf.installable:
            await read_ahead(one.given.release.notes, one.given.release.notes_kind)
        able = await self._permissions.allowed(actor(user_id), {Act.DISTRIBUTE, Act.MANAGE_GROUPS})
        desk = await self._desk(able) if Act.DISTRIBUTE in able else None
        devices = await self._devices.of_person(slack(user_id))
        view = views.home(shelf, desk, self._icon, devices)
        return HomeView(view=view, manages=desk is not None)

    async def _shelf(self, tester_id: str) -> views.OwnShelf:
        """Return what can be installed with its links."""
        found = await self._room.builds.of_tester(tester_id, apps=views.INSTALLABLE, of_each=1)
        ids = [one.newest.release.release_id for one in found.apps]
        grants = await self._room.grants.of_tester(tester_id, ids) if ids else {}
        page = self._links.me(await self._room.pages.token_of(tester_id))
        installable = [
            _installable(tester_id, one, self._links.install(self._room.grants.token(grant)))
            for one in found.apps
            if (grant := grants.get(one.newest.release.release_id)) is not None
        ]
        return views.OwnShelf(installable=installable, more=found.more, page=page)

    async def _desk(self, able: Collection[Act]) -> views.ManagerDesk:
        drafts = await self._lists.newest([ReleaseState.DRAFT], limit=10)
        recent = await self._lists.newest([ReleaseState.LIVE], limit=10)
        lines = await self._lists.with_reach([*drafts, *recent])
        seen = await self._room.receipts.tallies([one.release_id for one in recent])
        return views.ManagerDesk(
            drafts=lines[: len(drafts)],
            recent=lines[len(drafts) :],
            makes_groups=Act.MANAGE_GROUPS in able,
            seen=seen,
        )


def _installable(tester_id: str, own: OwnApp, url: str) -> views.Installable:
    newest = own.newest
    assert newest.served is not None  # It is looked up for the newest of each app.
    given = GivenLine(
        recipient_id=newest.recipient_id,
        tester_id=tester_id,
        mandatory=newest.mandatory,
        release=newest.release,
    )
    return views.Installable(given=given, url=url, verdict=newest.served.verdict, earlier=own.more)
