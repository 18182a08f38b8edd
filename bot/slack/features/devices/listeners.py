"""Listens for what people do about devices."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.devices.deciding import listeners as deciding
from bot.slack.features.devices.deeds import OwnDevices
from bot.slack.features.devices.heard import listeners as heard
from bot.slack.features.devices.heard import messages as heard_messages
from bot.slack.features.devices.heard.deeds import Hearing
from bot.slack.features.devices.lists import listeners as lists
from bot.slack.features.devices.rules.listeners import ways
from bot.slack.features.devices.typed.deeds import DeviceActs
from bot.slack.features.devices.typed.listeners import verbs
from bot.slack.kit import names
from bot.slack.kit.blocks import Form
from bot.slack.kit.payloads import Click, click_of, submission_of, text_or_none
from bot.slack.kit.verbs import Verb
from bot.slack.line.membership import Membership
from bot.slack.line.submitting import answer, carried_out
from bot.slack.workspace import Workspace

FIELDS = {
    "udid": names.DEVICE_UDID,
    "name": names.DEVICE_NAMED,
    "people": names.DEVICE_OWNER,
}


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen, and return the verb of devices."""
    own = OwnDevices(house, workspace)
    hearing = Hearing(house, workspace, own)
    heard.register(app, hearing, own, workspace)
    deciding.register(app, house, workspace)
    lists.register(app, house, workspace)
    _register_buttons(app, own, workspace)
    _register_forms(app, own, hearing, workspace)
    membership = Membership(workspace.clients.hurried, workspace.standing)
    return verbs(DeviceActs(house, own, ways(house, membership)))


def _register_buttons(app: AsyncApp, own: OwnDevices, workspace: Workspace) -> None:
    async def open_form(click: Click, form: Form) -> None:
        if text_or_none(click.view, "type") == "modal":
            await workspace.doorman.push(click.asker, click.trigger_id, form)
        else:
            await workspace.doorman.open(click.asker, click.trigger_id, form, again=None)

    @app.action(names.DEVICE_ADD)
    async def on_add(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        await open_form(click, await own.blank(click.asker.user_id, click.asker.by))

    @app.action(names.DEVICE_NAME)
    async def on_name(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        device_id, around = (*click.parts, "", "")[:2]
        place = (click.asker.channel_id or "", click.message_ts or "")
        await open_form(click, await own.name_form(device_id, click.asker.by, around, place))

    @app.action(names.DEVICE_DISABLE)
    async def on_disable(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        said = await own.switch(click.subject, click.asker.by, on=False)
        await workspace.voice.whisper(click.asker, said)

    @app.action(names.DEVICE_ENABLE)
    async def on_enable(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        said = await own.switch(click.subject, click.asker.by, on=True)
        await workspace.voice.whisper(click.asker, said)


def _register_forms(app: AsyncApp, own: OwnDevices, hearing: Hearing, workspace: Workspace) -> None:
    @app.view(names.DEVICE_ADD_FORM)
    async def on_add_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        added = carried_out(own.add(submission_of(body)), FIELDS, names.DEVICE_UDID)
        await answer(ack, workspace.doorman, body, added)

    @app.view(names.DEVICE_NAME_FORM)
    async def on_name_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        sent = submission_of(body)
        named = carried_out(own.name(sent), FIELDS, names.DEVICE_NAMED)
        await answer(ack, workspace.doorman, body, named)
        _, around, channel_id, ts = (*sent.kept, "", "", "")[:4]
        if around and ts:
            left = await own.those(around.split(","), sent.asker.by)
            if left:
                await hearing.turn(channel_id, ts, heard_messages.after(left))
