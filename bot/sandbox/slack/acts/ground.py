"""What every act of a person stands on."""

from dataclasses import dataclass

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.conversations import Conversation
from bot.sandbox.slack.delivery.delivery import Delivery
from bot.sandbox.slack.delivery.envelope import Reply, Sort
from bot.sandbox.slack.errors import NotPossible
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import User
from bot.sandbox.slack.state import State
from bot.sandbox.slack.views import EVERY_TAB


@dataclass(frozen=True, slots=True)
class Ground:
    """The workspace and the way to the app; *tab* is the page in which somebody acts."""

    state: State
    delivery: Delivery
    tab: str = EVERY_TAB

    def user(self, user_id: str) -> User:
        """Return somebody who can act. Raise NotPossible for who is unknown or deactivated."""
        user = self.state.people.get(user_id)
        if user is None:
            raise NotPossible(f"There is nobody with the id {user_id}.")
        if user.deleted:
            raise NotPossible(f"{user.real_name} is deactivated.")
        return user

    def conversation(self, name: str) -> Conversation:
        """Return a conversation by id or name. Raise NotPossible."""
        conversation = self.state.conversations.named(name)
        if conversation is None:
            raise NotPossible(f"There is no channel {name}.")
        return conversation

    def current(self, message: Message) -> Message:
        """Return the newest version of a message, or the old one when it is gone."""
        conversation = self.state.conversations.get(message.channel)
        known = conversation.history.get(message.ts) if conversation is not None else None
        return known or message

    def trigger(self, user_id: str, *, view_id: str | None = None) -> str:
        """Return a trigger id for what somebody does here."""
        return self.state.triggers.give(user_id, view_id=view_id, tab=self.tab)

    async def ask(self, payload: JsonObject, what: str) -> Reply:
        """Send something interactive to the app. Raise Unanswered."""
        return await self.delivery.ask(Sort.INTERACTIVE, payload, what)
