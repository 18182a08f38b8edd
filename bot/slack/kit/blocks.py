"""
Block Kit, built so that it cannot be refused: every length is cut to Slack's limit here.

Names and notes of other people go into `plain_text` or come through `bot.slack.kit.mrkdwn`; what
that cannot say becomes rich text or plain text here. The limits are slack_sdk's and Slack's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from bot.slack.kit import mrkdwn, styled

Block: TypeAlias = dict[str, Any]
View: TypeAlias = dict[str, Any]

SECTION_TEXT = 3000
FIELD_TEXT = 2000
HEADER_TEXT = 150
BUTTON_TEXT = 75
OPTION_TEXT = 75
OPTION_VALUE = 150
VIEW_TITLE = 24
PLACEHOLDER = 150
LABEL = 2000
ALT_TEXT = 2000
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
NOTIFICATION_TEXT = 3900  #: `chat.update` takes 4,000 and refuses more.
OPTIONS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """
    What is posted: always both, since `text` is what notifications and screen readers use.

    `rest` is text that found no room; it follows in the thread.
    """

    text: str
    blocks: Sequence[Block] = field(default_factory=tuple)
    rest: str = ""

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of chat.postMessage and chat.update."""
        text = mrkdwn.without_stand_ins(mrkdwn.clip(self.text, NOTIFICATION_TEXT))
        return {"text": text, "blocks": list(self.blocks)}


def plain(text: str, limit: int, *, emoji: bool = True) -> Block:
    return {"type": "plain_text", "text": mrkdwn.cut(text.strip(), limit) or "—", "emoji": emoji}


def marked(text: str, limit: int = SECTION_TEXT) -> Block:
    """Return a text object of finished mrkdwn; a plain one where mrkdwn cannot say it."""
    clipped = mrkdwn.clip(text, limit)
    if mrkdwn.holds_stand_ins(clipped):
        return plain(styled.plain_text(clipped), limit)
    return {"type": "mrkdwn", "text": clipped or "—", "verbatim": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(" ".join(text.split()), HEADER_TEXT, emoji=False)}


def section(text: str, *, accessory: Block | None = None, block_id: str | None = None) -> Block:
    """
    Return a paragraph of finished mrkdwn.

    What mrkdwn cannot say is rich text; beside an *accessory*, where Slack has no rich text, it is
    plain text, and what comes after it a field below.
    """
    clipped = mrkdwn.clip(text, SECTION_TEXT)
    if not mrkdwn.holds_stand_ins(clipped):
        block: Block = {"type": "section", "text": marked(clipped)}
    elif accessory is None:
        block = styled.rich_text(clipped)
    else:
        above, rest = styled.parted(clipped)
        below = [marked(rest, FIELD_TEXT)] if rest else None
        block = _with({"type": "section", "text": marked(above)}, fields=below)
    return _with(block, accessory=accessory, block_id=block_id)


def fields(*texts: str) -> Block:
    """Return facts in two columns."""
    return {"type": "section", "fields": [marked(text, FIELD_TEXT) for text in texts[:10]]}


def context(*texts: str) -> Block:
    """Return small print; what mrkdwn cannot say is rich text of the usual size."""
    shown = [mrkdwn.clip(text, SECTION_TEXT) for text in texts[:10]]
    if any(map(mrkdwn.holds_stand_ins, shown)):
        return styled.rich_text("\n".join(shown))
    return {"type": "context", "elements": [marked(text) for text in shown]}


def titled(title: str, icon: Block | None = None) -> Block:
    """Return a small line of its own with an image before it, if there is one."""
    return {"type": "context", "elements": [*([icon] if icon else []), marked(title)]}


def divider() -> Block:
    return {"type": "divider"}


def image(url: str, alt: str) -> Block:
    """Return an image as an accessory. Slack fetches *url* from the internet."""
    alt_text = mrkdwn.cut(alt.strip(), ALT_TEXT) or "picture"
    return {"type": "image", "image_url": url, "alt_text": alt_text}


def actions(*elements: Block, block_id: str | None = None) -> Block:
    return _with({"type": "actions", "elements": list(elements[:25])}, block_id=block_id)


def button(
    label: str,
    action_id: str,
    value: str = "",
    *,
    style: str | None = None,
    confirm: Block | None = None,
    url: str | None = None,
) -> Block:
    """Return a button; *style* is `primary` or `danger`."""
    block: Block = {"type": "button", "text": plain(label, BUTTON_TEXT), "action_id": action_id}
    if value:
        block["value"] = value
    return _with(block, style=style, confirm=confirm, url=url)


def menu(action_id: str, options: Sequence[Block]) -> Block:
    """Return the three dots behind which up to five more things are to be done."""
    return {"type": "overflow", "action_id": action_id, "options": list(options[:5])}


