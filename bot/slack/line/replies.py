"""A word to one person: ephemeral where they are, else by direct message."""

import asyncio
import logging

from bot.slack.kit.blocks import Message
from bot.slack.kit.codes import TOO_MANY
from bot.slack.kit.payloads import Asker, may_answer_at
from bot.slack.line.client import Clients
from bot.slack.line.health import SlackStanding
from bot.slack.line.meaning import FAILURES, meaning

logger = logging.getLogger(__name__)

#: A response URL that is asked to wait longer than this is given up for another way.
LONGEST_WAIT = 5.0


class Voice:
    """Says something to whoever asked, in the first of three ways that works."""

    def __init__(self, clients: Clients, standing: SlackStanding) -> None:
        self._clients = clients
        self._standing = standing

    async def whisper(self, asker: Asker, message: Message) -> bool:
        """
        Say it by response URL, ephemerally in the channel, or by direct message.

        A response URL dies after 30 minutes or five answers; an ephemeral message needs the bot in
        the channel. Return whether it was said; a failure is logged, never raised.
        """
        for way in (self._respond, self._in_channel, self._directly):
            try:
                if await way(asker, message):
                    return True
            except FAILURES as error:
                said = meaning(error, self._standing).data.get("slack", type(error).__name__)
                logger.info("%s did not work: %s.", way.__name__, said)
        logger.warning("Nothing could be said to %s.", asker.user_id)
        return False

    async def direct(self, user_id: str, message: Message) -> bool:
        """Say it by direct message; return whether it was said."""
        return await self.whisper(Asker(user_id=user_id, team_id=""), message)

    async def _respond(self, asker: Asker, message: Message) -> bool:
        url = asker.response_url
        if url is None:
            return False
        if not may_answer_at(url, self._clients.base_url):
            logger.warning("A response URL leads somewhere else than to Slack; it is not used.")
            return False
        body = {
            **message.arguments(),
            "response_type": "ephemeral",
            "replace_original": False,
        }
        for _ in range(2):
            async with self._clients.session.post(url, json=body, allow_redirects=False) as answer:
                if answer.status != TOO_MANY:
                    return answer.ok and b'"ok":false' not in (await answer.read()).replace(
                        b" ", b""
                    )
                wait = min(float(answer.headers.get("Retry-After", "1")), LONGEST_WAIT)
            await asyncio.sleep(wait)
        return False

    async def _in_channel(self, asker: Asker, message: Message) -> bool:
        if asker.channel_id is None or asker.channel_id.startswith("D"):
            return False
        await self._clients.patient.chat_postEphemeral(
            channel=asker.channel_id,
            user=asker.user_id,
            thread_ts=asker.thread_ts,
            **message.arguments(),
        )
        return True

    async def _directly(self, asker: Asker, message: Message) -> bool:
        opened = await self._clients.patient.conversations_open(users=asker.user_id)
        await self._clients.careful.chat_postMessage(
            channel=str(opened["channel"]["id"]),
            unfurl_links=False,
            unfurl_media=False,
            **message.arguments(),
        )
        return True
