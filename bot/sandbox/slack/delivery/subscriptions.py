"""Which events an app hears of: those it subscribed to and has a scope for."""

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.installation import Installation

#: The scope of each event that the sandbox sends; None where Slack asks for none.
EVENT_SCOPES: dict[str, str | None] = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "app_uninstalled": None,
    "channel_archive": "channels:read",
    "channel_id_changed": None,
    "channel_left": "channels:read",
    "channel_rename": "channels:read",
    "channel_unarchive": "channels:read",
    "file_deleted": "files:read",
    "file_shared": "files:read",
    "group_archive": "groups:read",
    "group_left": "groups:read",
    "group_rename": "groups:read",
    "group_unarchive": "groups:read",
    "link_shared": "links:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "subteam_members_changed": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "tokens_revoked": None,
    "user_change": "users:read",
}

_MESSAGES = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


def name_of(event: JsonObject) -> str:
    """Return the name under which one subscribes to an event, e.g. `message.im`."""
    if event["type"] == "message":
        return _MESSAGES[event["channel_type"]]
    return str(event["type"])


def is_heard(app: Installation, event: JsonObject) -> bool:
    """Tell whether the app subscribed to an event and was granted its scope."""
    name = name_of(event)
    if name == "function_executed":
        # One cannot subscribe to it: it comes for each function of the manifest.
        return event["function"]["callback_id"] in app.manifest.functions
    subscribed = app.manifest.events is None or name in app.manifest.events
    scope = EVENT_SCOPES.get(name)
    if name in {"member_joined_channel", "member_left_channel"} and event["channel_type"] == "G":
        scope = "groups:read"
    return subscribed and (scope is None or scope in app.scopes)
