"""What belongs on whose Home tab, and when it is published there."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.house import House
from bot.slack.drawing.approvals import FEW
from bot.slack.drawing.notes import read_ahead
from bot.slack.features.home import views
from bot.slack.kit.payloads import actor, text_or_none
from bot.slack.line.health import SlackStanding
from bot.slack.line.meaning import FAILURES
from provisioning.actors import Act, slack
from provisioning.distributing.approval_cards import ApprovalList
from provisioning.installing.my_builds import OwnApp
from provisioning.releases.cards import GivenLine
from provisioning.telling.home_tabs import HomeTabs
from storage.records.home_tab import HomeTab
from storage.records.release import ReleaseState

logger = logging.getLogger(__name__)

#: So many tabs are looked at in one go.
AT_ONCE = 60

#: In seconds, after each that was published: Slack takes some hundred a minute.
PAUSE = 0.6


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
        self._approvals = house.distributing.approval_cards
        self._devices = house.devices.devices
        self._mutes = house.following.mutes
        self._links = house.links
        self._icon = partial(house.links.card_icon, plain=plain)

    async def drawn(self, user_id: str) -> HomeView:
        """Return the tab of a person as things are now."""
        tester_id = await self._testers.id_of(user_id)
        shelf = await self._shelf(tester_id) if tester_id is not None else views.OwnShelf()
        for one in shelf.installable:
            await read_ahead(one.given.release.notes, one.given.release.notes_kind)
        acts = {Act.DISTRIBUTE, Act.MANAGE_GROUPS, Act.SEE_APPROVALS}
        able = await self._permissions.allowed(actor(user_id), acts)
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
        muted = await self._mutes.of_tester(tester_id) if ids else frozenset()
        installable = [
            _installable(tester_id, one, self._links.install(self._room.grants.token(grant)), muted)
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
            approvals=await self._approvals.first(limit=FEW)
            if Act.SEE_APPROVALS in able
            else ApprovalList(),
        )


class HomeDrawing:
    """Draws tabs. One that shows what it should costs no call."""

    def __init__(
        self, home: Home, tabs: HomeTabs, client: AsyncWebClient, standing: SlackStanding
    ) -> None:
        self._home = home
        self._tabs = tabs
        self._client = client
        self._standing = standing

    async def opened(self, user_id: str, stamp: str | None) -> None:
        """Draw the tab of somebody who opened it; *stamp* is Slack's hash of what is there."""
        known = await self._tabs.opened(user_id)
        drawn = await self._home.drawn(user_id)
        if stamp is None or (known.stamp, known.drawn) != (stamp, _digest(drawn.view)):
            await self._publish(user_id, drawn, soon=True)

    async def changed(self, user_id: str) -> None:
        """Draw the tab of somebody who changed something on it."""
        await self._publish(user_id, await self._home.drawn(user_id), soon=True)

    async def look(self) -> None:
        """Look at the tabs that are due, and publish those that have changed."""
        if not self._standing.well or not self._standing.reachable.is_set():
            return  # They stay due.
        for tab in await self._tabs.due(limit=AT_ONCE):
            taken = await self._tabs.take(tab)
            if taken is None:
                continue
            try:
                was_published = await self._renewed(taken)
            except FAILURES as failure:
                logger.info("A Home tab could not be published: %s", failure)
                await self._tabs.failed(taken)
                return  # Slack may be out of breath: the others wait for the next look.
            except Exception:
                # It holds up nobody else's.
                logger.exception("A Home tab could not be drawn.")
                await self._tabs.failed(taken)
                continue
            await self._tabs.done(taken)
            if was_published:
                await asyncio.sleep(PAUSE)

    async def _renewed(self, tab: HomeTab) -> bool:
        """Publish a tab if it has changed; return whether it had."""
        drawn = await self._home.drawn(tab.slack_id)
        if _digest(drawn.view) == tab.drawn:
            return False
        await self._publish(tab.slack_id, drawn)
        return True

    async def _publish(self, user_id: str, drawn: HomeView, *, soon: bool = False) -> None:
        answer = await self._client.views_publish(user_id=user_id, view=drawn.view)
        stamp = text_or_none(answer.data, "view", "hash") or ""
        digest = _digest(drawn.view)
        await self._tabs.drawn(
            user_id, digest=digest, stamp=stamp, manages=drawn.manages, soon=soon
        )


def _digest(view: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()


def _installable(
    tester_id: str, own: OwnApp, url: str, muted: Collection[str]
) -> views.Installable:
    newest = own.newest
    assert newest.served is not None  # It is looked up for the newest of each app.
    given = GivenLine(
        recipient_id=newest.recipient_id,
        tester_id=tester_id,
        demand=newest.demand,
        release=newest.release,
    )
    return views.Installable(
        given=given,
        url=url,
        verdict=newest.served.verdict,
        earlier=own.more,
        muted=newest.release.app_id in muted,
    )
