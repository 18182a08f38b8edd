"""Typing the command, and reading what one person alone is answered."""

import asyncio
import re
from typing import Any

from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.views import View
from bot.slack.kit import names
from tests.blockkit.inertness import acting
from tests.integration.slack.house import BUILDS, House


class Asking:
    """Somebody who types, in one house."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def ask(self, person: str, text: str, channel: str = BUILDS) -> Message:
        """Type the command and return the answer, which nobody else sees."""
        workspace = self.house.workspace
        before = {message.ts for message in workspace.ephemerals(person)}
        await workspace.person(person).command(channel, names.COMMAND, text)
        answer = await workspace.eventually(
            lambda: next((m for m in workspace.ephemerals(person) if m.ts not in before), None)
        )
        assert answer is not None
        return answer

    async def said(self, person: str, text: str) -> str:
        """Type the command and return all words of the answer."""
        return (await self.ask(person, text)).said()

    async def form(self, person: str, text: str, title: str) -> View:
        """Type the command and return the form that it opens."""
        workspace = self.house.workspace
        await self.close_all(person)
        await workspace.person(person).command(BUILDS, names.COMMAND, text)
        return await self.house.view_of(person, title)

    async def close_all(self, person: str) -> None:
        """Close whatever form an earlier test left open, which could be taken for the next one."""
        if self.house.workspace.view_of(person) is not None:
            await self.house.workspace.person(person).close(everything=True)


async def at_rest(house: House) -> None:
    """
    Wait until nothing is under way in the house.

    Between the tests of a file their loop stands still, and the engine would walk a road that it
    takes up then on a loop of its own, where the house's connections are of no use.
    """
    async with asyncio.timeout(30):
        while True:
            await house.settled()
            counts = await house.running.engine.counts()
            if counts.waiting + counts.running == 0:
                return
            await asyncio.sleep(0.02)


def raw_texts(house: House) -> list[str]:
    """Return every text in the workspace that Slack would read as markup of a stranger's."""
    shown: list[object] = []
    for conversation in house.slack.state.conversations:
        for message in conversation.history.everything():
            if message.is_bot:
                # Beside blocks the text is a notification, in which no style is drawn.
                pinging = re.sub("[*_~]", "", message.text) if message.blocks else message.text
                shown += [{"type": "mrkdwn", "text": pinging}, *message.blocks]
    for user in house.slack.state.people:
        views = [house.workspace.home_of(user.id), house.workspace.view_of(user.id)]
        for view in views:
            shown += view.blocks if view is not None else []
    return acting(shown)


def button(place: Message | View, label: str) -> dict[str, Any]:
    """Return the button that says *label*, wherever it stands. Raise StopIteration."""
    return next(
        element
        for block in place.blocks
        for element in [*block.get("elements", ()), block.get("accessory") or {}]
        if element.get("type") == "button" and element["text"]["text"] == label
    )


def words_of(view: View) -> str:
    """Return all words of a view."""
    return Message(ts="", channel="", user="", text="", team="", blocks=view.blocks).said()
