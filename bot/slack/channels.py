"""Channels that stop or begin again to take our announcements."""

import logging

from bot.slack.drawing import words
from bot.slack.drawing.actors import slack_id_of
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Message
from bot.slack.line.replies import Voice
from provisioning.people.groups import Groups

logger = logging.getLogger(__name__)


class Channels:
    """Follows what happens to the channels of groups."""

    def __init__(self, groups: Groups, voice: Voice) -> None:
        self._groups = groups
        self._voice = voice

    async def lose(self, channel_id: str, reason: str) -> None:
        """Stop announcing in a channel, and tell once whoever connected it."""
        for reference in await self._groups.break_channel(channel_id, reason):
            logger.warning("Announcements in %s stopped: %s.", channel_id, reason)
            user_id = slack_id_of(reference)
            if user_id is not None:
                await self._voice.direct(user_id, stopped(channel_id, reason))

    async def mend(self, channel_id: str) -> None:
        """Begin to announce in a channel again."""
        await self._groups.break_channel(channel_id, "")


def stopped(channel_id: str, reason: str) -> Message:
    """Return what whoever connected a channel is told."""
    text = (
        f"{words.WARNING} Announcements in {mrkdwn.channel(channel_id)} stopped: "
        f"{mrkdwn.sentence(reason)}."
    )
    return Message(text=text, blocks=(blocks.section(text),))
