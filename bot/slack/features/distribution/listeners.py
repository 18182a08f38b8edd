"""Listens for everything that gives a release to people: buttons, forms, shortcuts."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.features.distribution import views
from bot.slack.features.distribution.deeds import Desk, update
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of, question_of, shortcut_of, submission_of
from bot.slack.parts import SlackParts
from provisioning.people.people import Act


def register(app: AsyncApp, parts: SlackParts) -> None:
    """Let *app* listen."""
    desk = Desk(parts)
    _register_buttons(app, desk)
    _register_forms(app, desk)
    _register_shortcuts(app, desk, parts)
    _register_options(app, desk)


def _register_buttons(app: AsyncApp, desk: Desk) -> None:
    @app.action(names.DISTRIBUTE)
    async def on_distribute(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        await desk.open(click.asker, click.trigger_id, click.subject)

    @app.action(names.DISTRIBUTE_USUAL)
    async def on_distribute_usual(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.usual(click_of(body))

    @app.action(names.PREVIEW)
    async def on_preview(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.preview(click_of(body))

    @app.action(names.INSTALL)
    async def on_install(ack: AsyncAck) -> None:
        # Slack opens the link by itself, and reports the click all the same.
        await ack()


def _register_forms(app: AsyncApp, desk: Desk) -> None:
    @app.view(names.DISTRIBUTE_FORM)
    async def on_distribute_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(**await desk.sent(submission_of(body)))

    @app.view(names.PICK_FORM)
    async def on_pick_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        sent = submission_of(body)
        form = await desk.form(sent.asker, sent.entered(names.RELEASE))
        await ack(**update(form.view()))


def _register_shortcuts(app: AsyncApp, desk: Desk, parts: SlackParts) -> None:
    @app.shortcut(names.DISTRIBUTE_GLOBAL)
    async def on_distribute_global(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        shortcut = shortcut_of(body)
        await parts.people.require(shortcut.asker.user_id, Act.DISTRIBUTE)
        await parts.workspace.doorman.open(
            shortcut.asker, shortcut.trigger_id, views.pick(), again=None
        )

    @app.shortcut(names.DISTRIBUTE_MESSAGE)
    async def on_distribute_message(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        shortcut = shortcut_of(body)
        await parts.people.require(shortcut.asker.user_id, Act.DISTRIBUTE)
        release_id = await desk.of_message(shortcut)
        await desk.open(shortcut.asker, shortcut.trigger_id, release_id)


def _register_options(app: AsyncApp, desk: Desk) -> None:
    @app.options(names.GROUPS)
    async def on_groups_typed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(options=await desk.groups_like(question_of(body).typed))

    @app.options(names.RELEASE)
    async def on_release_typed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(options=await desk.releases_like(question_of(body).typed))
