"""Listens for what changes around us."""

import logging
import re
from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.house import House
from bot.slack.channels import Channels
from bot.slack.features.upkeep.deeds import greet, reply
from bot.slack.kit.payloads import (
    Outdated,
    at,
    is_direct,
    is_word_of_a_person,
    text,
    text_or_none,
)
from bot.slack.kit.verbs import Verb
from bot.slack.line.health import SlackOut
from bot.slack.line.once import UNHEARD
from bot.slack.workspace import Workspace

logger = logging.getLogger(__name__)

REMOVED = "Slipway was removed from the channel; type `/invite @slipway` there"
ARCHIVED = "the channel is archived"


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen. There is nothing to type."""
    _register_channels(app, house, workspace)
    _register_people(app, house, workspace)
    _register_app(app, workspace)
    return ()


def register_rest(app: AsyncApp) -> None:
    """
    Take whatever nobody else listens for.

    Slack repeats and counts what is not answered, and buttons of an earlier version stay around.
    """

    @app.action(re.compile(".*"))
    async def on_any_action(ack: AsyncAck) -> None:
        await ack()
        raise Outdated

    @app.view(re.compile(".*"))
    async def on_any_view() -> None:
        raise Outdated

    @app.options(re.compile(".*"))
    async def on_any_options(ack: AsyncAck) -> None:
        await ack(options=[])

    @app.event(re.compile(".*"))
    async def on_any_event(event: dict[str, Any], context: AsyncBoltContext) -> None:
        # Every word said in a channel arrives here; none of them is worth a row in the database.
        context[UNHEARD] = True
        logger.debug("Nobody listens for the event %s.", event.get("type"))


def _register_channels(app: AsyncApp, house: House, workspace: Workspace) -> None:
    channels = Channels(house.people.groups, workspace.voice)

    @app.event("member_left_channel")
    async def on_member_left(event: dict[str, Any]) -> None:
        if text_or_none(event, "user") == (await workspace.whoami()).user_id:
            await channels.lose(text(event, "channel"), REMOVED)

    @app.event("member_joined_channel")
    async def on_member_joined(event: dict[str, Any]) -> None:
        if text_or_none(event, "user") == (await workspace.whoami()).user_id:
            await channels.mend(text(event, "channel"))

    @app.event(re.compile("(channel|group)_archive"))
    async def on_archive(event: dict[str, Any]) -> None:
        await channels.lose(text(event, "channel"), ARCHIVED)

    @app.event(re.compile("(channel|group)_unarchive"))
    async def on_unarchive(event: dict[str, Any]) -> None:
        await channels.mend(text(event, "channel"))

    @app.event(re.compile("(channel|group)_rename"))
    async def on_rename(event: dict[str, Any]) -> None:
        await house.people.groups.note_renamed(text(event, "channel", "id"))

    @app.event("channel_id_changed")
    async def on_id_changed(event: dict[str, Any]) -> None:
        await house.people.groups.move_channel(
            text(event, "old_channel_id"), text(event, "new_channel_id")
        )


def _register_people(app: AsyncApp, house: House, workspace: Workspace) -> None:
    directory = workspace.directory

    @app.event("user_change")
    async def on_user_change(event: dict[str, Any]) -> None:
        person = await directory.learn(at(event, "user") or {})
        if person is not None:
            await house.leaving.departures.follow(person)

    @app.event("subteam_updated")
    async def on_subteam_updated(event: dict[str, Any]) -> None:
        usergroup_id = text(event, "subteam", "id")
        await directory.outdate_usergroup(usergroup_id)
        await house.distributing.settling.usergroup_changed(usergroup_id)

    @app.event("subteam_members_changed")
    async def on_subteam_members(event: dict[str, Any]) -> None:
        usergroup_id = text(event, "subteam_id")
        await directory.outdate_usergroup(usergroup_id)
        moved = [
            one
            for way in ("added_users", "removed_users")
            for one in at(event, way) or ()
            if isinstance(one, str)
        ]
        await house.people.roles.usergroup_changed(usergroup_id, moved)
        await house.distributing.settling.usergroup_changed(usergroup_id)


def _register_app(app: AsyncApp, workspace: Workspace) -> None:
    @app.event("app_mention")
    async def on_mention(event: dict[str, Any], body: dict[str, Any]) -> None:
        greet(workspace, event, body)

    @app.event({"type": "message", "subtype": None}, matchers=[_is_word_of_a_person])
    async def on_direct_message(event: dict[str, Any]) -> None:
        reply(workspace, event)

    @app.event("app_uninstalled")
    async def on_uninstalled() -> None:
        workspace.standing.stop("The Slack app was uninstalled from the workspace.")

    @app.event("tokens_revoked")
    async def on_tokens_revoked(event: dict[str, Any]) -> None:
        revoked = at(event, "tokens", "bot")
        try:
            own = (await workspace.whoami()).user_id
        except SlackOut:
            return  # The token is dead already, which says it all.
        if isinstance(revoked, list) and own in revoked:
            workspace.standing.stop("The bot token was revoked.")


async def _is_word_of_a_person(event: dict[str, Any]) -> bool:
    """Whether a message was said to us alone, by nobody's machine."""
    return is_direct(event) and is_word_of_a_person(event)
