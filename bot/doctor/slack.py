"""Slack: whether it lets us in, with what we need, and where we are missing."""

from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.doctor.complaint import Broken, Doubtful, NotLooked, in_two
from bot.doctor.outside import Outside
from bot.doctor.records import open_records
from bot.settings import Settings
from bot.slack.kit import names
from bot.slack.kit.codes import code_of
from bot.slack.kit.payloads import at
from bot.slack.line.admission import app_token_refused, bot_token_refused
from storage.catalog import groups, organizations

#: In seconds. Slack refuses signatures that are five minutes off.
CLOCK_TOLERANCE = 60.0
#: In seconds, for one call.
ANSWER_WITHIN = 8
#: So many channels and admins are asked about.
ASKED_ABOUT = 50
OUT_OF_REACH = (aiohttp.ClientError, OSError, TimeoutError)
#: What Slack says of a channel that it does not show us.
UNSEEN = frozenset({"channel_not_found", "not_in_channel"})


async def settings_of_slack(settings: Settings, _outside: Outside) -> str:
    """Say whether all that the chosen mode needs is set, and looks like what it should be."""
    complaints = settings.slack_complaints()
    if complaints:
        raise Broken(" ".join(complaints), "See docs/slack.md.")
    return f"All that {settings.slack_mode} mode needs is set."


async def bot_token(settings: Settings, _outside: Outside) -> str:
    """Say who we are in Slack."""
    if settings.slack_bot_token is None:
        raise NotLooked("Without a bot token Slack cannot be asked.")
    try:
        answer = await _client(settings).auth_test()
    except SlackApiError as refusal:
        raise Broken(*in_two(str(bot_token_refused(code_of(refusal))))) from None
    except OUT_OF_REACH as error:
        raise Broken(
            f"{settings.slack_api_url} cannot be reached ({type(error).__name__}).",
            "Check the network, HTTPS_PROXY and SLIPWAY_SLACK_API_URL.",
        ) from None
    return f"Slack knows us as {answer['user']} in {answer['team']}."


async def clock(settings: Settings, outside: Outside) -> str:
    """Say how far the clock is off Slack's."""
    before = outside.now()
    date = _header(await _me(settings), "date")
    after = outside.now()
    if not date:
        raise NotLooked("Slack did not say what time it is.")
    slack = parsedate_to_datetime(date).timestamp()
    off = max(before - slack - 1, slack - after, 0.0)  # Slack's date has whole seconds.
    if off > CLOCK_TOLERANCE:
        raise Broken(
            f"This machine's clock is {off:.0f} seconds off Slack's.",
            "Let it be set by NTP: signatures fail beyond five minutes.",
        )
    return "This machine's clock agrees with Slack's."


async def scopes(settings: Settings, _outside: Outside) -> str:
    """Say which scopes of manifest.yml were not granted."""
    header = _header(await _me(settings), "x-oauth-scopes")
    granted = {scope.strip() for scope in header.split(",") if scope.strip()}
    if not granted:
        raise NotLooked("Slack did not say which scopes were granted.")
    missing = sorted(set(names.REQUIRED_SCOPES) - granted)
    optional = sorted(set(names.OPTIONAL_SCOPES) - granted)
    to_do = "Update the app from manifest.yml under “App Manifest”, then install it again."
    if missing:
        raise Broken(f"The Slack app lacks {', '.join(missing)}.", to_do)
    if optional:
        raise Doubtful(
            f"The Slack app lacks {', '.join(optional)}; what these are for is switched off.", to_do
        )
    return "Every scope of manifest.yml was granted."


async def socket_mode(settings: Settings, _outside: Outside) -> str:
    """Say whether Slack opens a socket for us."""
    if settings.slack_mode != "socket":
        return "Not used: Slack reaches us by HTTP."
    if settings.slack_app_token is None:
        raise NotLooked("Without an app-level token there is no Socket Mode.")
    token = settings.slack_app_token.get_secret_value()
    client = AsyncWebClient(token=token, base_url=settings.slack_api_url, timeout=ANSWER_WITHIN)
    try:
        await client.apps_connections_open(app_token=token)
    except SlackApiError as refusal:
        raise Broken(*in_two(str(app_token_refused(code_of(refusal))))) from None
    except OUT_OF_REACH:
        raise NotLooked("Slack cannot be reached.") from None
    return "Slack opens a socket for us."


