"""Listens for decisions about people who would like to join."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.features.invite.deciding.deeds import JoinDesk
from bot.slack.kit import blocks, names
from bot.slack.kit.payloads import click_of, submission_of
from bot.slack.line.modals import Doorman
from bot.slack.line.submitting import answer, carried_out


def register(app: AsyncApp, desk: JoinDesk, doorman: Doorman) -> None:
    """Let *app* listen."""

    @app.action(names.JOIN_APPROVE)
    async def on_approve(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.approve(click_of(body))

    @app.action(names.JOIN_DECLINE)
    async def on_decline(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        form = await desk.ask_why(click)
        if form is not None:
            again = blocks.button("Decline…", names.JOIN_DECLINE, click.value)
            await doorman.open(click.asker, click.trigger_id, form, again=again)

    @app.view(names.JOIN_DECLINE_FORM)
    async def on_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        declined = carried_out(desk.decline(submission_of(body)), {}, names.JOIN_REASON)
        await answer(ack, doorman, body, declined)