def confirm(
    title: str, text: str, yes: str, no: str = "Cancel", *, style: str | None = None
) -> Block:
    """Return what Slack asks before a click counts."""
    block: Block = {
        "title": plain(title, CONFIRM_TITLE),
        "text": plain(text, CONFIRM_TEXT),
        "confirm": plain(yes, CONFIRM_BUTTON),
        "deny": plain(no, CONFIRM_BUTTON),
    }
    return _with(block, style=style)


def option(label: str, value: str, description: str = "") -> Block:
    block: Block = {"text": plain(label, OPTION_TEXT, emoji=False), "value": value[:OPTION_VALUE]}
    if description.strip():
        block["description"] = plain(description, OPTION_TEXT, emoji=False)
    return block


def entry(
    block_id: str,
    label: str,
    element: Block,
    *,
    hint: str = "",
    optional: bool = False,
) -> Block:
    """Return an input of a form, answered for by *block_id*."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, LABEL),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain(hint, LABEL)
    return block


def text_field(
    action_id: str,
    initial: str = "",
    *,
    placeholder: str = "",
    multiline: bool = False,
    longest: int | None = None,
) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": action_id, "multiline": multiline}
    if initial:
        element["initial_value"] = initial[: longest or 3000]
    if placeholder:
        element["placeholder"] = plain(placeholder, PLACEHOLDER)
    return _with(element, max_length=longest)


def choice(
    action_id: str, options: Sequence[Block], *, placeholder: str, initial: Block | None = None
) -> Block:
    """Return a select of one of a few options that are known beforehand."""
    element: Block = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, PLACEHOLDER),
        "options": list(options[:OPTIONS]),
    }
    return _with(element, initial_option=initial)


def several_of(
    action_id: str, options: Sequence[Block], initial: Sequence[str] = (), *, placeholder: str
) -> Block:
    """Return a select of several of a few options; *initial* are the values of those chosen."""
    element: Block = {
        "type": "multi_static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, PLACEHOLDER),
        "options": list(options[:OPTIONS]),
    }
    chosen = [one for one in element["options"] if one["value"] in initial]
    return element | ({"initial_options": chosen} if chosen else {})


def external_choice(
    action_id: str, initial: Sequence[Block] = (), *, placeholder: str, several: bool
) -> Block:
    """Return a select whose options Slack asks us for while a person types."""
    element: Block = {
        "type": "multi_external_select" if several else "external_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, PLACEHOLDER),
        "min_query_length": 0,
    }
    if initial and several:
        element["initial_options"] = list(initial[:OPTIONS])
    elif initial:
        element["initial_option"] = initial[0]
    return element


def people_choice(action_id: str, initial: Sequence[str] = (), *, placeholder: str) -> Block:
    """Return a select of several people of the workspace by id."""
    element: Block = {
        "type": "multi_users_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, PLACEHOLDER),
    }
    if initial:
        element["initial_users"] = list(initial)
    return element


def person_choice(action_id: str, initial: str = "", *, placeholder: str) -> Block:
    """Return a select of one person of the workspace by id."""
    element: Block = {
        "type": "users_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, PLACEHOLDER),
    }
    return element | ({"initial_user": initial} if initial else {})


def one_of(action_id: str, choices: Sequence[Block]) -> Block:
    """Return radio buttons; the first of the choices is on."""
    return {
        "type": "radio_buttons",
        "action_id": action_id,
        "options": list(choices[:10]),
        "initial_option": choices[0],
    }


def date_time(action_id: str, initial: datetime | None = None) -> Block:
    """Return a picker of a day and a time, which Slack asks for in the reader's own zone."""
    element: Block = {"type": "datetimepicker", "action_id": action_id}
    return element | ({"initial_date_time": int(initial.timestamp())} if initial else {})


def ticks(action_id: str, choices: Sequence[Block], ticked: Sequence[str] = ()) -> Block:
    """Return check boxes; *ticked* are the values of those that are on."""
    element: Block = {"type": "checkboxes", "action_id": action_id, "options": list(choices[:10])}
    initial = [choice for choice in choices if choice["value"] in ticked]
    if initial:
        element["initial_options"] = initial
    return element


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A modal. Without *submit* it is only looked at."""

    callback_id: str
    title: str
    blocks: Sequence[Block]
    submit: str | None = None
    close: str = "Cancel"
    private_metadata: str = ""

    def view(self) -> View:
        view: View = {
            "type": "modal",
            "callback_id": self.callback_id,
            "title": plain(self.title, VIEW_TITLE),
            "close": plain(self.close, VIEW_TITLE),
            "blocks": list(self.blocks[:100]),
        }
        submit = plain(self.submit, VIEW_TITLE) if self.submit else None
        return _with(view, submit=submit, private_metadata=self.private_metadata or None)


def _with(block: Block, **extras: object) -> Block:
    """Return *block* with those of *extras* that are there; Slack refuses nulls."""
    return {**block, **{key: value for key, value in extras.items() if value is not None}}
