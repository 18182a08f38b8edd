"""Listens for the buttons and forms of groups."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.groups import views
from bot.slack.features.groups.approving.listeners import approving
from bot.slack.features.groups.deeds import GroupForms
from bot.slack.features.groups.typed.deeds import GroupActs, as_form
from bot.slack.features.groups.typed.listeners import verbs
from bot.slack.features.groups.views import GroupWay
from bot.slack.kit import names
from bot.slack.kit.blocks import Form
from bot.slack.kit.payloads import (
    Body,
    Click,
    Submission,
    click_of,
    question_of,
    submission_of,
    text_or_none,
)
from bot.slack.kit.verbs import Verb
from bot.slack.line.membership import Membership
from bot.slack.line.modals import Doorman
from bot.slack.line.submitting import Answer, answer, carried_out
from bot.slack.workspace import Workspace
from storage.errors import NotFound

#: Which input shows the sentence about which field of an order.
FIELDS = {
    "name": names.GROUP_NAME,
    "people": names.GROUP_PEOPLE,
    "channels": names.GROUP_CHANNELS,
}


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen, and return the verb of groups."""
    membership = Membership(workspace.clients.hurried, workspace.standing)
    groups = house.people.groups
    acts = GroupActs(groups, house.people.permissions, membership, approving(house))
    _register_buttons(app, Buttons(acts, workspace))
    _register_forms(app, GroupForms(groups, acts), workspace.doorman)
    _register_options(app, acts)
    return verbs(acts)


class Buttons:
    """What the buttons do, after Slack was answered."""

    def __init__(self, acts: GroupActs, workspace: Workspace) -> None:
        self._acts = acts
        self._workspace = workspace

    async def create(self, body: Body) -> None:
        click = click_of(body)
        await self._show(click, await self._acts.blank(click.asker.by))

    async def delete(self, body: Body) -> None:
        click = click_of(body)
        try:
            said = await self._acts.deleted(click.subject, click.asker.by)
        except NotFound:
            if click.again:
                return  # The same click has deleted it already.
            raise
        view_id = text_or_none(click.view, "id")
        if view_id is not None:
            await self._workspace.doorman.change(view_id, views.shown(said))
        else:
            await self._workspace.voice.whisper(click.asker, said)

    async def edit(self, body: Body, way: GroupWay) -> None:
        click = click_of(body)
        reply = await self._acts.go_on(way, click.subject, click.asker.by)
        await self._show(click, as_form(reply))

    async def _show(self, click: Click, form: Form) -> None:
        """Open a form, or lay it over the one in which the button was pressed."""
        if text_or_none(click.view, "type") == "modal":
            await self._workspace.doorman.push(click.asker, click.trigger_id, form)
        else:
            await self._workspace.doorman.open(click.asker, click.trigger_id, form, again=None)


def _register_buttons(app: AsyncApp, buttons: Buttons) -> None:
    @app.action(names.GROUP_CREATE)
    async def on_create(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await buttons.create(body)

    @app.action(names.GROUP_DELETE)
    async def on_delete(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await buttons.delete(body)

    @app.action(names.GROUP_EDIT_PEOPLE)
    async def on_people(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await buttons.edit(body, GroupWay.ADD)

    @app.action(names.GROUP_EDIT_CHANNELS)
    async def on_channels(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await buttons.edit(body, GroupWay.CONNECT)

    @app.action(names.GROUP_EDIT_NAME)
    async def on_name(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await buttons.edit(body, GroupWay.RENAME)


def _register_options(app: AsyncApp, acts: GroupActs) -> None:
    @app.options(names.GROUP_PICK)
    async def on_group_typed(ack: AsyncAck, body: dict[str, Any]) -> None:
        question = question_of(body)
        await ack(options=await acts.like(question.typed, question.asker.by))


def _register_forms(app: AsyncApp, forms: GroupForms, doorman: Doorman) -> None:
    @app.view(names.GROUP_CREATE_FORM)
    async def on_create_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, doorman, body, _done(forms.create, body, names.GROUP_NAME))

    @app.view(names.GROUP_PICK_FORM)
    async def on_pick_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, doorman, body, _done(forms.pick, body, names.GROUP_PICK))

    @app.view(names.GROUP_RENAME_FORM)
    async def on_rename_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, doorman, body, _done(forms.rename, body, names.GROUP_NAME))

    @app.view(names.GROUP_PEOPLE_FORM)
    async def on_people_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, doorman, body, _done(forms.people, body, names.GROUP_PEOPLE))

    @app.view(names.GROUP_CHANNEL_FORM)
    async def on_channel_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, doorman, body, _done(forms.channels, body, names.GROUP_CHANNELS))


async def _done(act: Callable[[Submission], Awaitable[Form]], body: Body, otherwise: str) -> Answer:
    """Return what a form is answered with: what was done, or the sentence beside its input."""
    return await carried_out(act(submission_of(body)), FIELDS, otherwise)
