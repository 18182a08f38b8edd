"""The workspace as tests and the page see it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from bot.sandbox.slack.acts.ground import Ground
from bot.sandbox.slack.acts.person import Person
from bot.sandbox.slack.conversations import Conversation, Kind
from bot.sandbox.slack.deeds import rooms, roster, running
from bot.sandbox.slack.delivery.delivery import Delivery
from bot.sandbox.slack.errors import NotPossible
from bot.sandbox.slack.files import Quirks, StoredFile
from bot.sandbox.slack.functions import Execution
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import User
from bot.sandbox.slack.state import State
from bot.sandbox.slack.usergroups import UserGroup
from bot.sandbox.slack.views import EVERY_TAB, View

T = TypeVar("T")

#: What is waited for may also change outside of the workspace, so it is looked at this often.
LOOK_AGAIN_SECONDS = 0.05
#: What does not come in so many seconds will not come, however busy the machine is.
PATIENCE_SECONDS = 45.0


class Workspace:
    """People to act with, places to look into, and a way to wait until something is so."""

    def __init__(self, state: State, delivery: Delivery) -> None:
        self.state = state
        self.delivery = delivery
        self.ground = Ground(state, delivery)

    def person(self, name: str, *, tab: str = EVERY_TAB) -> Person:
        """Return somebody by first name, handle or id, who acts in a tab. Raise NotPossible."""
        user = self.state.people.named(name)
        if user is None:
            raise NotPossible(f"There is nobody named {name}.")
        return Person(replace(self.ground, tab=tab), user.id)

    def add_person(self, name: str, /, **facts: str | bool | None) -> Person:
        """
        Let somebody new join, e.g. `add_person("Eve", is_stranger=True, team_id="T0OTHER")`.

        *facts* are fields of `User`.
        """
        handle = name.lower().replace(" ", ".")
        user = User(
            id=self.state.mint.id("U"),
            team_id=self.state.team_id,
            name=handle,
            real_name=name,
            email=f"{handle}@harbour.example",
            updated=self.state.now(),
        )
        self.state.people.add(replace(user, **facts))  # type: ignore[arg-type]  # fields of User
        self.state.tell_page({"type": "people"})
        return Person(self.ground, user.id)

    def add_bot(self, name: str) -> Person:
        """Let another app's bot join; it can post like a person."""
        return self.add_person(name, is_bot=True, bot_id=self.state.mint.id("B"), email=None)

    def change_person(self, name: str, **changes: str | bool) -> User:
        """Change flags of somebody, e.g. `deleted=True`, and tell the app."""
        return roster.change_user(self.state, self.person(name).id, **changes)

    def channel(self, name: str) -> Conversation:
        """Return a conversation by `#name` or id. Raise NotPossible."""
        return self.ground.conversation(name)

    def add_channel(
        self, name: str, *members: str, is_private: bool = False, with_bot: bool = False
    ) -> Conversation:
        """Open a channel with some people, and the app when *with_bot*."""
        people = [self.person(member).id for member in members]
        creator = people[0] if people else self.state.app.bot_user
        conversation = Conversation(
            id=self.state.mint.id("C"),
            name=name.removeprefix("#"),
            kind=Kind.PRIVATE if is_private else Kind.PUBLIC,
            creator=creator,
            created=self.state.now(),
            members=[*people, *([self.state.app.bot_user] if with_bot else [])],
        )
        self.state.conversations.add(conversation)
        self.state.tell_page({"type": "channels"})
        return conversation

    def archive(self, channel: str) -> None:
        conversation = self.channel(channel)
        rooms.archive(self.state, conversation, conversation.creator)

    def unarchive(self, channel: str) -> None:
        conversation = self.channel(channel)
        rooms.unarchive(self.state, conversation, conversation.creator)

    def rename(self, channel: str, name: str) -> None:
        rooms.rename(self.state, self.channel(channel), name.removeprefix("#"))

    def make_private(self, channel: str) -> None:
        rooms.make_private(self.state, self.channel(channel))

    def change_channel_id(self, channel: str) -> str:
        """Give a channel a new id and return it; the app hears of it."""
        return rooms.change_id(self.state, self.channel(channel))

    def dm(self, person: str) -> Conversation:
        """Return the direct message of somebody with the app."""
        return rooms.open_dm(self.state, self.person(person).id, self.state.app.bot_user)

    def usergroup(self, handle: str) -> UserGroup:
        group = self.state.usergroups.named(handle)
        if group is None:
            raise NotPossible(f"There is no user group {handle}.")
        return group

    def add_usergroup(self, handle: str, *members: str) -> UserGroup:
        now = self.state.now()
        return self.state.usergroups.add(
            UserGroup(
                id=self.state.mint.id("S"),
                team_id=self.state.team_id,
                handle=handle,
                name=handle,
                users=[self.person(member).id for member in members],
                created=now,
                updated=now,
            )
        )

    def set_usergroup(self, handle: str, *members: str) -> None:
        """Replace the members of a user group and tell the app."""
        people = [self.person(member).id for member in members]
        roster.set_members(self.state, self.usergroup(handle), people)

    def disable_usergroup(self, handle: str) -> None:
        roster.disable(self.state, self.usergroup(handle))

    def run_step(self, callback_id: str, **inputs: object) -> Execution:
        """Run a custom step of the app, as a workflow does. Raise NotPossible for wrong inputs."""
        return running.run(self.state, callback_id, inputs)

    def file(self, file_id: str) -> StoredFile:
        file = self.state.files.get(file_id)
        if file is None:
            raise NotPossible(f"There is no file {file_id}.")
        return file

    def set_quirks(self, file_id: str, quirks: Quirks) -> None:
        """Let a file misbehave from now on."""
        self.file(file_id).quirks = quirks

    def messages(self, channel: str) -> list[Message]:
        """Return what everybody sees in a channel: no replies, nothing ephemeral."""
        return self.channel(channel).history.visible()

    def thread(self, message: Message) -> list[Message]:
        """Return the replies to a message, without the message itself."""
        history = self.channel(message.channel).history
        return history.replies(message.thread_ts or message.ts)

    def dms(self, person: str) -> list[Message]:
        """Return everything in the direct message of somebody with the app, replies included."""
        everything = self.dm(person).history.everything()
        return [message for message in everything if message.ephemeral_for is None]

    def by_bot(self, channel: str) -> list[Message]:
        """Return what the app posted in a channel, threads included, nothing ephemeral."""
        return [
            message
            for message in self.channel(channel).history.everything()
            if message.user == self.state.app.bot_user and message.ephemeral_for is None
        ]

    def ephemerals(self, person: str) -> list[Message]:
        """Return what only this person sees, oldest first, over all channels."""
        user_id = self.person(person).id
        found = [
            message
            for conversation in self.state.conversations
            for message in conversation.history.everything()
            if message.ephemeral_for == user_id
        ]
        return sorted(found, key=lambda message: float(message.ts))

    def current(self, message: Message) -> Message | None:
        """Return the newest version of a message, None when it is gone."""
        return self.channel(message.channel).history.get(message.ts)

    def view_of(self, person: str) -> View | None:
        """Return the topmost modal of somebody."""
        return self.state.views.top(self.person(person).id)

    def home_of(self, person: str) -> View | None:
        return self.state.views.home(self.person(person).id)

    async def eventually(
        self,
        look: Callable[[], T | Awaitable[T | None] | None],
        timeout: float = PATIENCE_SECONDS,  # noqa: ASYNC109 - a test says in one word how long it waits
    ) -> T:
        """
        Return what *look* returns as soon as it is true. Raise AssertionError after *timeout*.

        *look* may be a coroutine function. An IndexError, KeyError or NotPossible in it counts
        as "not yet", so that one can look for the last message of an empty channel.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while True:
            change = self.state.next_change()
            found = await _looked(look)
            if found:
                return found
            left = deadline - loop.time()
            if left <= 0:
                raise AssertionError(f"It did not become true in {timeout} s.\n{self.report()}")
            await _wait(change, min(left, LOOK_AGAIN_SECONDS))

    async def settled(self, within: float = PATIENCE_SECONDS) -> None:
        """Wait until every event was taken by the app or given up."""
        await self.eventually(lambda: self.delivery.is_idle, within)

    def report(self) -> str:
        """Return the last messages of every channel, for a failing test."""
        lines: list[str] = []
        for conversation in self.state.conversations:
            for message in conversation.history.everything()[-5:]:
                user = self.state.people.get(message.user)
                name = user.name if user is not None else message.user
                mark = " (only for one)" if message.ephemeral_for is not None else ""
                lines.append(f"#{conversation.name} {name}{mark}: {message.said()[:300]}")
        return "\n".join(lines) or "Nothing was said."


async def _looked(look: Callable[[], T | Awaitable[T | None] | None]) -> T | None:
    try:
        found = look()
        return await found if isinstance(found, Awaitable) else found
    except (IndexError, KeyError, NotPossible):
        return None


async def _wait(change: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(change.wait(), seconds)
    except TimeoutError:
        return
