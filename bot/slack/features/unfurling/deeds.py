"""What happens behind the listener: which links are ours, and what is shown of them."""

import logging
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.links import Links
from bot.slack.features.unfurling import messages
from bot.slack.kit.blocks import Block
from bot.slack.kit.payloads import Body, actor, entries, text_or_none
from bot.slack.line.identity import Whoami
from bot.slack.line.meaning import FAILURES
from bot.slack.line.tasks import Tasks
from provisioning.actors import Act
from provisioning.people.permissions import Permissions
from provisioning.releases.lists import Lists
from storage.errors import SlipwayError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfurling:
    """
    Shows a release where its link is shared, and of a personal link that it is one.

    Whoever shares the link of a release decides who sees its name, so it has to be theirs to see.
    """

    links: Links
    lists: Lists
    permissions: Permissions
    client: AsyncWebClient
    whoami: Whoami
    tasks: Tasks

    def start(self, event: Body) -> None:
        """Answer a shared link, after the event was."""
        self.tasks.start(self._unfurled(event), name="unfurl a link")

    async def _unfurled(self, event: Body) -> None:
        try:
            if not (await self.whoami()).granted("links:write"):
                return
            shown = await self._shown(event)
            if shown:
                await self.client.chat_unfurl(unfurls=shown, **_where(event))
        except (*FAILURES, SlipwayError) as error:
            # Nothing is lost but a picture of a link, which leads where it did.
            logger.info("A link was not unfurled: %s.", type(error).__name__)

    async def _shown(self, event: Body) -> dict[str, dict[str, list[Block]]]:
        user_id = text_or_none(event, "user")
        found: dict[str, list[Block]] = {}
        for link in entries(event, "links"):
            url = text_or_none(link, "url") or ""
            release_id = self.links.release_in(url)
            if self.links.is_personal(url):
                found[url] = messages.personal()
            elif release_id and user_id and await self._may_show(release_id, user_id):
                found[url] = messages.release((await self.lists.those([release_id]))[0])
        return {url: {"blocks": blocks} for url, blocks in found.items()}

    async def _may_show(self, release_id: str, user_id: str) -> bool:
        """Return whether a release is somebody's to see: by their role, or since they have it."""
        if not await self.lists.those([release_id]):
            return False
        if await self.permissions.may(actor(user_id), Act.UPLOAD):
            return True
        return bool(await self.lists.had(user_id, {release_id}))


def _where(event: Body) -> dict[str, Any]:
    """Return what Slack knows the message by; one that is still being written has no place."""
    unfurl_id, source = text_or_none(event, "unfurl_id"), text_or_none(event, "source")
    if unfurl_id and source:
        return {"unfurl_id": unfurl_id, "source": source}
    return {"channel": text_or_none(event, "channel"), "ts": text_or_none(event, "message_ts")}
