"""
Slack's error codes, by what we do about them, with a sentence where people hear of them.

The codes stand in the documentation of the methods (docs.slack.dev/reference/methods).
"""

from typing import Any

from slack_sdk.errors import SlackApiError

#: A channel will not take our messages until somebody changes something.
CHANNEL_REFUSALS: dict[str, str] = {
    "channel_not_found": "the channel does not exist, or Slipway cannot see it",
    "not_in_channel": "Slipway is not in the channel; type `/invite @slipway` there",
    "is_archived": "the channel is archived",
    "restricted_action": "the workspace does not let Slipway post there",
    "restricted_action_read_only_channel": "the channel is read-only",
    "restricted_action_thread_only_channel": "the channel takes replies only",
    "restricted_action_non_threadable_channel": "the channel takes no threads",
    "restricted_action_thread_locked": "the thread is locked",
    "user_not_in_channel": "Slipway is not in the channel; type `/invite @slipway` there",
    "posting_to_channel_denied": "the workspace does not let Slipway post there",
}

#: A message of ours can no longer be edited: it is posted again.
MESSAGE_GONE = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"}
)
#: The thread's first message is gone: the reply goes to the channel.
THREAD_GONE = frozenset({"thread_not_found", "cannot_reply_to_message", "invalid_thread_ts"})
#: The message must become shorter.
TOO_LONG = frozenset({"msg_too_long", "msg_blocks_too_long", "too_many_attachments"})
#: The message must become simpler.
NOT_UNDERSTOOD = frozenset({"invalid_blocks", "invalid_blocks_format", "no_text"})
#: The message goes without its metadata.
METADATA_REFUSED = frozenset(
    {"metadata_too_large", "invalid_metadata_format", "invalid_metadata_schema"}
    | {"metadata_must_be_sent_from_app"}
)
#: A form cannot be opened any more: the click is too old or was used.
TRIGGER_USED = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})
#: A form cannot be changed: it is closed, or somebody changed it meanwhile.
VIEW_MOVED = frozenset({"hash_conflict", "not_found", "view_not_found", "push_limit_reached"})
#: The token is no good: nothing will work until an admin acts.
TOKEN_DEAD: dict[str, str] = {
    "invalid_auth": "Slack does not accept the bot token.",
    "not_authed": "Slack was sent no token.",
    "token_revoked": "The bot token was revoked.",
    "token_expired": "The bot token has expired.",
    "account_inactive": "The app was removed from the workspace, or its bot user is deactivated.",
    "not_allowed_token_type": "The configured token is of another type than a bot token.",
    "org_login_required": "The workspace is being moved; Slack accepts no token meanwhile.",
    "team_access_not_granted": "The app may not use this workspace.",
}
#: A person cannot be sent a message.
UNDELIVERABLE: dict[str, str] = {
    "cannot_dm_bot": "it is an app",
    "user_not_found": "Slack does not know the account",
    "user_disabled": "the account is deactivated",
    "user_not_visible": "Slipway cannot see the account",
    "users_not_found": "Slack does not know the account",
    "messages_tab_disabled": "the Messages tab of the Slipway app is switched off",
    "not_allowed": "Slack does not let Slipway write to this person",
    "channel_not_found": "Slack has no conversation with this person",
    "is_archived": "the conversation is archived",
    "restricted_action": "the workspace does not let Slipway write to this person",
    "invalid_user_combination": "Slack does not let Slipway write to this person",
    "cannot_message_stranger": "the person belongs to another workspace",
    "not_in_dm": "Slack does not let Slipway write to this person",
}
#: Slack takes no more of this for a moment; the call did nothing.
LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded", "accesslimited"})
#: Trying once more may help.
PASSING = LIMITED | frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
    | {"team_added_to_org"}
)
OK = 200
SERVER_ERROR = 500
TOO_MANY = 429


def code_of(error: SlackApiError) -> str:
    """Return Slack's word for what was wrong; empty when the answer was none of Slack's."""
    return str(field_of(error, "error") or "")


def field_of(error: SlackApiError, name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return a field of the answer, None when it has none or is no JSON."""
    data = getattr(error.response, "data", None)
    return data.get(name) if isinstance(data, dict) else None


def status_of(error: SlackApiError) -> int:
    return int(getattr(error.response, "status_code", 0) or 0)


def is_passing(error: SlackApiError) -> bool:
    """Return whether the same call may work later: nothing in it is what Slack objects to."""
    status, code = status_of(error), code_of(error)
    return status >= SERVER_ERROR or status == TOO_MANY or code in PASSING or not code


def is_ambiguous(error: SlackApiError) -> bool:
    """Return whether the call may have worked although its answer says otherwise."""
    limited = status_of(error) == TOO_MANY or code_of(error) in LIMITED
    return is_passing(error) and not limited


def wait_of(error: SlackApiError) -> float | None:
    """Return how many seconds Slack wants to be left alone, None when it does not say."""
    headers = getattr(error.response, "headers", None) or {}
    found = next((v for k, v in headers.items() if str(k).lower() == "retry-after"), "")
    return float(found) if str(found).isdigit() else None


def missing_scope(error: SlackApiError) -> str | None:
    """Return the scope that Slack misses, None when that is not the trouble."""
    if code_of(error) != "missing_scope":
        return None
    return str(field_of(error, "needed") or "unknown")
