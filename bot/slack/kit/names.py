"""
Every name that Slack and we agree on, in one place.

`manifest.yml` names the same things, and a test of the house holds the two equal. Scopes and events
are Slack's own words (docs.slack.dev); Slack's manifest check does not know them, so typing errors
would pass there.
"""

COMMAND = "/release"

#: The door that people of Slack come through, as the audit names it.
ORIGIN = "slack"

# Shortcuts.
DISTRIBUTE_MESSAGE = "distribute_build_message"
DISTRIBUTE_GLOBAL = "distribute_build_global"

# Our step in workflows of Slack's, with its inputs.
DISTRIBUTE_STEP = "distribute_build"
STEP_APP = "app"
STEP_VERSION = "version"
STEP_GROUP = "group"
STEP_NOTES = "notes"
STEP_PERSON = "distributor"
STEP_OUTPUTS = ("release", "told", "waiting", "not_reached")

# Buttons on cards.
DISTRIBUTE = "release_distribute"
DISTRIBUTE_USUAL = "release_distribute_usual"
DISTRIBUTE_AGAIN = "release_distribute_again"
TELL_NOW = "release_tell_now"
OWN_LINK = "release_own_link"
DISMISS = "release_dismiss"
RESTORE = "release_restore"
RECALL = "release_recall"
RECALL_AGAIN = "release_recall_again"
ROLLBACK = "release_rollback"
ENABLE = "release_enable"
MORE = "release_more"
MANDATORY = "release_mandatory"
MANDATORY_UNDO = "release_mandatory_undo"
CREATE_APP = "app_create"
CHOOSE_APP = "app_choose"
INSTALL = "install_open"
WHO = "who_open"
WHO_BACK = "who_back"
WHO_NEXT = "who_next"
NUDGE = "nudge_open"
NUDGE_AGAIN = "nudge_again"
MUTE = "app_mute"
TROUBLE = "trouble_open"

# Inputs inside forms.
GROUPS = "distribute_groups"
PEOPLE = "distribute_people"
NOTES = "distribute_notes"
OPTIONS = "distribute_options"
PHONES = "distribute_phones"
PLACES = "distribute_places"
PREVIEW = "distribute_preview"
EDIT_NOTES = "distribute_edit_notes"
OPEN_NOTES = "distribute_open_notes"
RELEASE = "distribute_release"
RECALL_BECAUSE = "recall_because"
RECALL_GROUPS = "recall_groups"
RECALL_PEOPLE = "recall_people"
RECALL_RELEASE = "recall_release"
ROLLBACK_BECAUSE = "rollback_because"
ROLLBACK_GROUP = "rollback_group"
ROLLBACK_RELEASE = "rollback_release"
TROUBLE_SAW = "trouble_saw"
TROUBLE_WORDS = "trouble_words"
MANDATORY_BECAUSE = "mandatory_because"
MANDATORY_BELOW = "mandatory_below"
MANDATORY_FROM = "mandatory_from"
MANDATORY_GRACE = "mandatory_grace"
MANDATORY_GROUPS = "mandatory_groups"
MANDATORY_RELEASE = "mandatory_release"
MANDATORY_WHAT = "mandatory_what"
APP_NAME = "app_name"
APP_DISPLAY_NAME = "app_display_name"

# Forms.
DISTRIBUTE_FORM = "distribute_form"
PICK_FORM = "distribute_pick"
PREVIEW_VIEW = "distribute_preview"
EDIT_NOTES_VIEW = "distribute_edit_notes"
CREATE_APP_FORM = "app_create_form"
RECALL_FORM = "recall_form"
RECALL_CONFIRM_FORM = "recall_confirm_form"
RECALL_PICK_FORM = "recall_pick_form"
ROLLBACK_CONFIRM_FORM = "rollback_confirm_form"
ROLLBACK_FORM = "rollback_form"
ROLLBACK_GROUP_FORM = "rollback_group_form"
NUDGE_FORM = "nudge_form"
TROUBLE_FORM = "trouble_form"
MANDATORY_FORM = "mandatory_form"
MANDATORY_CONFIRM_FORM = "mandatory_confirm_form"
MANDATORY_PICK_FORM = "mandatory_pick_form"

# Looking at releases.
SHOW_RELEASE = "show_release"
SHOW_FORM = "show_form"
SHARED_OPEN = "shared_open"
SHOWN = "shown"

# Changing what is there of a release.
DISABLE_BECAUSE = "disable_because"
DISABLE_FORM = "disable_form"
LINK_APP = "link_app"
LINK_BUILD = "link_build"
LINK_FORM = "link_form"
LINK_NOTES = "link_notes"
LINK_URL = "link_url"
LINK_VERSION = "link_version"
NOTES_PICK_FORM = "notes_pick_form"
NOTES_RELEASE = "notes_release"
NOTES_TEXT = "notes_text"
NOTES_FORM = "notes_form"
TAGS_TEXT = "tags_text"
TAGS_FORM = "tags_form"

