"""Tells those who manage of people who left, or came back."""

from dataclasses import dataclass

from bot.slack.features.devices.deciding.deeds import RequestBoard
from bot.slack.features.leavers import messages
from bot.slack.kit.blocks import Message
from bot.slack.line.postings import Postings, Spot
from provisioning.leaving.announcing import Announcing


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaverTeller:
    """Says it in the channel of those who approve devices, or to each of them; once, then edits."""

    board: RequestBoard
    postings: Postings
    announcing: Announcing

    async def show(self, notice_id: str) -> list[str]:
        """
        Draw a notice: where it is first said, and afterwards wherever it stands.

        Return the testers it is about.
        """
        key = f"left:{notice_id}"

        async def render() -> Message:
            return messages.notice(await self.announcing.sheet(notice_id))

        sheet = await self.announcing.sheet(notice_id)
        if not sheet.shown:
            await self.board.say(key, render)
        for row in await self.postings.starting_with(f"{key}:"):
            if row.ts is not None:
                await self.postings.draw(row.key, Spot(channel_id=row.channel_id), render)
        return [one.tester_id for one in sheet.people if one.tester_id is not None]
