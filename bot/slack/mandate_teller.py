"""Tells people of what is mandatory: its threads, and those who have not fetched it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.links import Links
from bot.slack.features.mandatory import messages
from bot.slack.kit.blocks import Message
from bot.slack.line.conversations import Conversations
from bot.slack.line.postings import Postings, Spot
from provisioning.errors import NotNow
from provisioning.installing.grants import Grants
from provisioning.ports import Told
from provisioning.releases.mandated import MandateCards, ReminderCard

#: Posts or edits the line of a key in a thread.
Log = Callable[[str, Spot, Callable[[], Awaitable[Message]]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateTellerParts:
    """What is told of mandates, and what it is said with."""

    conversations: Conversations
    postings: Postings
    mandated: MandateCards
    grants: Grants
    links: Links


class MandateTeller:
    """Every method may be called again; each message has its key and is edited in place."""

    def __init__(self, parts: MandateTellerParts) -> None:
        self._parts = parts

    async def release_of(self, mandate_id: str) -> str:
        return (await self._parts.mandated.one(mandate_id)).release_id

    async def report(self, mandate_id: str, title: str, threads: list[Spot], log: Log) -> None:
        """Say an act in *threads*; what it undid offers no undoing there any more."""
        undone = await self._parts.mandated.undone_by(mandate_id)
        for one in filter(None, (mandate_id, undone)):
            for spot in threads:
                await log(f"mandate:{one}:{spot.channel_id}", spot, self._line(one, title))

    async def remind(self, reminder_id: str) -> Told:
        """Remind somebody of what they have to install, with their link to it."""
        card = await self._parts.mandated.reminder(reminder_id)
        user_id = card.tester.slack_id
        if user_id is None:
            return Told(delivered=False, reason="Slipway knows no Slack account of this person.")
        if not card.tester.active:
            return Told(delivered=False, reason="The account is deactivated.")
        await self._parts.conversations.draw(
            _key(reminder_id), user_id, self._reminder(reminder_id)
        )
        return Told(delivered=True)

    async def redraw(self, reminder_id: str) -> None:
        """Draw a reminder anew where it was sent."""
        spot = await self._parts.postings.intended(_key(reminder_id))
        if spot is not None:
            await self._parts.postings.draw(_key(reminder_id), spot, self._reminder(reminder_id))

    async def take_back(self, recipient_id: str) -> None:
        """Take the link out of what somebody was reminded with, where it leads nowhere any more."""
        for reminder_id in await self._parts.mandated.reminders_of(recipient_id):
            await self.redraw(reminder_id)

    def _line(self, mandate_id: str, title: str) -> Callable[[], Awaitable[Message]]:
        async def render() -> Message:
            return messages.log(await self._parts.mandated.one(mandate_id), title)

        return render

    def _reminder(self, reminder_id: str) -> Callable[[], Awaitable[Message]]:
        async def render() -> Message:
            card = await self._parts.mandated.reminder(reminder_id)
            return messages.reminder(card, await self._link(card))

        return render

    async def _link(self, card: ReminderCard) -> str | None:
        if card.demand is None:
            return None
        try:
            grant = await self._parts.grants.give(card.release_id, card.tester.id)
        except NotNow:
            return None
        return self._parts.links.install(self._parts.grants.token(grant))


def _key(reminder_id: str) -> str:
    return f"reminder:{reminder_id}"
