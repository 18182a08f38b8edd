"""Listens for what changes around us."""

import logging
import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError

from bot.slack.features.upkeep import messages
from bot.slack.kit.payloads import Asker, Body, Outdated, at, text, text_or_none
from bot.slack.line.once import UNHEARD
from bot.slack.parts import SlackParts

logger = logging.getLogger(__name__)

REMOVED = "Slipway was removed from the channel; type `/invite @slipway` there"
ARCHIVED = "the channel is archived"


def register(app: AsyncApp, parts: SlackParts) -> None:
    """Let *app* listen."""
    _register_channels(app, parts)
    _register_people(app, parts)
    _register_app(app, parts)


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


async def redraw(parts: SlackParts, body: Body) -> None:
    """Draw anew the card that a button of an earlier version stands on."""
    channel_id = text_or_none(body, "container", "channel_id")
    ts = text_or_none(body, "container", "message_ts")
    key = await parts.workspace.postings.at(channel_id, ts) if channel_id and ts else None
    kind, _, rest = (key or "").partition(":")
    subject = rest.partition(":")[0]
    if kind == "upload":
        await parts.announcer.show_upload(subject)
    elif kind == "release":
        await parts.announcer.show_release(subject)


def _register_channels(app: AsyncApp, parts: SlackParts) -> None:
    @app.event("member_left_channel")
    async def on_member_left(event: dict[str, Any]) -> None:
        if text_or_none(event, "user") == (await parts.workspace.whoami()).user_id:
            await parts.channels.lose(text(event, "channel"), REMOVED)

    @app.event("member_joined_channel")
    async def on_member_joined(event: dict[str, Any]) -> None:
        if text_or_none(event, "user") == (await parts.workspace.whoami()).user_id:
            await parts.channels.mend(text(event, "channel"))

    @app.event(re.compile("(channel|group)_archive"))
    async def on_archive(event: dict[str, Any]) -> None:
        await parts.channels.lose(text(event, "channel"), ARCHIVED)

    @app.event(re.compile("(channel|group)_unarchive"))
    async def on_unarchive(event: dict[str, Any]) -> None:
        await parts.channels.mend(text(event, "channel"))

    @app.event("channel_id_changed")
    async def on_id_changed(event: dict[str, Any]) -> None:
        await parts.groups.move_channel(
            text(event, "old_channel_id"), text(event, "new_channel_id")
        )


def _register_people(app: AsyncApp, parts: SlackParts) -> None:
    directory = parts.workspace.directory

    @app.event("user_change")
    async def on_user_change(event: dict[str, Any]) -> None:
        person = await directory.learn(at(event, "user") or {})
        if person is not None:
            await parts.testers.deactivate(person.id, active=not person.deleted)

    @app.event("subteam_updated")
    async def on_subteam_updated(event: dict[str, Any]) -> None:
        await directory.outdate_usergroup(text(event, "subteam", "id"))

    @app.event("subteam_members_changed")
    async def on_subteam_members(event: dict[str, Any]) -> None:
        await directory.outdate_usergroup(text(event, "subteam_id"))


def _register_app(app: AsyncApp, parts: SlackParts) -> None:
    workspace = parts.workspace

    @app.event("app_mention")
    async def on_mention(event: dict[str, Any], body: dict[str, Any]) -> None:
        await _greet(parts, event, body)

    @app.event("app_uninstalled")
    async def on_uninstalled() -> None:
        workspace.standing.stop("The Slack app was uninstalled from the workspace.")

    @app.event("tokens_revoked")
    async def on_tokens_revoked(event: dict[str, Any]) -> None:
        revoked = at(event, "tokens", "bot")
        try:
            own = (await workspace.whoami()).user_id
        except SlackApiError as error:
            workspace.standing.note(error)  # The token is dead already, which says it all.
            return
        if isinstance(revoked, list) and own in revoked:
            workspace.standing.stop("The bot token was revoked.")


async def _greet(parts: SlackParts, event: Body, body: Body) -> None:
    asker = Asker(
        user_id=text(event, "user"),
        team_id=text_or_none(body, "team_id") or "",
        channel_id=text(event, "channel"),
        thread_ts=text_or_none(event, "thread_ts"),
    )
    parts.workspace.tasks.start(_said(parts, asker), name="answer a mention")


async def _said(parts: SlackParts, asker: Asker) -> None:
    await parts.workspace.voice.whisper(asker, messages.greeting())