#: What the menu of a release leads to: the second part of each option's value.
MORE_DISABLE = "disable"
MORE_NOTES = "notes"
MORE_TAGS = "tags"

# Groups.
GROUP_CREATE = "group_create"
GROUP_CREATE_FORM = "group_create_form"
GROUP_NAME = "group_name"
GROUP_PEOPLE = "group_people"
GROUP_CHANNELS = "group_channels"
GROUP_PEOPLE_FORM = "group_people_form"
GROUP_CHANNEL_FORM = "group_channel_form"
GROUP_DELETE = "group_delete"
GROUP_EDIT_CHANNELS = "group_edit_channels"
GROUP_EDIT_NAME = "group_edit_name"
GROUP_EDIT_PEOPLE = "group_edit_people"
GROUP_PICK = "group_pick"
GROUP_PICK_FORM = "group_pick_form"
GROUP_RENAME_FORM = "group_rename_form"

# People outside Slack.
INVITE_DOMAINS = "invite_domains"
INVITE_FORM = "invite_form"
INVITE_LIFE = "invite_life"
INVITE_REVOKE = "invite_revoke"
INVITE_ROOM = "invite_room"
JOIN_APPROVE = "join_approve"
JOIN_DECLINE = "join_decline"
JOIN_DECLINE_FORM = "join_decline_form"
JOIN_REASON = "join_reason"

# Roles.
ROLE_GIVE_FORM = "role_give_form"
ROLE_OTHERS = "role_others"

# Teams at Apple.
APPLE_CONNECT = "apple_connect"
APPLE_DISCONNECT = "apple_disconnect"
APPLE_OPEN = "apple_open"

# Devices.
DEVICE_ADD = "device_add"
DEVICE_ADD_FORM = "device_add_form"
DEVICE_APPROVE = "device_approve"
DEVICE_CHOSEN = "device_chosen"
DEVICE_DISABLE = "device_disable"
DEVICE_ENABLE = "device_enable"
DEVICE_ENROL = "device_enrol"
DEVICE_GO_ON = "device_go_on"
DEVICE_IMPORT = "device_import"
DEVICE_NAME = "device_name"
DEVICE_NAME_FORM = "device_name_form"
DEVICE_NAMED = "device_named"
DEVICE_OWNER = "device_owner"
DEVICE_PENDING_FORM = "device_pending_form"
DEVICE_PLEA = "device_plea"
DEVICE_REASON = "device_reason"
DEVICE_REFUSE = "device_refuse"
DEVICE_REFUSE_FORM = "device_refuse_form"
DEVICE_REOPEN = "device_reopen"
DEVICE_UDID = "device_udid"
DEVICE_UNDO = "device_undo"
DEVICE_VERDICT = "device_verdict"
WAVE_APP_ID = "wave_app_id"
WAVE_RETRY = "wave_retry"

# Who left.
LEAVERS_LET_GO = "leavers_let_go"
LEAVERS_PEOPLE = "leavers_people"
LEAVERS_RESTORE = "leavers_restore"
LEAVERS_RESTORE_FORM = "leavers_restore_form"
# Approvals.
APPROVAL_AGAIN = "approval_again"
APPROVAL_APPROVE = "approval_approve"
APPROVAL_DECLINE = "approval_decline"
APPROVAL_DECLINE_FORM = "approval_decline_form"
APPROVAL_OVERRIDE = "approval_override"
APPROVAL_OVERRIDE_FORM = "approval_override_form"
APPROVAL_REASON = "approval_reason"
APPROVAL_SHOW = "approval_show"
APPROVAL_WITHDRAW = "approval_withdraw"

# What waits for another platform.
PENDING_SEND = "pending_send"
PENDING_STOP = "pending_stop"

# Home.
HOME_SHOW = "home_show"
PAGE_OPEN = "page_open"
PAGE_RENEW = "page_renew"

#: The `event_type` of the metadata by which our own messages are found again.
POSTING = "slipway_posting"

