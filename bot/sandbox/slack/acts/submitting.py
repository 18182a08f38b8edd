"""People fill in modals, submit and close them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox.shapes import JsonObject, as_object
from bot.sandbox.slack.acts.clicks import Spot, chosen
from bot.sandbox.slack.acts.ground import Ground
from bot.sandbox.slack.acts.payloads import common
from bot.sandbox.slack.deeds import modals
from bot.sandbox.slack.errors import NotPossible, Refusal, Unanswered
from bot.sandbox.slack.forms import element_named, fields_of, missing
from bot.sandbox.slack.views import View

_WHAT = "Submitting the form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """
    What became of a form.

    *action* is `close`, `errors`, `update`, `push` or `clear`. Errors are sentences by block id;
    with *is_refused_here* they are those of Slack's own client and the app was never asked.
    """

    action: str
    errors: dict[str, str] = field(default_factory=dict)
    view: View | None = None
    is_refused_here: bool = False


def current_view(ground: Ground, view: View | None, user_id: str) -> View:
    """Return the newest version of a view, by default of the topmost modal."""
    views = ground.state.views
    found = views.top(user_id, ground.tab or None) if view is None else views.get(view.id)
    if found is None:
        raise NotPossible("There is no such view open.")
    if found.user != user_id:
        raise NotPossible("This view belongs to somebody else.")
    return found


async def entered_values(
    ground: Ground, user_id: str, view: View, given: Mapping[str, object]
) -> JsonObject:
    """Turn `{action_id: value}` or `{block_id: {action_id: value}}` into Slack's shape."""
    values: JsonObject = {}
    block_ids = {block["block_id"] for block, _ in fields_of(view.blocks)}
    for key, value in given.items():
        is_block = key in block_ids and isinstance(value, dict) and "type" not in value
        actions = as_object(value) if is_block else {key: value}
        for action_id, one in actions.items():
            spot = Spot(action_id=action_id, block_id=key if is_block else None)
            block, element = element_named(view.blocks, action_id, block_id=spot.block_id)
            picked = await chosen(ground, user_id, view, spot, element, one)
            values.setdefault(block["block_id"], {})[action_id] = picked
    return values


async def submit(
    ground: Ground, user_id: str, view: View, given: Mapping[str, object]
) -> Submitted:
    """Fill in a modal and submit it. Raise NotPossible or Unanswered."""
    state = ground.state
    user = ground.user(user_id)
    if view.type != "modal" or "submit" not in view.body:
        raise NotPossible("This view has no button to submit it.")
    filled = modals.fill(state, view, await entered_values(ground, user_id, view, given))
    refused = missing(filled.blocks, filled.values)
    if refused:
        return Submitted(action="errors", errors=refused, view=filled, is_refused_here=True)
    payload = common(state, user, "view_submission") | {
        "trigger_id": ground.trigger(user_id, view_id=filled.id),
        "view": modals.as_json(state, filled),
        "response_urls": _response_urls(ground, filled),
    }
    reply = await ground.ask(payload, _WHAT)
    try:
        return _settle(ground, filled, reply.payload)
    except Refusal as refusal:
        why = "; ".join([refusal.name, *refusal.messages])
        state.breach(f"The answer to a submission was refused: {why}")
        raise Unanswered("invalid_response_action", _WHAT) from refusal


def _response_urls(ground: Ground, view: View) -> list[JsonObject]:
    """Give a response URL for every conversation picked in a select that asks for one."""
    urls: list[JsonObject] = []
    for block, element in fields_of(view.blocks):
        if not element.get("response_url_enabled"):
            continue
        value = as_object(as_object(view.values.get(block["block_id"])).get(element["action_id"]))
        channel = value.get("selected_conversation") or value.get("selected_channel")
        if channel is None:
            continue
        where = ground.state.response_urls.give(view.user, str(channel))
        urls.append(
            {
                "block_id": block["block_id"],
                "action_id": element["action_id"],
                "channel_id": channel,
                "response_url": ground.state.response_address(where.key),
            }
        )
    return urls


def _settle(ground: Ground, view: View, answer: JsonObject) -> Submitted:
    """Do what the app's `response_action` says. Raise Refusal for what Slack would not do."""
    action = answer.get("response_action", "close")
    if action == "close":
        modals.close(ground.state, view)
        return Submitted(action="close")
    if action == "clear":
        modals.close_all(ground.state, view)
        return Submitted(action="clear")
    if action == "errors":
        return Submitted(action="errors", errors=_errors(view, answer), view=view)
    if action not in {"update", "push"}:
        raise Refusal("invalid_response_action", messages=[f"There is no {action}."])
    body = modals.approve(ground.state, answer.get("view"))
    if action == "push":
        pushed = modals.show(ground.state, view.user, body, on_top=True, tab=view.tab)
        return Submitted(action="push", view=pushed)
    return Submitted(action="update", view=modals.update(ground.state, view, body, None))


def _errors(view: View, answer: JsonObject) -> dict[str, str]:
    errors = answer.get("errors")
    if not isinstance(errors, dict) or not errors:
        raise Refusal("invalid_response_action", messages=["There are no errors in it."])
    inputs = {block["block_id"] for block in view.blocks if block.get("type") == "input"}
    for block_id, sentence in errors.items():
        if block_id not in inputs:
            message = f"{block_id} is no input block of this view."
            raise Refusal("invalid_response_action", messages=[message])
        if not isinstance(sentence, str) or not sentence:
            raise Refusal("invalid_response_action", messages=[f"{block_id} has no sentence."])
    return dict(errors)


async def close(ground: Ground, user_id: str, view: View, *, everything: bool) -> None:
    """Close a modal, or all of them, and tell the app where it asked to be told."""
    closes_all = everything or bool(view.body.get("clear_on_close"))
    views = ground.state.views.stack(user_id, view.tab) if closes_all else [view]
    for one in reversed(views):
        modals.close(ground.state, one)
        if not one.body.get("notify_on_close"):
            continue
        payload = common(ground.state, ground.user(user_id), "view_closed") | {
            "view": modals.as_json(ground.state, one),
            "is_cleared": closes_all,
        }
        await ground.ask(payload, "Closing the form")
