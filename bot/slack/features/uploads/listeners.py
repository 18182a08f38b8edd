"""Listens for files that people post, and for the buttons on an upload's card."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.drawing.titles import plain_title
from bot.slack.features.uploads import messages, views
from bot.slack.features.uploads.deeds import Arrivals, holds_no_device_list, links_to_a_build
from bot.slack.kit import blocks, names
from bot.slack.kit.payloads import Click, Outdated, click_of, question_of, submission_of
from bot.slack.kit.verbs import Verb
from bot.slack.line.errors import form_errors, is_for_people, problem
from bot.slack.line.modals import Doorman
from bot.slack.line.submitting import Answer, answer
from bot.slack.workspace import Workspace
from provisioning.actors import Act
from provisioning.errors import NotNow
from provisioning.releases.apps import NewApp
from provisioning.releases.titles import title_of_card
from storage.errors import SlipwayError

FIELDS = {"name": names.APP_NAME, "display_name": names.APP_DISPLAY_NAME}


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen. Files are posted, not typed: there is no verb."""
    _register_events(app, Arrivals(house, workspace))
    _register_buttons(app, house)
    _register_app_buttons(app, house, workspace)
    _register_form(app, house, workspace.doorman)
    return ()


def _register_events(app: AsyncApp, arrivals: Arrivals) -> None:
    @app.event("file_shared")
    async def on_file_shared(event: dict[str, Any]) -> None:
        await arrivals.shared(event)

    @app.event("file_deleted")
    async def on_file_deleted(event: dict[str, Any]) -> None:
        await arrivals.gone(event)

    @app.event({"type": "message", "subtype": "file_share"}, matchers=[holds_no_device_list])
    async def on_message_with_files(event: dict[str, Any]) -> None:
        await arrivals.posted(event)

    @app.event({"type": "message", "subtype": None}, matchers=[links_to_a_build])
    async def on_link(event: dict[str, Any]) -> None:
        arrivals.linked(event)

    @app.event({"type": "message", "subtype": "message_changed"})
    async def on_message_changed(event: dict[str, Any]) -> None:
        await arrivals.changed(event)

    @app.event({"type": "message", "subtype": "message_deleted"})
    async def on_message_deleted(event: dict[str, Any]) -> None:
        await arrivals.deleted(event)


def _register_buttons(app: AsyncApp, house: House) -> None:
    @app.action(names.DISMISS)
    async def on_dismiss(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        with own_doing(click):
            await house.releases.drafts.dismiss(click.subject, click.asker.by)
        await house.tellers.show_release(click.subject)

    @app.action(names.RESTORE)
    async def on_restore(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        with own_doing(click):
            await house.releases.drafts.restore(click.subject, click.asker.by)
        await house.tellers.show_release(click.subject)


@contextmanager
def own_doing(click: Click) -> Generator[None]:
    """Let a click that is repeated find the state that it wanted: it may have made it so itself."""
    try:
        yield
    except NotNow as late:
        if not click.again or late.data.get("state") != late.data.get("wanted", ""):
            raise


def _register_app_buttons(app: AsyncApp, house: House, workspace: Workspace) -> None:
    @app.action(names.CHOOSE_APP)
    async def on_choose_app(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        match click.parts:
            case (upload_id, app_id):
                await house.releases.apps.choose(upload_id, app_id, click.asker.by)
            case _:
                raise Outdated
        await house.tellers.show_upload(upload_id)

    @app.options(names.CHOOSE_APP)
    async def on_app_typed(ack: AsyncAck, body: dict[str, Any]) -> None:
        question = question_of(body)
        await house.people.permissions.require(question.asker.by, Act.CREATE_APP)
        card = await house.releases.cards.upload(question.subject)
        await ack(options=messages.choices(card, question.typed))

    @app.action(names.CREATE_APP)
    async def on_create_app(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        await house.people.permissions.require(click.asker.by, Act.CREATE_APP)
        card = await house.releases.cards.upload(click.subject)
        if card.release is not None:
            await house.tellers.show_upload(click.subject)
            there = plain_title(title_of_card(card.release))
            sentence = f"The app is already there: this build is {there}."
            await workspace.voice.whisper(click.asker, problem(sentence))
        elif card.build is not None:
            taken = await house.releases.lists.names()
            form = views.create_app(card.upload_id, card.build, taken)
            again = blocks.button("Create app…", names.CREATE_APP, click.value)
            await workspace.doorman.open(click.asker, click.trigger_id, form, again=again)


def _register_form(app: AsyncApp, house: House, doorman: Doorman) -> None:
    @app.view(names.CREATE_APP_FORM)
    async def on_create_app_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        sent = submission_of(body)
        new = NewApp(
            name=sent.entered(names.APP_NAME), display_name=sent.entered(names.APP_DISPLAY_NAME)
        )
        upload_id = views.upload_of(sent.private_metadata)
        changed: list[str] = []

        async def create() -> Answer:
            try:
                _, others = await house.releases.apps.create(upload_id, sent.asker.by, new)
            except SlipwayError as error:
                if not is_for_people(error):
                    raise
                return form_errors(error, FIELDS, names.APP_DISPLAY_NAME)
            changed.extend(dict.fromkeys([*others, upload_id]))
            return {}

        await answer(ack, doorman, body, create())
        for changed_id in changed:
            await house.tellers.show_upload(changed_id)
