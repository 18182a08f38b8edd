"""Carries out what is wanted of groups, by command, button or form."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack import mrkdwn, names
from bot.slack.blocks import Form, Message
from bot.slack.errors import form_errors, is_for_people
from bot.slack.groups import messages, views
from bot.slack.groups.grammar import Way, Wish, read
from bot.slack.parts import Workspace
from bot.slack.payloads import Submission, at, click_of, submission_of
from bot.slack.verbs import Asked, Reply, Verb, example
from provisioning.errors import Unclear
from provisioning.groups import Groups
from provisioning.people import Act, People
from storage.errors import SlipwayError
from storage.records.group import Group


class GroupActs:
    """Every way of `/release groups`, each answering with the group as it is afterwards."""

    def __init__(self, groups: Groups, people: People) -> None:
        self._groups = groups
        self._people = people
        self._ways: dict[Way, Callable[[Wish, str], Awaitable[Reply]]] = {
            Way.LIST: self._list,
            Way.CREATE: self._create,
            Way.SHOW: self._show,
            Way.RENAME: self._rename,
            Way.DELETE: self._delete,
            Way.ADD: self._add,
            Way.REMOVE: self._remove,
            Way.CONNECT: self._connect,
            Way.DISCONNECT: self._disconnect,
        }

    async def answer(self, asked: Asked) -> Reply:
        await self._people.require(asked.user_id, Act.MANAGE_GROUPS)
        wish = read(asked.rest)
        return await self._ways[wish.way](wish, asked.user_id)

    async def deleted(self, group_id: str, by: str) -> Message:
        return messages.deleted(await self._groups.delete(group_id, by))

    async def create_from_form(self, sent: Submission) -> Form:
        """Raise Unclear with the field `name` or `targets`."""
        by = sent.asker.user_id
        group = await self._groups.create(sent.entered(names.GROUP_NAME), by)
        people = sent.chosen(names.GROUP_PEOPLE)
        if people:
            await self._groups.add_people(group.id, people, by)
        for channel_id in _conversations(sent):
            await self._groups.connect(group.id, channel_id, by)
        return views.done(
            f"The group *{mrkdwn.plain(group.name, 64)}* is there. "
            f"See it with {example(f'groups show {group.slug}')}."
        )

    async def add_from_form(self, group_id: str, sent: Submission) -> Form:
        added = await self._groups.add_people(
            group_id, sent.chosen(names.GROUP_PEOPLE), sent.asker.user_id
        )
        return views.done(_counted(added, "added"))

    async def connect_from_form(self, group_id: str, sent: Submission) -> Form:
        chosen = _conversations(sent)
        for channel_id in chosen:
            await self._groups.connect(group_id, channel_id, sent.asker.user_id)
        where = ", ".join(mrkdwn.channel(channel_id) for channel_id in chosen)
        return views.done(f"Connected {where}. I must be in each: `/invite @slipway`.")

    async def _list(self, wish: Wish, by: str) -> Reply:
        del wish, by
        sheets = [await self._groups.sheet(group.id) for group in await self._groups.all()]
        return messages.listed(sheets)

    async def _create(self, wish: Wish, by: str) -> Reply:
        if not wish.group:
            return views.create()
        group = await self._groups.create(wish.group, by)
        await self._take(group, wish, by)
        return await self._sheet(group, f"Created the group *{_name(group)}*.")

    async def _show(self, wish: Wish, by: str) -> Reply:
        del by
        return await self._sheet(await self._meant(wish), "")

    async def _rename(self, wish: Wish, by: str) -> Reply:
        if not wish.new_name:
            raise Unclear(f"Say the new name: {example('groups rename QA to Quality')}")
        group = await self._groups.rename((await self._meant(wish)).id, wish.new_name, by)
        return await self._sheet(group, f"The group is called *{_name(group)}* now.")

    async def _delete(self, wish: Wish, by: str) -> Reply:
        del by
        group = await self._meant(wish)
        return await self._sheet(group, "Press *Delete group* to delete it for everybody.")

    async def _add(self, wish: Wish, by: str) -> Reply:
        group = await self._meant(wish)
        if not wish.people and not wish.usergroups:
            return views.add_people(group)
        added = await self._take(group, wish, by)
        return await self._sheet(group, _counted(added, "added"))

    async def _remove(self, wish: Wish, by: str) -> Reply:
        group = await self._meant(wish)
        if not wish.people and not wish.usergroups:
            raise Unclear(f"Say whom: {example(f'groups remove {group.slug} @somebody')}")
        removed = await self._groups.remove_people(group.id, wish.people, by)
        for usergroup in wish.usergroups:
            removed += await self._groups.remove_usergroup(group.id, usergroup.id, by)
        return await self._sheet(group, _counted(removed, "removed"))

    async def _connect(self, wish: Wish, by: str) -> Reply:
        group = await self._meant(wish)
        if not wish.channels:
            return views.connect(group)
        for channel in wish.channels:
            await self._groups.connect(group.id, channel.id, by)
        return await self._sheet(group, "Connected. I must be in the channel: `/invite @slipway`.")

    async def _disconnect(self, wish: Wish, by: str) -> Reply:
        group = await self._meant(wish)
        if not wish.channels:
            raise Unclear(f"Say which: {example(f'groups disconnect {group.slug} #channel')}")
        gone = [await self._groups.disconnect(group.id, c.id, by) for c in wish.channels]
        said = "Disconnected." if any(gone) else "It was not connected to that channel."
        return await self._sheet(group, said)

    async def _take(self, group: Group, wish: Wish, by: str) -> int:
        """Take everybody and every channel of *wish* into the group; return how many are new."""
        added = await self._groups.add_people(group.id, wish.people, by) if wish.people else 0
        for usergroup in wish.usergroups:
            added += await self._groups.add_usergroup(group.id, usergroup.id, usergroup.name, by)
        for channel in wish.channels:
            await self._groups.connect(group.id, channel.id, by)
        return added

    async def _meant(self, wish: Wish) -> Group:
        if wish.group:
            return await self._groups.named(wish.group)
        raise Unclear(f"Say which group: {example(f'groups {wish.way.value} QA')}")

    async def _sheet(self, group: Group, said: str) -> Message:
        return messages.full(await self._groups.sheet(group.id), said)


def _name(group: Group) -> str:
    return mrkdwn.plain(group.name, 64)


def _counted(count: int, done: str) -> str:
    if count == 0:
        return f"Nothing was {done}: it was so already."
    return f"{count} {done}."


def _conversations(sent: Submission) -> Sequence[str]:
    found = at(sent.values, names.GROUP_CHANNELS, names.GROUP_CHANNELS, "selected_conversations")
    return [str(channel_id) for channel_id in found] if isinstance(found, list) else []


def verbs(acts: GroupActs) -> tuple[Verb, ...]:
    """Return the verb of groups."""
    return (
        Verb(
            name="groups",
            usage="groups [list | create | show | rename | delete | add | remove | connect | "
            "disconnect] …",
            summary="Who gets releases, and which channels hear of them.",
            examples=(
                "groups",
                "groups create QA @ann @bob @qa-team #qa",
                "groups show QA",
                "groups add QA @cid",
                "groups remove QA @cid",
                "groups connect QA #qa",
                "groups disconnect QA #qa",
                "groups rename QA to Quality",
                "groups delete QA",
            ),
            act=Act.MANAGE_GROUPS,
            answer=acts.answer,
        ),
    )


def register(app: AsyncApp, acts: GroupActs, workspace: Workspace) -> None:
    """Let *app* listen for the buttons and forms of groups."""

    @app.action(names.GROUP_CREATE)
    async def on_create(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)

        async def open_form() -> None:
            await workspace.doorman.open(click.asker, click.trigger_id, views.create(), again=None)

        workspace.errors.start(open_form, click.asker, during="create a group")

    @app.action(names.GROUP_DELETE)
    async def on_delete(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)

        async def delete() -> None:
            await workspace.voice.whisper(
                click.asker, await acts.deleted(click.subject, click.asker.user_id)
            )

        workspace.errors.start(delete, click.asker, during="delete a group")

    @app.view(names.GROUP_CREATE_FORM)
    async def on_create_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await _submit(ack, acts.create_from_form, submission_of(body), names.GROUP_NAME)

    @app.view(names.GROUP_PEOPLE_FORM)
    async def on_people_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        sent = submission_of(body)

        async def act(sent: Submission) -> Form:
            return await acts.add_from_form(_subject(sent), sent)

        await _submit(ack, act, sent, names.GROUP_PEOPLE)

    @app.view(names.GROUP_CHANNEL_FORM)
    async def on_channel_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        sent = submission_of(body)

        async def act(sent: Submission) -> Form:
            return await acts.connect_from_form(_subject(sent), sent)

        await _submit(ack, act, sent, names.GROUP_CHANNELS)


async def _submit(
    ack: AsyncAck, act: Callable[[Submission], Awaitable[Form]], sent: Submission, otherwise: str
) -> None:
    """Answer a form with what was done, or with the sentence beside its input."""
    fields = {"name": names.GROUP_NAME, "targets": names.GROUP_PEOPLE}
    try:
        form = await act(sent)
    except SlipwayError as error:
        if not is_for_people(error):
            raise
        await ack(**form_errors(error, fields, otherwise))
        return
    await ack(response_action="update", view=form.view())


def _subject(sent: Submission) -> str:
    return sent.private_metadata.partition(":")[2]
