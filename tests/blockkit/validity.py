"""
Whether Slack would take these blocks: the check that Slack makes, made before.

slack_sdk's models catch lengths and counts, but neither a wrong text type in a header, nor unknown
keys, nor an option's value that is too long; this checker knows them. Limits are Slack's, read from
slack_sdk 3.47 and its documentation. Only the classic blocks that we use are known: another type is
a complaint.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bot.slack.kit.shortening import characters
from tests.blockkit.shapes import (
    BLOCK_KEYS,
    COMMON,
    ELEMENT_KEYS,
    LENGTHS,
    OPTION_COUNTS,
    RICH_KEYS,
    VIEW_KEYS,
)

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
#: All the text of a message's blocks together; above it Slack answers msg_blocks_too_long.
MESSAGE_CHARACTERS = 13_000

Complaints = Iterator[str]
Check = Callable[[str, Mapping[str, Any]], Complaints]


def message_complaints(blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what Slack would refuse in a message's blocks; empty when it takes them."""
    return list(_message(blocks))


def view_complaints(view: Mapping[str, Any]) -> list[str]:
    """Return what Slack would refuse in a modal or a Home view."""
    return list(_view(view))


def option_complaints(options: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what Slack would refuse in an answer to a request for options."""
    return list(_options("options", options, 100))


def _message(blocks: Sequence[Mapping[str, Any]]) -> Complaints:
    if len(blocks) > MESSAGE_BLOCKS:
        yield f"a message has at most {MESSAGE_BLOCKS} blocks, this one {len(blocks)}"
    if (total := characters(blocks)) > MESSAGE_CHARACTERS:
        yield f"blocks hold at most {MESSAGE_CHARACTERS} characters together, these {total}"
    yield from _each_block(blocks)
    for index, block in enumerate(blocks):
        if block.get("type") == "input":
            yield f"/blocks/{index}: an input belongs in a modal"


def _view(view: Mapping[str, Any]) -> Complaints:
    for key in view.keys() - VIEW_KEYS:
        yield f"/{key}: unknown key"
    kind, blocks = view.get("type"), view.get("blocks") or []
    if kind not in {"modal", "home"}:
        yield f"/type: neither modal nor home but {kind}"
    if not 1 <= len(blocks) <= VIEW_BLOCKS:
        yield f"/blocks: a view has 1 to {VIEW_BLOCKS} blocks, this one {len(blocks)}"
    if kind == "modal" and "title" not in view:
        yield "/title: missing"
    if "submit" not in view and any(block.get("type") == "input" for block in blocks):
        yield "/submit: missing, though there are inputs"
    for key in ("title", "submit", "close"):
        if key in view:
            yield from _text(f"/{key}", view[key], 24, plain=True)
    yield from _lengths("", view)
    yield from _each_block(blocks)


def _each_block(blocks: Sequence[Mapping[str, Any]]) -> Complaints:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        where = f"/blocks/{index}"
        yield from _block(where, block)
        block_id = block.get("block_id")
        if block_id and block_id in seen:
            yield f"{where}/block_id: {block_id} stands twice"
        seen.add(block_id or where)


def _block(where: str, block: Mapping[str, Any]) -> Complaints:
    kind = str(block.get("type"))
    if kind not in BLOCK_KEYS:
        yield f"{where}: unknown type {kind}"
        return
    required, allowed = BLOCK_KEYS[kind]
    yield from _keys(where, block, required, allowed | COMMON)
    yield from _lengths(where, block)
    check = _CHECKS.get(kind)
    if check is not None:
        yield from check(where, block)


def _section(where: str, block: Mapping[str, Any]) -> Complaints:
    if "text" not in block and "fields" not in block:
        yield f"{where}: neither text nor fields"
    if "text" in block:
        yield from _text(f"{where}/text", block["text"], 3000)
    fields = block.get("fields", ())
    if len(fields) > 10:
        yield f"{where}/fields: at most 10"
    for index, part in enumerate(fields):
        yield from _text(f"{where}/fields/{index}", part, 2000)
    if "accessory" in block:
        yield from _element(f"{where}/accessory", block["accessory"])


def _header(where: str, block: Mapping[str, Any]) -> Complaints:
    yield from _text(f"{where}/text", block.get("text"), 150, plain=True)


def _context(where: str, block: Mapping[str, Any]) -> Complaints:
    elements = block.get("elements", ())
    if not 1 <= len(elements) <= 10:
        yield f"{where}/elements: 1 to 10, not {len(elements)}"
    for index, part in enumerate(elements):
        if part.get("type") == "image":
            yield from _element(f"{where}/elements/{index}", part)
        else:
            yield from _text(f"{where}/elements/{index}", part, 3000)


def _actions(where: str, block: Mapping[str, Any]) -> Complaints:
    elements = block.get("elements", ())
    if not 1 <= len(elements) <= 25:
        yield f"{where}/elements: 1 to 25, not {len(elements)}"
    ids = [part.get("action_id") for part in elements]
    if len(set(ids)) != len(ids):
        yield f"{where}/elements: an action_id stands twice"
    for index, part in enumerate(elements):
        yield from _element(f"{where}/elements/{index}", part)


def _rich_text(where: str, block: Mapping[str, Any]) -> Complaints:
    for index, part in enumerate(block["elements"]):
        here = f"{where}/elements/{index}"
        if part.get("type") != "rich_text_section":
            yield f"{here}: unknown type {part.get('type')}"
        for number, element in enumerate(part.get("elements", ())):
            yield from _rich_element(f"{here}/elements/{number}", element)


def _rich_element(where: str, element: Mapping[str, Any]) -> Complaints:
    kind = str(element.get("type"))
    if kind not in RICH_KEYS:
        yield f"{where}: unknown element {kind}"
        return
    required, optional = RICH_KEYS[kind]
    yield from _keys(where, element, required, required | optional | {"type", "style"})
    yield from _keys(
        f"{where}/style",
        element.get("style", {}),
        frozenset(),
        frozenset({"bold", "italic", "strike", "code"}),
    )
    if kind == "text" and not element["text"]:
        yield f"{where}/text: empty"


def _input(where: str, block: Mapping[str, Any]) -> Complaints:
    yield from _text(f"{where}/label", block.get("label"), 2000, plain=True)
    if "hint" in block:
        yield from _text(f"{where}/hint", block["hint"], 2000, plain=True)
    element = block.get("element") or {}
    if element.get("type") in {"button", "image", "overflow"}:
        yield f"{where}/element: a {element['type']} is no input"
    yield from _element(f"{where}/element", element)


def _picture(where: str, block: Mapping[str, Any]) -> Complaints:
    if "title" in block:
        yield from _text(f"{where}/title", block["title"], 2000, plain=True)


_CHECKS: dict[str, Check] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _picture,
    "rich_text": _rich_text,
}


def _element(where: str, element: Mapping[str, Any]) -> Complaints:
    kind = str(element.get("type"))
    if kind not in ELEMENT_KEYS:
        yield f"{where}: unknown element {kind}"
        return
    required, allowed = ELEMENT_KEYS[kind]
    yield from _keys(where, element, required, allowed | {"type"})
    yield from _lengths(where, element)
    if "text" in element:
        yield from _text(f"{where}/text", element["text"], 75, plain=True)
    if "placeholder" in element:
        yield from _text(f"{where}/placeholder", element["placeholder"], 150, plain=True)
    if element.get("style") not in {None, "primary", "danger"}:
        yield f"{where}/style: neither primary nor danger"
    if kind in OPTION_COUNTS:
        yield from _options(f"{where}/options", element["options"], OPTION_COUNTS[kind])
    chosen = [*element.get("initial_options", ()), *_as_list(element.get("initial_option"))]
    if chosen:
        yield from _options(f"{where}/initial_options", chosen, 100)
    if "confirm" in element:
        yield from _confirm(f"{where}/confirm", element["confirm"])


def _as_list(value: object) -> list[Any]:
    return [] if value is None else [value]


def _options(where: str, options: Sequence[Mapping[str, Any]], most: int) -> Complaints:
    if not 1 <= len(options) <= most and where != "options":
        yield f"{where}: 1 to {most}, not {len(options)}"
    if len(options) > most:
        yield f"{where}: at most {most}"
    for index, option in enumerate(options):
        here = f"{where}/{index}"
        yield from _keys(
            here,
            option,
            frozenset({"text", "value"}),
            frozenset({"text", "value", "description", "url"}),
        )
        yield from _text(f"{here}/text", option.get("text"), 75)
        if "description" in option:
            yield from _text(f"{here}/description", option["description"], 75)
        if len(str(option.get("value", ""))) > 150:
            yield f"{here}/value: more than 150 characters"


def _confirm(where: str, value: Mapping[str, Any]) -> Complaints:
    required = frozenset({"title", "text", "confirm", "deny"})
    yield from _keys(where, value, required, required | {"style"})
    yield from _text(f"{where}/title", value.get("title"), 100, plain=True)
    yield from _text(f"{where}/text", value.get("text"), 300)
    yield from _text(f"{where}/confirm", value.get("confirm"), 30, plain=True)
    yield from _text(f"{where}/deny", value.get("deny"), 30, plain=True)


def _text(where: str, value: object, most: int, *, plain: bool = False) -> Complaints:
    if not isinstance(value, Mapping):
        yield f"{where}: no text object"
        return
    kind, text = value.get("type"), value.get("text")
    wanted = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
    if kind not in wanted:
        yield f"{where}/type: {kind} is not allowed here"
    yield from _keys(
        where,
        value,
        frozenset({"type", "text"}),
        frozenset({"type", "text", "emoji" if kind == "plain_text" else "verbatim"}),
    )
    if not isinstance(text, str) or not 1 <= len(text) <= most:
        length = len(text) if isinstance(text, str) else "no"
        yield f"{where}/text: 1 to {most} characters, not {length}"


def _keys(
    where: str, value: Mapping[str, Any], required: frozenset[str], allowed: frozenset[str]
) -> Complaints:
    for key in sorted(required - value.keys()):
        yield f"{where}/{key}: missing"
    for key in sorted(value.keys() - allowed):
        yield f"{where}/{key}: unknown key"
    for key, part in value.items():
        if part is None:
            yield f"{where}/{key}: null"


def _lengths(where: str, value: Mapping[str, Any]) -> Complaints:
    for key, most in LENGTHS.items():
        part = value.get(key)
        if isinstance(part, str) and len(part) > most:
            yield f"{where}/{key}: more than {most} characters"
