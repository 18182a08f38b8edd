"""Looks at all blocks of a message or a view as Slack does before it shows them."""

from collections.abc import Iterator

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.sandbox.shapes import JsonObject, as_list, as_object
from bot.sandbox.slack.blocks.checks import (
    anything,
    boolean,
    by_type,
    one_of,
    shape,
    text,
)
from bot.sandbox.slack.blocks.compositions import identifier, plain
from bot.sandbox.slack.blocks.layout import (
    KNOWN_BLOCKS,
    MARKDOWN_CHARACTERS,
    MOST_BLOCKS,
    Surface,
)
from bot.sandbox.slack.blocks.report import Check, Report

#: All texts of a message's blocks together; beyond that Slack says msg_blocks_too_long.
MESSAGE_CHARACTERS = 13_000


def check_blocks(blocks: object, surface: Surface, pointer: str = "/blocks") -> list[str]:
    """Return what is wrong with *blocks*, nothing when Slack would take them."""
    report = Report()
    _look_at(blocks, surface, pointer, report)
    if not report.messages:
        _ask_the_models(as_list(blocks), pointer, report)
    return report.messages


def _look_at(blocks: object, surface: Surface, pointer: str, report: Report) -> None:
    if not isinstance(blocks, list):
        report.wrong("must be an array", pointer)
        return
    if len(blocks) > MOST_BLOCKS[surface]:
        report.wrong(f"no more than {MOST_BLOCKS[surface]} items allowed", pointer)
    known = by_type(KNOWN_BLOCKS[surface])
    for index, block in enumerate(blocks):
        known(block, f"{pointer}/{index}", report)
    _look_for_twins(blocks, pointer, report)
    markdown = sum(len(str(b.get("text"))) for b in _objects(blocks) if b.get("type") == "markdown")
    if markdown > MARKDOWN_CHARACTERS:
        report.wrong(f"markdown must be less than {MARKDOWN_CHARACTERS + 1} characters", pointer)


def _objects(values: list[object]) -> Iterator[JsonObject]:
    return (value for value in values if isinstance(value, dict))


def _look_for_twins(blocks: list[object], pointer: str, report: Report) -> None:
    """Expect a `block_id` once in a message or view, an `action_id` once in a block."""
    seen: set[object] = set()
    for index, block in enumerate(blocks):
        if not isinstance(block, dict):
            continue
        block_id = block.get("block_id")
        if block_id is not None and block_id in seen:
            report.wrong(f"`block_id` {block_id} is used twice", f"{pointer}/{index}/block_id")
        seen.add(block_id)
        actions = [element["action_id"] for element in elements_of(block) if "action_id" in element]
        if len(actions) != len({str(action) for action in actions}):
            report.wrong("`action_id` is used twice in a block", f"{pointer}/{index}")


def elements_of(block: JsonObject) -> list[JsonObject]:
    """Return everything in a block that a person can act on."""
    found = [*as_list(block.get("elements")), block.get("element"), block.get("accessory")]
    return [e for e in found if isinstance(e, dict) and e.get("type") != "image"]


def _ask_the_models(blocks: list[object], pointer: str, report: Report) -> None:
    """Let slack_sdk's own models have their say about lengths and counts."""
    for index, block in enumerate(blocks):
        parsed = Block.parse(as_object(block))
        if parsed is None:
            report.wrong("unsupported block", f"{pointer}/{index}")
            continue
        try:
            parsed.validate_json()
        except SlackObjectFormationError as error:
            report.wrong(str(error), f"{pointer}/{index}")


def characters(value: object) -> int:
    """Count the characters of every string in a JSON value."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return sum(characters(item) for item in value)
    if isinstance(value, dict):
        return sum(characters(item) for item in value.values())
    return 0


_VIEW_OPTIONS: dict[str, Check] = {
    "callback_id": text(255, shortest=0),
    "external_id": identifier,
    "private_metadata": text(3000, shortest=0),
}
_VIEWS: dict[str, Check] = {
    "modal": shape(
        {"type": anything, "title": plain(24), "blocks": anything},
        {
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
            **_VIEW_OPTIONS,
        },
    ),
    "home": shape({"type": one_of("home"), "blocks": anything}, _VIEW_OPTIONS),
}


def check_view(view: object, pointer: str = "/view") -> list[str]:
    """Return what is wrong with a modal or a Home tab."""
    report = Report()
    by_type(_VIEWS)(view, pointer, report)
    if report.messages:
        return report.messages
    given = as_object(view)
    surface = Surface(given["type"])
    blocks = as_list(given["blocks"])
    report.messages += check_blocks(given["blocks"], surface, f"{pointer}/blocks")
    if not blocks:
        report.wrong("must have at least 1 items", f"{pointer}/blocks")
    asks = any(as_object(block).get("type") == "input" for block in blocks)
    if surface is Surface.MODAL and asks and "submit" not in given:
        report.wrong("missing required field: submit, as there are input blocks", pointer)
    if not report.messages:
        _ask_the_view_model(given, pointer, report)
    return report.messages


def _ask_the_view_model(view: JsonObject, pointer: str, report: Report) -> None:
    try:
        View(**view).validate_json()
    except SlackObjectFormationError as error:
        report.wrong(str(error), pointer)
