"""`/desk/commands`, `/desk/actions`, `/desk/options`, `/desk/views`, `/desk/shortcuts`."""

import contextlib

from aiohttp import web

from bot.sandbox.shapes import JsonObject, as_object, as_text
from bot.sandbox.slack.acts import clicks, submitting
from bot.sandbox.slack.acts.clicks import Place, Spot
from bot.sandbox.slack.deeds import modals
from bot.sandbox.slack.desk.door import Visit
from bot.sandbox.slack.desk.messages import found_message, with_pictures
from bot.sandbox.slack.errors import NotPossible, Unanswered
from bot.sandbox.slack.forms import FIELDS, element_named, fields_of
from bot.sandbox.slack.views import View


def shown_view(visit: Visit, view: View) -> JsonObject:
    shown = modals.as_json(visit.workspace.state, view)
    return {**shown, "blocks": with_pictures(visit, shown["blocks"])}


async def open_home(visit: Visit) -> web.Response:
    """Tell the app that its Home tab was opened, and answer with the tab."""
    await visit.person.open_home()
    return await home(visit)


async def home(visit: Visit) -> web.Response:
    """Answer with the Home tab as it is."""
    view = visit.workspace.home_of(visit.person.id)
    if view is None:
        return web.json_response({"blocks": None, "view_id": None})
    return web.json_response({"blocks": with_pictures(visit, view.blocks), "view_id": view.id})


async def command(visit: Visit) -> web.Response:
    body = await visit.body()
    channel, text = as_text(body.get("channel")), as_text(body.get("text"))
    await visit.person.command(channel, as_text(body.get("command")), text)
    return web.json_response({"ok": True})


def _place(visit: Visit, body: JsonObject) -> Place:
    container = as_object(body.get("container"))
    if container.get("type") == "message":
        channel, ts = as_text(container.get("channel")), as_text(container.get("ts"))
        return found_message(visit, channel, ts)
    return _view(visit, as_text(container.get("view_id")))


def _view(visit: Visit, view_id: str) -> View:
    views = visit.workspace.state.views
    found = views.home(visit.person.id) if view_id == "home" else views.get(view_id)
    if found is None or found.user != visit.person.id:
        raise NotPossible("This view is closed.")
    return found


def _filled(view: View, state: object) -> JsonObject:
    """Return what the page says was filled in, as far as the view has such fields."""
    given = as_object(state)
    values: JsonObject = {}
    for block, element in fields_of(view.blocks):
        value = as_object(given.get(block["block_id"])).get(element["action_id"])
        if isinstance(value, dict) and value.get("type") == element["type"]:
            key = FIELDS[element["type"]].key
            kept = {"type": element["type"], key: value.get(key)}
            values.setdefault(block["block_id"], {})[element["action_id"]] = kept
    return values


async def action(visit: Visit) -> web.Response:
    body = await visit.body()
    place = _place(visit, body)
    if isinstance(place, View):
        place = modals.fill(visit.workspace.state, place, _filled(place, body.get("state")))
    spot = _spot(body)
    _, element = element_named(place.blocks, spot.action_id, block_id=spot.block_id)
    await clicks.click(visit.ground, visit.person.id, place, spot, _chosen(element, body))
    return web.json_response({"ok": True})


def _spot(body: JsonObject) -> Spot:
    block_id = as_text(body.get("block_id")) or None
    return Spot(action_id=as_text(body.get("action_id")), block_id=block_id)


def _chosen(element: JsonObject, body: JsonObject) -> object:
    kind = as_text(element.get("type"))
    if kind == "overflow":
        return body.get("selected_option")
    field = FIELDS.get(kind)
    if field is None:
        return None
    return {"type": kind, field.key: body.get(field.key)}


async def options(visit: Visit) -> web.Response:
    body = await visit.body()
    place = _place(visit, body)
    typed = as_text(body.get("value"))
    ground = visit.ground
    answer = await clicks.suggestions(ground, visit.person.id, place, _spot(body), typed)
    return web.json_response(answer)


async def submit(visit: Visit) -> web.Response:
    body = await visit.body()
    view = _view(visit, visit.request.match_info["view"])
    ground = visit.ground
    filled = modals.fill(ground.state, view, _filled(view, body.get("state")))
    done = await submitting.submit(ground, visit.person.id, filled, {})
    if done.action == "errors":
        return web.json_response({"response_action": "errors", "errors": done.errors})
    if done.action == "clear":
        return web.json_response({"response_action": "clear"})
    if done.view is not None:
        shown = shown_view(visit, done.view)
        return web.json_response({"response_action": done.action, "view": shown})
    return web.json_response({"ok": True})


async def close(visit: Visit) -> web.Response:
    """Close one view; one that is gone, or whose closing the app ignores, is closed enough."""
    view = visit.workspace.state.views.get(visit.request.match_info["view"])
    if view is not None:
        with contextlib.suppress(Unanswered):
            await visit.person.close(view)
    return web.json_response({"ok": True})


async def shortcut(visit: Visit) -> web.Response:
    body = await visit.body()
    message = None
    if body.get("type") == "message":
        message = found_message(visit, as_text(body.get("channel")), as_text(body.get("ts")))
    await visit.person.shortcut(as_text(body.get("callback_id")), message)
    return web.json_response({"ok": True})
