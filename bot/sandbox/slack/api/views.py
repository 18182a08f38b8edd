"""views.*."""

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.api.arguments import Kind
from bot.sandbox.slack.api.method import Asked, Method
from bot.sandbox.slack.deeds import modals
from bot.sandbox.slack.errors import Refusal
from bot.sandbox.slack.views import View


def _shown(asked: Asked, view: View) -> JsonObject:
    return {"view": modals.as_json(asked.state, view)}


async def open_modal(asked: Asked) -> JsonObject:
    """Open a modal; from within a modal it lies on top of that one."""
    body = modals.approve(asked.state, asked.arguments["view"])
    trigger = asked.state.triggers.look_at(asked.text("trigger_id"))
    on_top = trigger.view_id is not None
    view = modals.show(asked.state, trigger.user, body, on_top=on_top, tab=trigger.tab)
    trigger.is_used = True
    return _shown(asked, view)


async def push(asked: Asked) -> JsonObject:
    body = modals.approve(asked.state, asked.arguments["view"])
    trigger = asked.state.triggers.look_at(asked.text("trigger_id"))
    if trigger.view_id is None or asked.state.views.get(trigger.view_id) is None:
        raise Refusal("not_found")
    view = modals.show(asked.state, trigger.user, body, on_top=True, tab=trigger.tab)
    trigger.is_used = True
    return _shown(asked, view)


async def update(asked: Asked) -> JsonObject:
    body = modals.approve(asked.state, asked.arguments["view"], kinds=("modal", "home"))
    view_id, external_id = asked.maybe("view_id"), asked.maybe("external_id")
    if (view_id is None) == (external_id is None):
        message = "[ERROR] exactly one of view_id and external_id must be given"
        raise Refusal("invalid_arguments", messages=[message], is_violation=True)
    views = asked.state.views
    view = views.get(view_id) if view_id else views.with_external_id(str(external_id))
    if view is None:
        raise Refusal("not_found")
    if view.type != body["type"]:
        message = "[ERROR] the type of a view cannot change [json-pointer:/view/type]"
        raise Refusal("invalid_arguments", messages=[message], is_violation=True)
    return _shown(asked, modals.update(asked.state, view, body, asked.maybe("hash")))


async def publish(asked: Asked) -> JsonObject:
    body = modals.approve(asked.state, asked.arguments["view"], kinds=("home",))
    user = asked.someone(asked.text("user_id"))
    if user.deleted or user.is_bot:
        raise Refusal("not_enabled")
    return _shown(asked, modals.publish(asked.state, user.id, body, asked.maybe("hash")))


_VIEW = {"view": Kind.OBJECT}

METHODS = {
    "views.open": Method(run=open_modal, required={"trigger_id": Kind.TEXT, **_VIEW}),
    "views.push": Method(run=push, required={"trigger_id": Kind.TEXT, **_VIEW}),
    "views.update": Method(
        run=update,
        required=_VIEW,
        optional={"view_id": Kind.TEXT, "external_id": Kind.TEXT, "hash": Kind.TEXT},
    ),
    "views.publish": Method(
        run=publish, required={"user_id": Kind.TEXT, **_VIEW}, optional={"hash": Kind.TEXT}
    ),
}