async def admins_in_slack(settings: Settings, _outside: Outside) -> str:
    """Say which of the admins cannot act in Slack."""
    if not settings.admins:
        raise NotLooked("Nobody is named in SLIPWAY_ADMINS.")
    await _me(settings)
    client = _client(settings)
    wrong = [
        f"{user_id} {why}"
        for user_id in settings.admins[:ASKED_ABOUT]
        if (why := await _why_not(client, user_id))
    ]
    if wrong:
        raise Broken(
            f"In SLIPWAY_ADMINS, {', '.join(wrong)}.",
            "Copy the id anew: the person's profile, ⋮, “Copy member ID”.",
        )
    return "Whoever is named in SLIPWAY_ADMINS is a member of this workspace."


async def _why_not(client: AsyncWebClient, user_id: str) -> str:
    """Return why somebody cannot be an admin, empty when they can."""
    try:
        user: Any = at((await client.users_info(user=user_id)).data, "user") or {}
    except SlackApiError as refusal:
        if code_of(refusal) in {"user_not_found", "users_not_found", "user_not_visible"}:
            return "is nobody in this workspace"
        raise NotLooked(f"Slack does not say who is who ({code_of(refusal)}).") from None
    if user.get("deleted"):
        return "is deactivated"
    if user.get("is_bot"):
        return "is an app"
    return "is a guest" if user.get("is_restricted") or user.get("is_ultra_restricted") else ""


async def channels(settings: Settings, _outside: Outside) -> str:
    """Say in which channels of groups, or whether in any at all, Slipway is missing."""
    await _me(settings)
    client = _client(settings)
    connected = await _connected(settings)
    missing = [one for one in connected[:ASKED_ABOUT] if not await _is_in(client, one)]
    if missing:
        listed = ", ".join(missing)
        raise Broken(
            f"Slipway is not in {len(missing)} of {len(connected)} channels that groups are "
            f"announced in: {listed}.",
            "Type `/invite @slipway` there, or disconnect the channel from its group.",
        )
    if not await _is_anywhere(client):
        raise Doubtful(
            "Slipway is in no channel, so it sees no build.",
            "Type `/invite @slipway` in the channel where builds are posted.",
        )
    if not connected:
        return "Slipway is in a channel; no group is announced in one yet."
    return f"Slipway is in every channel that groups are announced in ({len(connected)})."


async def _connected(settings: Settings) -> list[str]:
    async with open_records(settings) as database:
        if database is None:
            return []
        async with database.reading() as session:
            own = await organizations.called(session, settings.organization)
            there = await groups.every(session, own.id) if own is not None else ()
            found = await groups.channels(session, [group.id for group in there])
    return list(dict.fromkeys(one.channel_id for one in found))


async def _is_in(client: AsyncWebClient, channel_id: str) -> bool:
    try:
        answer = await client.conversations_info(channel=channel_id)
    except SlackApiError as refusal:
        if code_of(refusal) in UNSEEN:
            return False
        raise NotLooked(f"Slack does not show its channels ({code_of(refusal)}).") from None
    return bool(at(answer.data, "channel", "is_member"))


async def _is_anywhere(client: AsyncWebClient) -> bool:
    try:
        answer = await client.users_conversations(
            types="public_channel,private_channel", exclude_archived=True, limit=1
        )
    except SlackApiError as refusal:
        raise NotLooked(f"Slack does not show its channels ({code_of(refusal)}).") from None
    return bool(at(answer.data, "channels"))


def _client(settings: Settings) -> AsyncWebClient:
    token = settings.slack_bot_token
    return AsyncWebClient(
        token=token.get_secret_value() if token else None,
        base_url=settings.slack_api_url,
        timeout=ANSWER_WITHIN,
    )


async def _me(settings: Settings) -> AsyncSlackResponse:
    """Return what Slack says of us. Raise NotLooked when it says nothing, which is told of once."""
    if settings.slack_bot_token is None:
        raise NotLooked("Without a bot token Slack cannot be asked.")
    try:
        return await _client(settings).auth_test()
    except (SlackApiError, *OUT_OF_REACH):
        raise NotLooked("Slack does not let us in, or cannot be reached.") from None


def _header(answer: AsyncSlackResponse, wanted: str) -> str:
    return next((str(v) for k, v in answer.headers.items() if k.lower() == wanted), "")
