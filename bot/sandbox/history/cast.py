"""The people of the demo, acting: each act waits for what it leads to, as people do."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import httpx

from bot.sandbox.acting import buttons, named_button
from bot.sandbox.phone import SAFARI
from bot.sandbox.slack.acts.person import Person
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.views import View
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.studio import Studio
from bot.slack.kit import names
from provisioning.people.roles import Others
from storage.errors import SlipwayError

T = TypeVar("T")

BUILDS = "#mobile-builds"
LINK = re.compile(r"https?://[^\s|>\"]+/i/[A-Za-z0-9_-]{22}")
#: A machine that is busy with other things takes its time.
PATIENCE = 60.0
#: What these people do opens no form on the page of somebody who looks on.
TAB = "the past"


class BrokenOff(SlipwayError):
    """Somebody could not do what they did in the past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What somebody was sent to install."""

    link: str
    android: bool


class Cast:
    """Everybody, by first name, on a workspace with the house beside it, and what they build."""

    def __init__(self, workspace: Workspace, studio: Studio) -> None:
        self._workspace = workspace
        self._studio = studio

    def person(self, name: str) -> Person:
        return self._workspace.person(name, tab=TAB)

    async def command(self, name: str, text: str) -> Message:
        """Let somebody type a command in their talk with Slipway; return the answer they see."""
        before = len(self._workspace.ephemerals(name))
        await self._type(name, text)
        return await self._until(
            lambda: self._workspace.ephemerals(name)[before], f"an answer to {name}"
        )

    async def give_role(self, name: str, role: str, to: Person) -> None:
        """Let somebody give a role to one person, and to nobody else where they are asked."""
        before = len(self._workspace.ephemerals(name))
        await self._type(name, f"roles give {role} <@{to.id}|{to.user.name}>")
        views, user_id = self._workspace.state.views, self.person(name).id
        await self._until(
            lambda: views.top(user_id, TAB) or self._workspace.ephemerals(name)[before],
            f"an answer to {name}",
        )
        form = views.top(user_id, TAB)
        if form is None:
            return
        done = await self.person(name).submit(form, {names.ROLE_OTHERS: Others.DROP.value})
        if done.errors:
            raise BrokenOff(f"The role {role} was not given: {done.errors}")
        await self.person(name).close(form)

    async def post(self, name: str, file: str, text: str) -> Message:
        """Let somebody post one of the fleet; return the message once its card can be used."""
        path = await asyncio.to_thread(self._studio.package, file)
        posted = await self.person(name).post(BUILDS, text, files=[path])
        await self._until(lambda: self._card(posted), f"a card for {file}")
        return posted

    async def create_app(self, name: str, posted: Message, short_name: str = "") -> None:
        """Let somebody create the app of a first build, with what the form proposes."""
        await self.person(name).click(self._card(posted), names.CREATE_APP)
        form = await self._form(name)
        values = {names.APP_NAME: short_name} if short_name else {}
        outcome = await self.person(name).submit(form, values)
        if outcome.errors:
            raise BrokenOff(f"The app was not created: {outcome.errors}")
        await self._until(
            lambda: named_button(self._card(posted), names.DISTRIBUTE), "the draft's card"
        )

    async def distribute(self, name: str, posted: Message, *groups: str) -> None:
        """Let somebody distribute with the form, and wait until everybody was told."""
        await self.person(name).click(self._card(posted), names.DISTRIBUTE)
        asked = await self.person(name).submit(await self._form(name), {names.GROUPS: list(groups)})
        if asked.view is None:
            raise BrokenOff(f"The form did not ask to confirm: {asked.errors or asked.action}")
        agreed = await self.person(name).submit(asked.view)
        if agreed.errors:
            raise BrokenOff(f"The release was not distributed: {agreed.errors}")
        await self._reached(posted)

    async def distribute_as_usual(self, name: str, posted: Message) -> None:
        """Let somebody press the one button that distributes to the usual group."""
        await self._until(
            lambda: named_button(self._card(posted), names.DISTRIBUTE_USUAL), "the usual button"
        )
        await self.person(name).click(self._card(posted), names.DISTRIBUTE_USUAL)
        await self._reached(posted)

    async def dismiss(self, name: str, posted: Message) -> None:
        await self.person(name).click(self._card(posted), names.DISMISS)
        await self._until(
            lambda: named_button(self._card(posted), names.RESTORE), "the dismissed card"
        )

    async def install(self, name: str) -> None:
        """Let somebody's phone install what the newest message of Slipway gave them."""
        offer = self._offer(name)
        async with self._studio.phone(name, android=offer.android) as device:
            await device.install(offer.link)

    async def open_link(self, name: str) -> None:
        """Let somebody look at the install page and go no further."""
        link = self._offer(name).link
        async with httpx.AsyncClient(trust_env=False, headers={"User-Agent": SAFARI}) as client:
            await client.get(link)

    async def say(
        self, name: str, channel: str, text: str, *, thread: Message | None = None
    ) -> Message:
        return await self.person(name).post(channel, text, thread=thread)

    def announcement(self, channel: str) -> Message:
        """Return what Slipway announced last in a channel. Raise IndexError."""
        return self._workspace.by_bot(channel)[-1]

    def _card(self, posted: Message) -> Message:
        """Return the card below a file, once it can be pressed. Raise IndexError."""
        return [one for one in self._workspace.thread(posted) if one.is_bot and buttons(one)][-1]

    async def _type(self, name: str, text: str) -> None:
        await self.person(name).command(self._workspace.dm(name).id, names.COMMAND, text)

    async def _form(self, name: str) -> View:
        views, user_id = self._workspace.state.views, self.person(name).id
        return await self._until(lambda: views.top(user_id, TAB), "a form")

    async def _reached(self, posted: Message) -> None:
        """Wait until the card counts everybody among those who were told."""
        every = re.compile(r"\b([1-9]\d*)/\1 reached")
        await self._until(lambda: every.search(self._card(posted).said()), "everybody being told")

    def _offer(self, name: str) -> Offer:
        offer = newest_offer(self._workspace.dms(name))
        if offer is None:
            raise BrokenOff(f"{name} has no install link.")
        return offer

    async def _until(self, look: Callable[[], T | None], what: str) -> T:
        try:
            return await self._workspace.eventually(look, PATIENCE)
        except AssertionError:
            raise BrokenOff(f"There was no sign of {what} within {PATIENCE:.0f} s.") from None


def newest_offer(messages: Sequence[Message]) -> Offer | None:
    """Return what somebody was sent last, None where there is nothing."""
    for message in reversed(messages):
        link = LINK.search(str(message.blocks))
        if link is not None:
            return Offer(link=link.group(), android="Android" in message.said())
    return None