ACTIONS = (
    DISTRIBUTE,
    DISTRIBUTE_USUAL,
    DISTRIBUTE_AGAIN,
    TELL_NOW,
    OWN_LINK,
    DISMISS,
    RESTORE,
    RECALL,
    RECALL_AGAIN,
    ROLLBACK,
    ENABLE,
    MORE,
    MANDATORY,
    MANDATORY_UNDO,
    CREATE_APP,
    CHOOSE_APP,
    INSTALL,
    WHO,
    WHO_BACK,
    WHO_NEXT,
    NUDGE,
    NUDGE_AGAIN,
    MUTE,
    TROUBLE,
    PREVIEW,
    EDIT_NOTES,
    OPEN_NOTES,
    OPTIONS,
    GROUP_CREATE,
    GROUP_DELETE,
    GROUP_EDIT_CHANNELS,
    GROUP_EDIT_NAME,
    GROUP_EDIT_PEOPLE,
    INVITE_REVOKE,
    JOIN_APPROVE,
    JOIN_DECLINE,
    APPLE_CONNECT,
    APPLE_DISCONNECT,
    APPLE_OPEN,
    DEVICE_ADD,
    DEVICE_APPROVE,
    DEVICE_DISABLE,
    DEVICE_ENABLE,
    DEVICE_ENROL,
    DEVICE_GO_ON,
    DEVICE_IMPORT,
    DEVICE_NAME,
    DEVICE_PLEA,
    DEVICE_REFUSE,
    DEVICE_REOPEN,
    DEVICE_UNDO,
    WAVE_APP_ID,
    WAVE_RETRY,
    LEAVERS_LET_GO,
    LEAVERS_RESTORE,
    APPROVAL_AGAIN,
    APPROVAL_APPROVE,
    APPROVAL_DECLINE,
    APPROVAL_OVERRIDE,
    APPROVAL_SHOW,
    APPROVAL_WITHDRAW,
    PENDING_SEND,
    PENDING_STOP,
    HOME_SHOW,
    PAGE_OPEN,
    PAGE_RENEW,
    SHARED_OPEN,
    SHOW_RELEASE,
)
OPTION_LISTS = (
    GROUPS,
    RELEASE,
    SHOW_RELEASE,
    GROUP_PICK,
    CHOOSE_APP,
    RECALL_RELEASE,
    ROLLBACK_GROUP,
    NOTES_RELEASE,
    MANDATORY_RELEASE,
)
FORMS = (
    DISTRIBUTE_FORM,
    PICK_FORM,
    CREATE_APP_FORM,
    RECALL_FORM,
    RECALL_CONFIRM_FORM,
    RECALL_PICK_FORM,
    ROLLBACK_CONFIRM_FORM,
    ROLLBACK_FORM,
    ROLLBACK_GROUP_FORM,
    DISABLE_FORM,
    LINK_FORM,
    NOTES_FORM,
    NOTES_PICK_FORM,
    TAGS_FORM,
    NUDGE_FORM,
    TROUBLE_FORM,
    MANDATORY_FORM,
    MANDATORY_CONFIRM_FORM,
    MANDATORY_PICK_FORM,
    SHOW_FORM,
    GROUP_CREATE_FORM,
    GROUP_PEOPLE_FORM,
    GROUP_CHANNEL_FORM,
    GROUP_PICK_FORM,
    GROUP_RENAME_FORM,
    INVITE_FORM,
    JOIN_DECLINE_FORM,
    ROLE_GIVE_FORM,
    DEVICE_ADD_FORM,
    DEVICE_NAME_FORM,
    DEVICE_PENDING_FORM,
    DEVICE_REFUSE_FORM,
    LEAVERS_RESTORE_FORM,
    APPROVAL_DECLINE_FORM,
    APPROVAL_OVERRIDE_FORM,
)
SHORTCUTS = (DISTRIBUTE_MESSAGE, DISTRIBUTE_GLOBAL)
STEPS = (DISTRIBUTE_STEP,)
STEP_INPUTS = (STEP_APP, STEP_VERSION, STEP_GROUP, STEP_NOTES, STEP_PERSON)

#: Scopes without which Slipway does not work.
REQUIRED_SCOPES = (
    "app_mentions:read",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "groups:read",
    "im:history",
    "im:write",
    "users:read",
    "users:read.email",
)

#: Scopes whose feature switches itself off when they were not granted.
OPTIONAL_SCOPES = (
    "channels:history",
    "groups:history",
    "links:read",
    "links:write",
    "usergroups:read",
)

#: Each event we subscribe to, with the scopes any one of which brings it.
EVENTS: dict[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "channel_archive": ("channels:read",),
    "channel_id_changed": (),
    "channel_rename": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "file_deleted": ("files:read",),
    "file_shared": ("files:read",),
    "group_archive": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "link_shared": ("links:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "subteam_members_changed": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
    "tokens_revoked": (),
    "user_change": ("users:read",),
}

#: Each method of the Web API we call, with the scopes any one of which allows it.
METHODS: dict[str, tuple[str, ...]] = {
    "apps.connections.open": (),
    "auth.test": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.unfurl": ("links:write",),
    "chat.update": ("chat:write",),
    "conversations.info": ("channels:read", "groups:read"),
    "conversations.history": ("im:history", "channels:history", "groups:history"),
    "conversations.open": ("im:write",),
    "conversations.replies": ("im:history", "channels:history", "groups:history"),
    "files.info": ("files:read",),
    "files.list": ("files:read",),
    "functions.completeError": (),
    "functions.completeSuccess": (),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "users.conversations": ("channels:read", "groups:read"),
    "users.info": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
    "views.open": (),
    "views.push": (),
    "views.update": (),
    "views.publish": (),
}

#: A value on a button begins with the version of its form; another version is an outdated card.
VALUE_VERSION = "1"


#: On a button whose question named every warning there was when it was drawn.
WARNED = "warned"


def value_of(*parts: str) -> str:
    """Return what a button carries: ids only, looked up and authorised again when it is clicked."""
    return ":".join((VALUE_VERSION, *parts))
