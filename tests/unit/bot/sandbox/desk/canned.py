"""Canned content for the page: people, channels, a card, a modal with every element, a home."""

from typing import Any

Json = dict[str, Any]

ANN, BOB, CID, DEE, BOT = "UANN", "UBOB", "UCID", "UDEE", "UBOT"
BUILDS, QA, GENERAL, WITH_BOT, EMPTY = "CBUILDS", "CQA", "CGENERAL", "DBOT", "CEMPTY"
ICON = "/static/mark.svg"


def person(user_id: str, real_name: str, colour: str, role_hint: str, **more: bool) -> Json:
    return {
        "id": user_id,
        "name": real_name.split(maxsplit=1)[0].lower(),
        "real_name": real_name,
        "title": role_hint,
        "avatar_color": colour,
        "role_hint": role_hint,
        "is_bot": False,
        "is_guest": False,
        "deleted": False,
        **more,
    }


def people() -> list[Json]:
    return [
        person(ANN, "Ann Archer", "#a8431c", "Release manager"),
        person(BOB, "Bob Baker", "#1d5fa8", "Tester"),
        person(CID, "Cid Carver", "#1f6f3d", "Developer, uploads builds"),
        person(DEE, "Dee Dorn", "#5a4fb0", "Tester", is_guest=True),
    ]


def bot() -> Json:
    return {"id": BOT, "name": "slipway", "real_name": "Slipway", "is_bot": True}


def channels() -> list[Json]:
    def channel(channel_id: str, name: str, purpose: str, **more: object) -> Json:
        return {
            "id": channel_id,
            "name": name,
            "is_im": False,
            "is_private": False,
            "is_member": True,
            "with_user": None,
            "unread": 0,
            "bot_is_member": True,
            "purpose": purpose,
            **more,
        }

    return [
        channel(BUILDS, "mobile-builds", "Every build of the apps lands here"),
        channel(QA, "qa", "Testing, day to day", unread=2),
        channel(GENERAL, "general", "Everybody, everything", bot_is_member=False),
        channel(EMPTY, "new-app", "Nothing here yet", is_private=True),
        channel(WITH_BOT, "", "", is_im=True, with_user=BOT, unread=1),
    ]


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def option(value: str, text: str, description: str = "") -> Json:
    made: Json = {"text": plain(text), "value": value}
    if description:
        made["description"] = plain(description)
    return made


def button(action_id: str, text: str, **more: object) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), "value": "v1", **more}


def confirm() -> Json:
    return {
        "title": plain("Distribute to QA?"),
        "text": mrkdwn("*Harbour 2.4.0 (118)* goes to *12 people* at once."),
        "confirm": plain("Distribute"),
        "deny": plain("Not yet"),
    }


def card(icon: str) -> list[Json]:
    return [
        {
            "type": "section",
            "block_id": "facts",
            "text": mrkdwn(
                "*Harbour*  2.4.0 (118)\niOS · 38.2 MB · ad hoc\n"
                "Profile _Harbour Ad Hoc_ ends <!date^1893456000^{date_long}|in 2030>"
            ),
            "accessory": {"type": "image", "image_url": icon, "alt_text": "Icon of Harbour"},
        },
        {
            "type": "section",
            "block_id": "fields",
            "fields": [
                mrkdwn("*Minimum iOS*\n16.0"),
                mrkdwn(f"*Uploaded by*\n<@{CID}>"),
                mrkdwn("*Bundle id*\n`com.example.harbour`"),
                mrkdwn("*Devices in profile*\n24"),
            ],
        },
        {"type": "divider", "block_id": "line"},
        {
            "type": "section",
            "block_id": "changes",
            "text": mrkdwn(
                "*Since 2.3.1 (112)*\n• 1.4 MB smaller\n• new entitlement "
                "`aps-environment`\n• :warning: *signed by another certificate*"
            ),
        },
        {
            "type": "actions",
            "block_id": "deeds",
            "elements": [
                button("distribute", "Distribute…", style="primary"),
                button("quick", "Distribute to QA", confirm=confirm()),
                button("dismiss", "Dismiss", style="danger"),
                {
                    "type": "overflow",
                    "action_id": "more",
                    "options": [option("who", "Who has it"), option("raw", "All facts")],
                },
            ],
        },
        {
            "type": "context",
            "block_id": "small",
            "elements": [
                {"type": "image", "image_url": icon, "alt_text": "Slipway"},
                mrkdwn(f"Draft of release 7 · posted in <#{BUILDS}|mobile-builds>"),
            ],
        },
    ]


