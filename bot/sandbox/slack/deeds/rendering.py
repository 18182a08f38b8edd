"""Messages, files and channels as Slack's JSON shows them."""

from urllib.parse import quote

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.conversations import Conversation, Kind
from bot.sandbox.slack.files import FileMode, StoredFile
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import SLACKBOT
from bot.sandbox.slack.state import State


def message_json(state: State, message: Message, *, with_metadata: bool = False) -> JsonObject:
    """Return the message object; metadata is shown only to who asks for it."""
    shown: JsonObject = {"type": "message", "user": message.user, "text": message.text}
    shown |= {"ts": message.ts, "team": message.team}
    optional = {
        "subtype": message.subtype,
        "bot_id": message.bot_id,
        "app_id": message.app_id,
        "username": message.username,
        "thread_ts": message.thread_ts,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "metadata": message.metadata if with_metadata else None,
    }
    shown |= {key: value for key, value in optional.items() if value}
    if message.files:
        shown["files"] = [file_in_message(state, file_id) for file_id in message.files]
        shown |= {"upload": False, "display_as_bot": False}
    if message.edited_ts is not None:
        shown["edited"] = {"user": message.edited_by, "ts": message.edited_ts}
    if message.is_bot:
        shown["bot_profile"] = bot_profile(state)
    if message.reactions:
        shown["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in message.reactions.items()
        ]
    return shown | _thread(state, message)


def bot_profile(state: State) -> JsonObject:
    return {
        "id": state.app.bot_id,
        "app_id": state.app.app_id,
        "name": state.app.manifest.name,
        "deleted": False,
        "updated": 0,
        "team_id": state.team_id,
    }


def _thread(state: State, message: Message) -> JsonObject:
    conversation = state.conversations.get(message.channel)
    if conversation is None or message.thread_ts is None:
        return {}
    if message.is_reply:
        root = conversation.history.get(message.thread_ts)
        return {"parent_user_id": root.user if root is not None else SLACKBOT}
    replies = conversation.history.replies(message.ts)
    users = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts if replies else None,
        "reply_users": users,
        "is_locked": False,
        "subscribed": False,
    }


def file_in_message(state: State, file_id: str) -> JsonObject:
    """Return what a message shows of a file: for Slack Connect only that one has to ask."""
    file = state.files.get(file_id)
    if file is None or file.is_deleted:
        return {"id": file_id, "mode": FileMode.TOMBSTONE.value}
    if file.quirks.needs_check:
        return {
            "id": file_id,
            "created": 0,
            "timestamp": 0,
            "user": "",
            "mode": "file_access",
            "file_access": "check_file_info",
        }
    return file_json(state, file)


def file_json(state: State, file: StoredFile) -> JsonObject:
    """Return the file object with everything Slack knows."""
    shown: JsonObject = {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": file.filetype,
        "pretty_type": file.filetype.upper(),
        "user": file.user,
        "user_team": state.team_id,
        "editable": False,
        "size": file.size,
        "mode": file.mode.value,
        "is_external": file.mode is FileMode.EXTERNAL,
        "external_type": "gdrive" if file.mode is FileMode.EXTERNAL else "",
        "is_public": any(_kind(state, c) is Kind.PUBLIC for c in file.shares),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "has_rich_preview": False,
        "file_access": "visible",
    }
    return shown | _addresses(state, file)


def _addresses(state: State, file: StoredFile) -> JsonObject:
    if file.quirks.external_url is not None:
        return {"url_private": file.quirks.external_url, "external_url": file.quirks.external_url}
    if file.quirks.is_hidden:
        return {}
    if file.quirks.access_denied:
        return {"file_access": "access_denied"}
    name = quote(file.name, safe="")
    base = f"{state.base_url}/files/{state.team_id}-{file.id}"
    return {
        "url_private": f"{base}/{name}",
        "url_private_download": f"{base}/download/{name}",
        "permalink": f"{state.base_url}/archives/files/{file.user}/{file.id}/{name}",
    }


def file_info(state: State, file: StoredFile) -> JsonObject:
    """Return the answer of `files.info`, which adds where the file was shared."""
    shown = file_json(state, file)
    by_kind: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for channel in file.shares:
        by_kind[_kind(state, channel)].append(channel)
    shown["channels"] = by_kind[Kind.PUBLIC]
    shown["groups"] = by_kind[Kind.PRIVATE]
    shown["ims"] = by_kind[Kind.DM]
    shares: JsonObject = {}
    for channel, stamps in file.shares.items():
        side = "public" if _kind(state, channel) is Kind.PUBLIC else "private"
        shares.setdefault(side, {})[channel] = [_share(state, channel, ts) for ts in stamps]
    return shown | {"shares": shares, "comments_count": 0}


def _share(state: State, channel: str, ts: str) -> JsonObject:
    conversation = state.conversations.get(channel)
    message = conversation.history.get(ts) if conversation is not None else None
    shown: JsonObject = {"ts": ts, "team_id": state.team_id, "reply_users": [], "reply_count": 0}
    if conversation is not None:
        shown["channel_name"] = conversation.name
    if message is not None:
        shown["share_user_id"] = message.user
        if message.is_reply:
            shown["thread_ts"] = message.thread_ts
    return shown


def _kind(state: State, channel: str) -> Kind:
    conversation = state.conversations.get(channel)
    return conversation.kind if conversation is not None else Kind.PRIVATE


def channel_json(state: State, conversation: Conversation, *, viewer: str) -> JsonObject:
    """Return the channel object as *viewer* sees it."""
    if conversation.is_dm:
        return {
            "id": conversation.id,
            "created": conversation.created,
            "is_archived": False,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": state.team_id,
            "user": conversation.other_than(viewer),
            "is_user_deleted": _is_deleted(state, conversation.other_than(viewer)),
            "is_open": True,
        }
    note = {"creator": conversation.creator, "last_set": conversation.created}
    return {
        "id": conversation.id,
        "name": conversation.name,
        "name_normalized": conversation.name,
        "is_channel": conversation.is_public,
        "is_group": not conversation.is_public,
        "is_im": False,
        "is_mpim": False,
        "is_private": not conversation.is_public,
        "created": conversation.created,
        "is_archived": conversation.is_archived,
        "is_general": conversation.is_general,
        "is_shared": conversation.is_ext_shared,
        "is_ext_shared": conversation.is_ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "context_team_id": state.team_id,
        "creator": conversation.creator,
        "is_member": conversation.has(viewer),
        "topic": {"value": conversation.topic, **note},
        "purpose": {"value": conversation.purpose, **note},
        "previous_names": [],
        "num_members": len(conversation.members),
    }


def _is_deleted(state: State, user_id: str) -> bool:
    user = state.people.get(user_id)
    return user is not None and user.deleted
