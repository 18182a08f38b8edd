"""People open the app's Home tab, use shortcuts, join and leave channels."""

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.acts.ground import Ground
from bot.sandbox.slack.acts.payloads import channel_part, common
from bot.sandbox.slack.deeds import modals, rooms
from bot.sandbox.slack.deeds.rendering import message_json
from bot.sandbox.slack.errors import NotPossible
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.views import View


def open_app(ground: Ground, user_id: str, tab: str) -> View | None:
    """Open the app on a tab, `home` or `messages`, and return the Home tab as it is now."""
    ground.user(user_id)
    dm = rooms.open_dm(ground.state, user_id, ground.state.app.bot_user)
    home = ground.state.views.home(user_id)
    event: JsonObject = {
        "type": "app_home_opened",
        "user": user_id,
        "channel": dm.id,
        "tab": tab,
        "event_ts": ground.state.mint.ts(),
    }
    if home is not None and tab == "home":
        event["view"] = modals.as_json(ground.state, home)
    ground.state.tell_app(event)
    return home


async def use_shortcut(
    ground: Ground, user_id: str, callback_id: str, message: Message | None
) -> None:
    """Use a global shortcut, or one on a message. Raise NotPossible or Unanswered."""
    state = ground.state
    user = ground.user(user_id)
    kind = "global" if message is None else "message"
    if not state.app.manifest.knows_shortcut(callback_id, kind):
        raise NotPossible(f"The app has no {kind} shortcut {callback_id}.")
    payload = common(state, user, "shortcut" if message is None else "message_action") | {
        "callback_id": callback_id,
        "action_ts": state.mint.ts(),
        "trigger_id": ground.trigger(user_id),
    }
    if message is not None:
        payload |= _on_message(ground, user_id, message)
    await ground.ask(payload, "The shortcut")


def _on_message(ground: Ground, user_id: str, message: Message) -> JsonObject:
    conversation = ground.conversation(message.channel)
    where = ground.state.response_urls.give(user_id, conversation.id, message.ts)
    return {
        "message_ts": message.ts,
        "channel": channel_part(conversation),
        "message": message_json(ground.state, ground.current(message)),
        "response_url": ground.state.response_address(where.key),
    }


def join(ground: Ground, user_id: str, channel: str) -> None:
    """Join a public channel; guests cannot."""
    user = ground.user(user_id)
    conversation = ground.conversation(channel)
    if not conversation.is_public or user.is_guest:
        raise NotPossible(f"Somebody has to invite you to #{conversation.name}.")
    rooms.join(ground.state, conversation, user_id)


def leave(ground: Ground, user_id: str, channel: str) -> None:
    rooms.leave(ground.state, ground.conversation(channel), user_id)


def invite(ground: Ground, user_id: str, channel: str, who: str) -> None:
    """Bring somebody into a channel that one is in oneself; `who` may be the app."""
    conversation = ground.conversation(channel)
    if not conversation.has(ground.user(user_id).id):
        raise NotPossible(f"You are not a member of #{conversation.name}.")
    other = ground.state.people.named(who)
    if other is None:
        raise NotPossible(f"There is nobody named {who}.")
    rooms.join(ground.state, conversation, other.id, inviter=user_id)


def remove(ground: Ground, user_id: str, channel: str, who: str) -> None:
    """Take somebody out of a channel."""
    conversation = ground.conversation(channel)
    other = ground.state.people.named(who)
    if other is None or not conversation.has(ground.user(user_id).id):
        raise NotPossible(f"You cannot remove {who} from #{conversation.name}.")
    rooms.leave(ground.state, conversation, other.id)
