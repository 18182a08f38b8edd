"""Listens for decisions about devices."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.devices.deciding.deeds import Deciding
from bot.slack.kit import blocks, names
from bot.slack.kit.payloads import click_of, submission_of
from bot.slack.line.submitting import answer, carried_out
from bot.slack.workspace import Workspace

#: Where it is said that nothing was ticked.
PENDING_FIELDS = {"devices": f"{names.DEVICE_CHOSEN}_0"}


def register(app: AsyncApp, house: House, workspace: Workspace) -> None:
    """Let *app* listen."""
    deciding = Deciding(house, workspace)
    _register_buttons(app, deciding, workspace)
    _register_waves(app, deciding, workspace)
    _register_forms(app, deciding, workspace)


def _register_buttons(app: AsyncApp, deciding: Deciding, workspace: Workspace) -> None:
    @app.action(names.DEVICE_APPROVE)
    async def on_approve(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await deciding.approve(click_of(body))

    @app.action(names.DEVICE_REFUSE)
    async def on_refuse(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        form = await deciding.ask_why(click)
        if form is not None:
            again = blocks.button("Refuse…", names.DEVICE_REFUSE, click.value)
            await workspace.doorman.open(click.asker, click.trigger_id, form, again=again)

    @app.action(names.DEVICE_REOPEN)
    async def on_reopen(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await deciding.reopen(click_of(body))


def _register_waves(app: AsyncApp, deciding: Deciding, workspace: Workspace) -> None:
    @app.action(names.WAVE_RETRY)
    async def on_retry(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        await workspace.voice.whisper(click.asker, await deciding.retry(click))

    @app.action(names.WAVE_APP_ID)
    async def on_make_app_id(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        await workspace.voice.whisper(click.asker, await deciding.make_app_id(click))


def _register_forms(app: AsyncApp, deciding: Deciding, workspace: Workspace) -> None:
    @app.view(names.DEVICE_REFUSE_FORM)
    async def on_refuse_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        refused = carried_out(deciding.refuse(submission_of(body)), {}, names.DEVICE_REASON)
        await answer(ack, workspace.doorman, body, refused)

    @app.view(names.DEVICE_PENDING_FORM)
    async def on_pending_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        decided = carried_out(
            deciding.decide(submission_of(body)), PENDING_FIELDS, names.DEVICE_VERDICT
        )
        await answer(ack, workspace.doorman, body, decided)
