"""The text that came with a file, as release notes."""

import asyncio
import logging
from collections.abc import Collection

from bot.slack.kit import typed
from bot.slack.kit.payloads import Body, text_or_none
from bot.slack.line.meaning import FAILURES
from bot.slack.workspace import Workspace
from provisioning.errors import DirectoryFailed

logger = logging.getLogger(__name__)

#: Seconds. A file is noted whether or not Slack says in time what those mentioned are called.
ASK_WITHIN = 1.0


class Comments:
    """Reads the text of messages, and finds the names of whom and what it mentions."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def notes(self, message: Body) -> str:
        """Return the text of a message as Markdown; whoever is not known in time is `@somebody`."""
        names: dict[str, str] = {}
        wanted = typed.ids_in(message)
        if wanted:
            try:
                async with asyncio.timeout(ASK_WITHIN):
                    await self._ask(wanted, names)
            except (*FAILURES, DirectoryFailed) as error:
                logger.info("Slack did not say in time who is mentioned: %r.", type(error))
        return typed.to_markdown(message, names)

    async def _ask(self, wanted: Collection[str], names: dict[str, str]) -> None:
        people = [one for one in wanted if one[0] in "UW"]
        names |= {
            one: f.name for one, f in (await self._workspace.directory.people(people)).items()
        }
        for channel_id in (one for one in wanted if one[0] in "CG"):
            answer = await self._workspace.clients.hurried.conversations_info(channel=channel_id)
            names[channel_id] = text_or_none(answer.data, "channel", "name") or "channel"
        if any(one.startswith("S") for one in wanted):
            known = await self._workspace.directory.usergroups()
            names |= {group.id: group.handle for group in known if group.id in wanted}
