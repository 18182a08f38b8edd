"""A person with hands: everything somebody can do in Slack, as methods."""

from collections.abc import Mapping, Sequence

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.acts import clicks, commands, speaking, submitting, visiting
from bot.sandbox.slack.acts.clicks import Place, Spot
from bot.sandbox.slack.acts.ground import Ground
from bot.sandbox.slack.acts.speaking import Dropped, Words
from bot.sandbox.slack.acts.submitting import Submitted
from bot.sandbox.slack.files import StoredFile
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import User
from bot.sandbox.slack.views import View


class Person:
    """
    Somebody of the workspace, acting.

    Every act raises NotPossible for what Slack's own client would not let a person do, and
    Unanswered when the app failed to answer within three seconds. Channels are named by id,
    `#name`, or `@name` for a direct message.
    """

    def __init__(self, ground: Ground, user_id: str) -> None:
        self._ground = ground
        self.id = user_id

    @property
    def user(self) -> User:
        return self._ground.user(self.id)

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    async def post(
        self,
        channel: str,
        text: str = "",
        *,
        files: Sequence[Dropped] = (),
        thread: Message | str | None = None,
        broadcast: bool = False,
        events_first: bool = False,
    ) -> Message:
        """
        Post a message with text and files.

        Text is taken as Slack keeps it (& < > escaped, mentions as ids). With *events_first* the
        app hears of the files before it hears of the message.
        """
        thread_ts = thread.thread_ts or thread.ts if isinstance(thread, Message) else thread
        words = Words(
            text=text,
            files=files,
            thread_ts=thread_ts,
            is_broadcast=broadcast,
            events_first=events_first,
        )
        return await speaking.say(self._ground, self.id, channel, words)

    async def dm(self, text: str = "", *, files: Sequence[Dropped] = ()) -> Message:
        """Write to the app."""
        bot = self._ground.state.app.bot_user
        return await self.post(f"@{bot}", text, files=files)

    async def share(self, file: StoredFile | str, channel: str, text: str = "") -> Message:
        """Share a file that is in the workspace already in one more channel."""
        known = self._ground.state.files.get(file) if isinstance(file, str) else file
        return await self.post(channel, text, files=[] if known is None else [known])

    async def edit(self, message: Message, text: str) -> Message:
        return speaking.change(self._ground, self.id, message, text)

    async def delete(self, message: Message, *, files_too: bool = False) -> None:
        await speaking.take_back(self._ground, self.id, message, files_too=files_too)

    async def delete_file(self, file: StoredFile | str) -> None:
        file_id = file if isinstance(file, str) else file.id
        await speaking.delete_file(self._ground, self.id, file_id)

    async def command(self, channel: str, command: str, text: str = "") -> Message | None:
        """Type a slash command; return the message that acknowledged it, if there was one."""
        return await commands.run(self._ground, self.id, channel, command, text)

    async def click(
        self, place: Place, action_id: str, value: object = None, *, block_id: str | None = None
    ) -> None:
        """Click a button or choose *value* (an option's value or label, an id, a list of them)."""
        spot = Spot(action_id=action_id, block_id=block_id)
        await clicks.click(self._ground, self.id, place, spot, value)

    async def forge(self, place: Place, action: JsonObject) -> None:
        """Send an action that the place never offered, as an attacker would."""
        whole = {"type": "button", "block_id": "forged", **action}
        await clicks.send_action(self._ground, self.id, place, whole)

    async def suggest(
        self, place: Place, action_id: str, typed: str, *, block_id: str | None = None
    ) -> list[JsonObject]:
        """Type into an external select and return the options that are offered."""
        spot = Spot(action_id=action_id, block_id=block_id)
        return await clicks.suggest(self._ground, self.id, place, spot, typed)

    async def submit(
        self, view: View | None = None, values: Mapping[str, object] | None = None
    ) -> Submitted:
        """
        Fill in a modal (the topmost one) and submit it.

        *values* is `{action_id: value}` or `{block_id: {action_id: value}}`; what is not named
        keeps what it holds.
        """
        current = submitting.current_view(self._ground, view, self.id)
        return await submitting.submit(self._ground, self.id, current, values or {})

    async def close(self, view: View | None = None, *, everything: bool = False) -> None:
        current = submitting.current_view(self._ground, view, self.id)
        await submitting.close(self._ground, self.id, current, everything=everything)

    async def open_home(self) -> View | None:
        """Open the app's Home tab; return it as it was when it opened."""
        return visiting.open_app(self._ground, self.id, "home")

    async def open_messages_tab(self) -> None:
        visiting.open_app(self._ground, self.id, "messages")

    async def shortcut(self, callback_id: str, message: Message | None = None) -> None:
        """Use a global shortcut, or with *message* one on a message."""
        await visiting.use_shortcut(self._ground, self.id, callback_id, message)

    async def join(self, channel: str) -> None:
        visiting.join(self._ground, self.id, channel)

    async def leave(self, channel: str) -> None:
        visiting.leave(self._ground, self.id, channel)

    async def invite(self, channel: str, who: str) -> None:
        visiting.invite(self._ground, self.id, channel, who)

    async def remove(self, channel: str, who: str) -> None:
        visiting.remove(self._ground, self.id, channel, who)
