"""Layout blocks, and on which surface each may stand."""

from collections.abc import Mapping
from enum import StrEnum

from bot.sandbox.slack.blocks.checks import (
    anything,
    array,
    boolean,
    by_type,
    one_of,
    shape,
    text,
)
from bot.sandbox.slack.blocks.compositions import (
    any_text,
    identifier,
    mrkdwn,
    plain,
    slack_file,
    web_address,
)
from bot.sandbox.slack.blocks.elements import ACCESSORIES, ACTIONS, FIELDS, IMAGE
from bot.sandbox.slack.blocks.report import Check, Report


class Surface(StrEnum):
    """Where blocks are shown."""

    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


#: So many blocks a surface takes.
MOST_BLOCKS = {Surface.MESSAGE: 50, Surface.MODAL: 100, Surface.HOME: 100}
#: So many characters the markdown blocks of one message may hold together.
MARKDOWN_CHARACTERS = 12_000
TABLE_ROWS = 100
TABLE_COLUMNS = 20


def _block(
    required: Mapping[str, Check] | None = None, optional: Mapping[str, Check] | None = None
) -> Check:
    always: dict[str, Check] = {"type": anything, **(required or {})}
    return shape(always, {"block_id": identifier, **(optional or {})})


_section_shape = _block(
    optional={
        "text": any_text(3000),
        "fields": array(any_text(2000), most=10),
        "accessory": by_type(ACCESSORIES),
        "expand": boolean,
    }
)


def _section(value: object, pointer: str, report: Report) -> None:
    _section_shape(value, pointer, report)
    if isinstance(value, dict) and "text" not in value and "fields" not in value:
        report.wrong("must have text or fields", pointer)


_image_shape = shape(
    {"type": anything, "alt_text": text(2000)},
    {
        "block_id": identifier,
        "title": plain(2000),
        "image_url": web_address,
        "slack_file": slack_file,
    },
    any_of=("image_url", "slack_file"),
)
_CONTEXT: dict[str, Check] = {
    "image": IMAGE,
    "mrkdwn": mrkdwn(3000),
    "plain_text": shape({"type": anything, "text": text(3000)}, {"emoji": boolean}),
}
_PARTS: dict[str, Check] = {"type": anything, "elements": array(anything, most=5000)}
_CELL = by_type(
    {
        "raw_text": shape({"type": anything, "text": text(3000)}),
        "rich_text": shape(
            {"type": anything, "elements": array(anything)}, {"block_id": identifier}
        ),
    }
)
_RICH_PART = by_type(
    {
        "rich_text_section": shape(
            {"type": anything, "elements": array(anything, fewest=0, most=5000)}
        ),
        "rich_text_list": shape(
            {**_PARTS, "style": one_of("bullet", "ordered")},
            {"indent": anything, "border": anything, "offset": anything},
        ),
        "rich_text_preformatted": shape(_PARTS, {"border": anything}),
        "rich_text_quote": shape(_PARTS, {"border": anything}),
    }
)

_EVERYWHERE: dict[str, Check] = {
    "section": _section,
    "header": _block({"text": plain(150)}),
    "divider": _block(),
    "image": _image_shape,
    "actions": _block({"elements": array(by_type(ACTIONS), most=25)}),
    "context": _block({"elements": array(by_type(_CONTEXT), most=10)}),
    "input": _block(
        {"label": plain(2000), "element": by_type(FIELDS)},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": _block({"elements": array(_RICH_PART, most=5000)}),
}
_MESSAGES: dict[str, Check] = {
    "markdown": _block({"text": text(MARKDOWN_CHARACTERS)}),
    "table": _block(
        {"rows": array(array(_CELL, most=TABLE_COLUMNS), most=TABLE_ROWS)},
        {"column_settings": array(anything, fewest=0, most=TABLE_COLUMNS)},
    ),
}
_MODALS: dict[str, Check] = {
    "alert": _block(
        {"text": any_text(200)},
        {"level": one_of("default", "info", "warning", "error", "success")},
    ),
}

KNOWN_BLOCKS: dict[Surface, dict[str, Check]] = {
    Surface.MESSAGE: {**_EVERYWHERE, **_MESSAGES},
    Surface.MODAL: {**_EVERYWHERE, **_MODALS},
    Surface.HOME: _EVERYWHERE,
}
