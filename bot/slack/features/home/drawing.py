"""Publishes Home tabs: when they are opened, and when what they show has changed."""

import asyncio
import hashlib
import json
import logging
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.features.home.deeds import Home, HomeView
from bot.slack.kit.payloads import text_or_none
from bot.slack.line.health import SlackStanding
from provisioning.telling.home_tabs import HomeTabs
from storage.records.home_tab import HomeTab

logger = logging.getLogger(__name__)

#: So many tabs are looked at in one go.
AT_ONCE = 60

#: In seconds, after each that was published: Slack takes some hundred a minute.
PAUSE = 0.6


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
            await self._publish(user_id, drawn)

    async def changed(self, user_id: str) -> None:
        """Draw the tab of somebody who changed something on it."""
        await self._publish(user_id, await self._home.drawn(user_id))

    async def look(self) -> None:
        """Look at the tabs that are due, and publish those that have changed."""
        if not self._standing.well or not self._standing.reachable.is_set():
            return  # They stay due.
        for tab in await self._tabs.due(limit=AT_ONCE):
            taken = await self._tabs.take(tab)
            if taken is not None and await self._renewed(taken):
                await asyncio.sleep(PAUSE)

    async def _renewed(self, tab: HomeTab) -> bool:
        """Draw a tab if it has changed; return whether Slack was asked."""
        asked = False
        try:
            drawn = await self._home.drawn(tab.slack_id)
            asked = _digest(drawn.view) != tab.drawn
            if asked:
                await self._publish(tab.slack_id, drawn)
        except Exception as failure:
            # Whatever it is, it holds up nobody else's.
            logger.info("A Home tab could not be drawn anew: %s", failure, exc_info=not asked)
            await self._tabs.failed(tab)
        else:
            await self._tabs.done(tab)
        return asked

    async def _publish(self, user_id: str, drawn: HomeView) -> None:
        answer = await self._client.views_publish(user_id=user_id, view=drawn.view)
        stamp = text_or_none(answer.data, "view", "hash") or ""
        digest = _digest(drawn.view)
        await self._tabs.drawn(user_id, digest=digest, stamp=stamp, manages=drawn.manages)


def _digest(view: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
