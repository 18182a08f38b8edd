"""Composition objects: texts, options, confirmations, filters."""

from bot.sandbox.slack.blocks.checks import (
    anything,
    array,
    boolean,
    by_type,
    one_of,
    pattern,
    shape,
    text,
)
from bot.sandbox.slack.blocks.report import Check, Report

#: The longest texts that Slack takes, by what they are for.
LONGEST_ID = 255
LONGEST_URL = 3000
OPTION_TEXT = 75
OPTION_VALUE = 150
MOST_OPTIONS = 100

web_address = pattern(r"https?://\S{1,2990}", "a URL of at most 3000 characters")
identifier = text(LONGEST_ID)


def plain(longest: int) -> Check:
    """Expect a plain_text object."""
    return by_type({"plain_text": _plain(longest)})


def any_text(longest: int) -> Check:
    """Expect a plain_text or mrkdwn object."""
    return by_type({"plain_text": _plain(longest), "mrkdwn": mrkdwn(longest)})


def _plain(longest: int) -> Check:
    return shape({"type": anything, "text": text(longest)}, {"emoji": boolean})


def mrkdwn(longest: int) -> Check:
    return shape({"type": anything, "text": text(longest)}, {"verbatim": boolean})


def option(label: Check) -> Check:
    """Expect one option of a select, of checkboxes or of an overflow menu."""
    return shape(
        {"text": label, "value": text(OPTION_VALUE)},
        {"description": label, "url": web_address},
    )


plain_option = option(plain(OPTION_TEXT))
rich_option = option(any_text(OPTION_TEXT))
options = array(plain_option, most=MOST_OPTIONS)
option_groups = array(shape({"label": plain(OPTION_TEXT), "options": options}), most=MOST_OPTIONS)
confirm = shape(
    {"title": plain(100), "text": any_text(300)},
    {"confirm": plain(30), "deny": plain(30), "style": one_of("primary", "danger")},
)
conversation_filter = shape(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), most=4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
dispatch_config = shape(
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), most=2)}
)
slack_file = shape({}, {"id": text(LONGEST_ID), "url": web_address}, any_of=("id", "url"))


def check_suggestions(answer: object) -> list[str]:
    """Return what is wrong with the answer to a `block_suggestion`."""
    report = Report()
    answered = shape(
        {},
        {"options": array(plain_option, fewest=0), "option_groups": array(_group, fewest=0)},
        any_of=("options", "option_groups"),
    )
    answered(answer, "", report)
    return report.messages


_group = shape({"label": plain(OPTION_TEXT), "options": array(plain_option, fewest=0)})
