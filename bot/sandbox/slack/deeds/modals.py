"""Opening, stacking, updating and closing views."""

import json
from collections.abc import Sequence
from dataclasses import replace

from bot.sandbox.shapes import JsonObject, copied
from bot.sandbox.slack.blocks.inspection import check_view
from bot.sandbox.slack.blocks.naming import with_ids
from bot.sandbox.slack.deeds.filing import unknown_files
from bot.sandbox.slack.errors import Refusal
from bot.sandbox.slack.forms import initial_values, kept_values
from bot.sandbox.slack.state import State
from bot.sandbox.slack.views import DEEPEST_STACK, EVERY_TAB, View

#: A view may be so many bytes of JSON.
VIEW_BYTES = 250_000


def approve(state: State, body: object, *, kinds: tuple[str, ...] = ("modal",)) -> JsonObject:
    """Return a view with all ids filled in. Raise Refusal when Slack would not show it."""
    if len(json.dumps(body).encode()) > VIEW_BYTES:
        raise Refusal("view_too_large")
    wrong = check_view(body) or unknown_files(state, body)
    if wrong or not isinstance(body, dict):
        raise Refusal("invalid_arguments", messages=wrong, is_violation=True)
    if body["type"] not in kinds:
        message = f"[ERROR] the view must be a {' or '.join(kinds)} [json-pointer:/view/type]"
        raise Refusal("invalid_arguments", messages=[message], is_violation=True)
    approved = copied(body)
    approved["blocks"] = with_ids(body["blocks"], state.mint)
    return approved


def _hash(state: State) -> str:
    return f"{state.now()}.{state.mint.secret(8)}"


def show(
    state: State, user_id: str, body: JsonObject, *, on_top: bool, tab: str = EVERY_TAB
) -> View:
    """Open a modal in a tab, on top of the others there or instead of them."""
    if not on_top:
        state.views.clear(user_id, tab)
    stack = state.views.stack(user_id, tab)
    if len(stack) >= DEEPEST_STACK:
        raise Refusal("push_limit_reached")
    _refuse_twin(state, body, None)
    view = _made(state, user_id, body, stack, tab)
    state.views.push(view)
    kind = "view_pushed" if stack else "view_opened"
    state.tell_page({"type": kind, "view": as_json(state, view)}, user=user_id, tab=tab)
    return view


def _made(
    state: State, user_id: str, body: JsonObject, below: Sequence[View], tab: str = EVERY_TAB
) -> View:
    view_id = state.mint.id("V")
    return View(
        id=view_id,
        user=user_id,
        hash=_hash(state),
        body=body,
        values=initial_values(body["blocks"]),
        root_id=below[0].id if below else view_id,
        previous_id=below[-1].id if below else None,
        tab=tab,
    )


def _refuse_twin(state: State, body: JsonObject, view_id: str | None) -> None:
    external_id = body.get("external_id")
    twin = state.views.with_external_id(str(external_id)) if external_id else None
    if twin is not None and twin.id != view_id:
        raise Refusal("duplicate_external_id")


def update(state: State, view: View, body: JsonObject, expected_hash: str | None) -> View:
    """Replace what a view shows; what the person typed stays where the ids stayed."""
    if expected_hash is not None and expected_hash != view.hash:
        raise Refusal("hash_conflict")
    _refuse_twin(state, body, view.id)
    values = kept_values(body["blocks"], view.values)
    new = replace(view, body=body, hash=_hash(state), values=values)
    state.views.replace(new)
    if new.type == "home":
        state.tell_page({"type": "home"}, user=new.user)
    else:
        shown: JsonObject = {"type": "view_updated", "view": as_json(state, new)}
        state.tell_page(shown, user=new.user, tab=new.tab)
    return new


def publish(state: State, user_id: str, body: JsonObject, expected_hash: str | None) -> View:
    """Show a Home tab."""
    known = state.views.home(user_id)
    if known is not None:
        return update(state, known, body, expected_hash)
    view = _made(state, user_id, body, [])
    state.views.publish(view)
    state.tell_page({"type": "home"}, user=user_id)
    return view


def close(state: State, view: View) -> None:
    """Take one modal away; the one below it shows again."""
    state.views.pop(view.id)
    state.tell_page({"type": "view_closed", "view_id": view.id}, user=view.user, tab=view.tab)


def close_all(state: State, view: View) -> None:
    """Take away every modal of the tab that *view* is open in."""
    for one in reversed(state.views.stack(view.user, view.tab)):
        close(state, one)


def fill(state: State, view: View, values: JsonObject) -> View:
    """Remember what a person filled in so far."""
    current = state.views.get(view.id) or view
    merged = {block: dict(actions) for block, actions in current.values.items()}
    for block_id, actions in values.items():
        merged.setdefault(block_id, {}).update(actions)
    filled = replace(current, values=merged)
    state.views.replace(filled)
    return filled


def as_json(state: State, view: View) -> JsonObject:
    return view.as_json(team_id=state.team_id, app_id=state.app.app_id, bot_id=state.app.bot_id)
