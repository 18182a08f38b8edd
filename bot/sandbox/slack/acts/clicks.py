"""People click buttons, choose from menus and search in them."""

from dataclasses import dataclass
from typing import TypeAlias

from bot.sandbox.shapes import JsonObject, as_object, as_text
from bot.sandbox.slack.acts.ground import Ground
from bot.sandbox.slack.acts.payloads import channel_part, common
from bot.sandbox.slack.blocks.compositions import check_suggestions
from bot.sandbox.slack.deeds import modals
from bot.sandbox.slack.deeds.rendering import message_json
from bot.sandbox.slack.errors import NotPossible, Unanswered
from bot.sandbox.slack.forms import (
    FIELDS,
    element_named,
    initial_values,
    offered_options,
    value_of,
)
from bot.sandbox.slack.messages import Message, Unfurl
from bot.sandbox.slack.views import View

#: Where there is something to click: on a message, below a link, in a modal or on a Home tab.
Place: TypeAlias = Message | Unfurl | View

#: Slack's client asks for suggestions from so many typed characters on, unless told otherwise.
MIN_QUERY = 3
#: What an action repeats of the element that was clicked.
_ECHOED = ("text", "value", "style", "placeholder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One element of a place; the block id is needed only where an action id stands twice."""

    action_id: str
    block_id: str | None = None


async def click(ground: Ground, user_id: str, place: Place, spot: Spot, value: object) -> None:
    """
    Click a button, or choose *value* in a menu, on the version of the place that one holds.

    Raise NotPossible for what is not there, Unanswered when the app failed to answer.
    """
    block, element = element_named(place.blocks, spot.action_id, block_id=spot.block_id)
    entered = await _entered(ground, user_id, place, spot, element, value)
    action = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        **{
            key: element[key] for key in ("text", "value", "style", "placeholder") if key in element
        },
        **entered,
    }
    await send_action(ground, user_id, place, action)


async def _entered(
    ground: Ground, user_id: str, place: Place, spot: Spot, element: JsonObject, value: object
) -> JsonObject:
    """Return what an action says of the choice; a button says nothing."""
    kind = as_text(element.get("type"))
    if kind == "overflow":
        picked = value_of({**element, "type": "static_select"}, value)
        return {"selected_option": picked["selected_option"]}
    if kind not in FIELDS:
        return {}
    return await chosen(ground, user_id, place, spot, element, value)


async def chosen(
    ground: Ground, user_id: str, place: Place, spot: Spot, element: JsonObject, value: object
) -> JsonObject:
    """Return the value object of a choice; external menus are searched for what is given."""
    if "external" not in as_text(element.get("type")) or isinstance(value, dict) or value is None:
        return value_of(element, value)
    found: list[JsonObject] = []
    for one in value if isinstance(value, list | tuple) else [value]:
        if isinstance(one, dict):
            found.append(one)
        else:
            found += await suggest(ground, user_id, place, spot, str(one))
    return value_of({**element, "options": found}, value)


async def send_action(ground: Ground, user_id: str, place: Place, action: JsonObject) -> None:
    """Send a `block_actions` payload, with whatever action it is given."""
    state = ground.state
    user = ground.user(user_id)
    action = {**action, "action_ts": state.mint.ts()}
    field = FIELDS.get(as_text(action.get("type")))
    values: JsonObject = {}
    if field is not None and field.key in action:
        value = {"type": action["type"], field.key: action[field.key]}
        values = {action["block_id"]: {action["action_id"]: value}}
    payload = common(state, user, "block_actions") | _surroundings(ground, user_id, place, values)
    view_id = place.id if isinstance(place, View) and place.type == "modal" else None
    payload["trigger_id"] = ground.trigger(user_id, view_id=view_id)
    payload["actions"] = [action]
    await ground.ask(payload, "The click")


def _surroundings(ground: Ground, user_id: str, place: Place, values: JsonObject) -> JsonObject:
    if isinstance(place, View):
        view = modals.fill(ground.state, place, values)
        shown = modals.as_json(ground.state, view)
        container = {"type": "view", "view_id": view.id}
        return {"container": container, "view": shown, "state": shown["state"]}
    message = _message_of(place)
    conversation = ground.conversation(message.channel)
    where = ground.state.response_urls.give(user_id, conversation.id, message.ts)
    entered = initial_values(place.blocks)
    for block_id, actions in values.items():
        entered.setdefault(block_id, {}).update(actions)
    return _message_part(ground, place) | {
        "channel": channel_part(conversation),
        "state": {"values": entered},
        "response_url": ground.state.response_address(where.key),
    }


def _message_of(place: Message | Unfurl) -> Message:
    return place.message if isinstance(place, Unfurl) else place


def _message_part(ground: Ground, place: Message | Unfurl) -> JsonObject:
    """Return the message as it is now; Slack does not show the app an ephemeral one."""
    if isinstance(place, Unfurl):
        return _unfurl_part(ground, place)
    message = place
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.ephemeral_for is not None,
    }
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    if message.ephemeral_for is not None:
        return {"container": container}
    return {
        "container": container,
        "message": message_json(ground.state, ground.current(message)),
    }


def _unfurl_part(ground: Ground, place: Unfurl) -> JsonObject:
    """Return what the app showed below a link; of the message it is told where it stands."""
    about = {"app_unfurl_url": place.url, "is_app_unfurl": True}
    return {
        "container": {
            "type": "message_attachment",
            "message_ts": place.message.ts,
            "attachment_id": place.attachment_id,
            "channel_id": place.message.channel,
            "is_ephemeral": False,
            **about,
        },
        "app_unfurl": {
            "id": place.attachment_id,
            "blocks": place.blocks,
            "bot_id": ground.state.app.bot_id,
            "app_id": ground.state.app.app_id,
            **about,
        },
    }


async def suggest(
    ground: Ground, user_id: str, place: Place, spot: Spot, typed: str
) -> list[JsonObject]:
    """Return the options that the app offers for what was typed so far."""
    answered = await suggestions(ground, user_id, place, spot, typed)
    return offered_options(answered)


async def suggestions(
    ground: Ground, user_id: str, place: Place, spot: Spot, typed: str
) -> JsonObject:
    """Return the app's whole answer: `options` or `option_groups`. Raise Unanswered."""
    state = ground.state
    user = ground.user(user_id)
    block, element = element_named(place.blocks, spot.action_id, block_id=spot.block_id)
    if "external" not in element["type"]:
        raise NotPossible(f"{spot.action_id} has its options already.")
    if len(typed) < int(element.get("min_query_length", MIN_QUERY)):
        return {"options": []}
    payload = common(state, user, "block_suggestion") | {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "value": typed,
    }
    payload |= _shown(ground, place)
    reply = await ground.ask(payload, "The search")
    wrong = check_suggestions(reply.payload)
    if wrong:
        state.breach(f"The suggestions for {spot.action_id} were refused: {'; '.join(wrong)}")
        raise Unanswered("invalid_options", "The search")
    return as_object(reply.payload)


def _shown(ground: Ground, place: Place) -> JsonObject:
    if isinstance(place, View):
        current = ground.state.views.get(place.id) or place
        return {
            "container": {"type": "view", "view_id": current.id},
            "view": modals.as_json(ground.state, current),
        }
    conversation = ground.conversation(_message_of(place).channel)
    return _message_part(ground, place) | {"channel": channel_part(conversation)}