def announcement(icon: str) -> list[Json]:
    return [
        {"type": "header", "block_id": "head", "text": plain("Harbour 2.4.0 is ready")},
        {
            "type": "section",
            "block_id": "words",
            "text": mrkdwn("Release *7* for iOS, distributed to *QA* by <@UANN>."),
            "accessory": {"type": "image", "image_url": icon, "alt_text": "Icon of Harbour"},
        },
        {
            "type": "markdown",
            "block_id": "notes",
            "text": "## What is new\n\n1. Tide tables **open at today**\n2. The map is [twice as "
            "quick](https://example.com/map)\n\n> Please look at the *harbour list* first.\n\n"
            "| screen | before | now |\n|---|---|---|\n| Map | 1.9 s | 0.8 s |\n\n"
            "```\nlet tide = table.today()\n```",
        },
        {
            "type": "actions",
            "block_id": "install",
            "elements": [
                button("install", "Install", style="primary", url="http://127.0.0.1:1/i/abc")
            ],
        },
    ]


def rich_text() -> list[Json]:
    def words(text: str, **style: bool) -> Json:
        return {"type": "text", "text": text, "style": style}

    section = {"type": "rich_text_section", "elements": [words("Bold", bold=True), words(" and ")]}
    item = {"type": "rich_text_section", "elements": [words("first"), words("code", code=True)]}
    return [
        {
            "type": "rich_text",
            "block_id": "rich",
            "elements": [
                {**section, "elements": [*section["elements"], {"type": "user", "user_id": BOB}]},
                {"type": "rich_text_list", "style": "ordered", "elements": [item, item]},
                {"type": "rich_text_quote", "elements": [words("quoted")]},
                {"type": "rich_text_preformatted", "elements": [words("let x = 1")]},
            ],
        }
    ]


def typed_inputs() -> list[Json]:
    def field(block_id: str, label: str, element: Json, **more: object) -> Json:
        return {
            "type": "input",
            "block_id": block_id,
            "label": plain(label),
            "element": {"action_id": "value", **element},
            "optional": True,
            **more,
        }

    notes = {
        "type": "plain_text_input",
        "multiline": True,
        "min_length": 5,
        "max_length": 300,
        "initial_value": "Tide tables open at *today*.",
    }
    return [
        field("notes", "Notes", notes, optional=False, hint=plain("Markdown is welcome.")),
        field("mail", "E-mail", {"type": "email_text_input", "placeholder": plain("a@b.example")}),
        field("site", "Address", {"type": "url_text_input"}),
        field("count", "How many", {"type": "number_input", "is_decimal_allowed": False}),
        field("day", "From", {"type": "datepicker", "initial_date": "2030-01-31"}),
        field("search", "Search", {"type": "plain_text_input"}, dispatch_action=True),
    ]


def chosen_inputs() -> list[Json]:
    def field(block_id: str, label: str, kind: str, **element: object) -> Json:
        return {
            "type": "input",
            "block_id": block_id,
            "label": plain(label),
            "optional": True,
            "element": {"type": kind, "action_id": "value", **element},
        }

    several = [option("ios", "iOS"), option("android", "Android", "phones and tablets")]
    return [
        {
            **field("groups", "Groups", "multi_external_select", min_query_length=0),
            "optional": False,
        },
        field("people", "Single testers", "multi_users_select", initial_users=[BOB]),
        field("release", "Release", "external_select", min_query_length=2),
        field("platform", "Platform", "static_select", options=several),
        field("platforms", "Platforms", "multi_static_select", options=several),
        field("where", "Announce in", "channels_select", initial_channel=QA),
        field("places", "Also in", "multi_conversations_select"),
        field(
            "rules", "Rules", "checkboxes", options=[option("must", "Mandatory", "old ones stop")]
        ),
        field(
            "notify",
            "Tell people",
            "radio_buttons",
            options=[option("dm", "Send everybody a message"), option("silent", "Be silent")],
            initial_option=option("dm", "Send everybody a message"),
        ),
    ]


def modal(view_id: str = "V1") -> Json:
    """Give the view with every element that an input block may hold."""
    groups, *others = chosen_inputs()
    intro = {"type": "section", "block_id": "intro", "text": mrkdwn("*Harbour* 2.4.0 (118)")}
    return {
        "id": view_id,
        "type": "modal",
        "callback_id": "distribute",
        "title": plain("Distribute a release"),
        "submit": plain("Distribute"),
        "close": plain("Cancel"),
        "blocks": [intro, groups, *typed_inputs(), *others],
        "hash": "1",
    }


def short_modal(view_id: str, title: str, text: str) -> Json:
    return {
        "id": view_id,
        "type": "modal",
        "callback_id": "short",
        "title": plain(title),
        "close": plain("Done"),
        "blocks": [{"type": "section", "block_id": "only", "text": mrkdwn(text)}],
    }


def home() -> list[Json]:
    return [
        {"type": "header", "block_id": "h", "text": plain("What you can install")},
        {
            "type": "section",
            "block_id": "one",
            "text": mrkdwn("*Harbour* 2.4.0 (118)\nReleased <!date^1893456000^{date}|once>"),
            "accessory": button("open", "Install", style="primary"),
        },
        {"type": "divider", "block_id": "d"},
        {"type": "context", "block_id": "c", "elements": [mrkdwn("Nothing waits for you.")]},
    ]
