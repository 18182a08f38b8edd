"""Listens for everything that gives a release to people: buttons, forms, shortcuts."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.distribution.deeds import Desk
from bot.slack.features.distribution.noting import listeners as noting
from bot.slack.features.distribution.noting.deeds import NotingDesk
from bot.slack.features.distribution.typed.deeds import DistributeCommand
from bot.slack.features.distribution.typed.listeners import verbs
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of, question_of, shortcut_of, submission_of
from bot.slack.kit.verbs import Verb
from bot.slack.line.modals import Doorman
from bot.slack.line.submitting import answer
from bot.slack.named import NamedThings
from bot.slack.workspace import Workspace


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen, and return the verb that distributes."""
    desk = Desk(house, workspace)
    _register_buttons(app, desk)
    _register_forms(app, desk, workspace.doorman)
    _register_shortcuts(app, desk)
    _register_options(app, desk)
    noting.register(
        app,
        NotingDesk(
            permissions=house.people.permissions,
            cards=house.releases.cards,
            editing=house.releases.editing,
            links=house.links,
            doorman=workspace.doorman,
        ),
    )
    typed = DistributeCommand(
        cards=house.releases.cards,
        lists=house.releases.lists,
        named=NamedThings(lists=house.releases.lists, groups=house.people.groups),
        permissions=house.people.permissions,
        distributions=house.distributing.distributions,
        joint=house.distributing.joint,
        pending=house.distributing.pending_cards,
    )
    return verbs(typed)


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

    @app.action(names.DISTRIBUTE_AGAIN)
    async def on_distribute_again(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.again(click_of(body))

    @app.action(names.TELL_NOW)
    async def on_tell_now(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.tell_now(click_of(body))

    @app.action(names.OWN_LINK)
    async def on_own_link(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.own_link(click_of(body))

    @app.action(names.OPEN_NOTES)
    @app.action(names.INSTALL)
    async def on_link(ack: AsyncAck) -> None:
        # Slack opens the link by itself, and reports the click all the same.
        await ack()

    @app.action(names.OPTIONS)
    async def on_option(ack: AsyncAck) -> None:
        # What is ticked is read when the form is sent.
        await ack()


def _register_forms(app: AsyncApp, desk: Desk, doorman: Doorman) -> None:
    @app.view(names.DISTRIBUTE_FORM)
    async def on_distribute_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, doorman, body, desk.sent(submission_of(body)))

    @app.view(names.PICK_FORM)
    async def on_pick_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, doorman, body, desk.picked(submission_of(body)))


def _register_shortcuts(app: AsyncApp, desk: Desk) -> None:
    @app.shortcut(names.DISTRIBUTE_GLOBAL)
    async def on_distribute_global(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.pick(shortcut_of(body))

    @app.shortcut(names.DISTRIBUTE_MESSAGE)
    async def on_distribute_message(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.of_shortcut(shortcut_of(body))


def _register_options(app: AsyncApp, desk: Desk) -> None:
    @app.options(names.GROUPS)
    async def on_groups_typed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(options=await desk.groups_like(question_of(body)))

    @app.options(names.RELEASE)
    async def on_release_typed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(options=await desk.releases_like(question_of(body)))
