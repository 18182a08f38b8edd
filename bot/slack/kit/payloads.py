"""
What Slack sends, as values.

Only ids and what a person typed are taken over; everything is looked up and authorised again, since
a payload says who clicked but not whether they may.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from bot.slack.kit.names import ORIGIN, VALUE_VERSION
from provisioning.actors import Actor, person, slack
from storage.errors import SlipwayError

Body = Mapping[str, Any]

#: Stands in a body that is handed to the listeners once more, since whoever had it died. What was
#: asked for may be done already then, by this very delivery.
AGAIN = "slipway_again"

#: Where Slack's own response URLs lead. A forged one would make us post to a stranger's server.
RESPONSE_HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})


class Malformed(SlipwayError):
    """Slack sent something that Slipway does not understand."""


class Outdated(SlipwayError):
    """This card is from an earlier version of Slipway. It was drawn anew; please click again."""


def text(body: object, *path: str | int) -> str:
    """Return the text at *path*. Raise Malformed, naming the path, when there is none."""
    found = text_or_none(body, *path)
    if found is None:
        where = ".".join(str(step) for step in path)
        raise Malformed(f"Slack sent something without {where}; Slipway cannot use it.")
    return found


def text_or_none(body: object, *path: str | int) -> str | None:
    """Return the text at *path*, None when there is none or it is empty."""
    found = at(body, *path)
    return found if isinstance(found, str) and found else None


def at(body: object, *path: str | int) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what stands at *path*, None when there is nothing."""
    for step in path:
        if isinstance(step, int) and isinstance(body, list) and -len(body) <= step < len(body):
            body = body[step]
        elif isinstance(step, str) and isinstance(body, Mapping):
            body = body.get(step)
        else:
            return None
    return body


def entries(body: object, *path: str | int) -> list[Mapping[str, Any]]:
    """Return the list of objects at *path*, without whatever is none."""
    found = at(body, *path)
    return [part for part in found if isinstance(part, Mapping)] if isinstance(found, list) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who did something, and where an answer only for them can be put."""

    user_id: str
    team_id: str
    channel_id: str | None = None
    thread_ts: str | None = None
    response_url: str | None = None

    @property
    def by(self) -> Actor:
        """Return who acts."""
        return actor(self.user_id)


def actor(user_id: str) -> Actor:
    """Return who acts when a person of this Slack id does."""
    return person(slack(user_id), origin=ORIGIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """
    A button was pressed, or something chosen in a message; `value` is what it carries.

    `again` says that the same click was begun before and may be done.
    """

    asker: Asker
    action_id: str
    value: str
    trigger_id: str
    message_ts: str | None
    view: Mapping[str, Any] = field(default_factory=dict)
    again: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the ids on the button. Raise Outdated for a form of value we no longer use."""
        return _parts_of(self.value)

    @property
    def subject(self) -> str:
        """Return the first id on the button. Raise Outdated when there is none."""
        parts = self.parts
        if not parts or not parts[0]:
            raise Outdated
        return parts[0]


def _parts_of(value: str) -> tuple[str, ...]:
    version, *parts = value.split(":")
    if version != VALUE_VERSION:
        raise Outdated
    return tuple(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A form was sent."""

    asker: Asker
    callback_id: str
    trigger_id: str
    private_metadata: str
    view_id: str
    values: Mapping[str, Any]

    def entered(self, block_id: str) -> str:
        """Return what was typed or chosen in a block; empty when nothing was."""
        part = self._part(block_id)
        return (
            text_or_none(part, "value")
            or text_or_none(part, "selected_option", "value")
            or text_or_none(part, "selected_user")
            or ""
        )

    def moment(self, block_id: str) -> datetime | None:
        """Return the day and time chosen in a block, None when none was."""
        seconds = at(self._part(block_id), "selected_date_time")
        return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else None

    def chosen(self, block_id: str) -> tuple[str, ...]:
        """Return the values chosen in a select of several, or the check boxes that are on."""
        part = self._part(block_id)
        options = [text_or_none(option, "value") for option in entries(part, "selected_options")]
        people = at(part, "selected_users")
        found = [*options, *(people if isinstance(people, list) else [])]
        return tuple(dict.fromkeys(value for value in found if isinstance(value, str) and value))

    @property
    def kept(self) -> tuple[str, ...]:
        """Return what the form was to remember. Raise Outdated for one of another version."""
        return _parts_of(self.private_metadata)

    def _part(self, block_id: str) -> Mapping[str, Any]:
        inputs = at(self.values, block_id)
        if not isinstance(inputs, Mapping):
            return {}
        return next((part for part in inputs.values() if isinstance(part, Mapping)), {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """A shortcut was chosen; with a message when it was chosen on one."""

    asker: Asker
    callback_id: str
    trigger_id: str
    message: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    Slack asks for the options of a select while a person types.

    `block_id` names the block that the select stands in; on a card it carries what a value does.
    """

    asker: Asker
    action_id: str
    typed: str
    block_id: str = ""
    view: Mapping[str, Any] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """Return the first id that the block carries. Raise Outdated when there is none."""
        first, *_ = (*_parts_of(self.block_id), "")
        if not first:
            raise Outdated
        return first


def asker_of(body: Body) -> Asker:
    """Read who is behind an interaction or a command."""
    user_id = text_or_none(body, "user", "id") or text(body, "user_id")
    team_id = (
        text_or_none(body, "team", "id")
        or text_or_none(body, "team_id")
        or text_or_none(body, "user", "team_id")
        or ""
    )
    channel_id = (
        text_or_none(body, "channel", "id")
        or text_or_none(body, "channel_id")
        or text_or_none(body, "container", "channel_id")
    )
    thread = text_or_none(body, "message", "thread_ts") or text_or_none(
        body, "container", "thread_ts"
    )
    url = text_or_none(body, "response_url") or text_or_none(
        body, "response_urls", 0, "response_url"
    )
    return Asker(
        user_id=user_id,
        team_id=team_id,
        channel_id=channel_id,
        thread_ts=thread,
        response_url=url,
    )


def is_word_of_a_person(event: Body) -> bool:
    """Return whether a message was said by a person and by nobody's machine."""
    return bool(text_or_none(event, "user")) and not at(event, "bot_id")


def is_direct(event: Body) -> bool:
    """Return whether a message was said to us alone."""
    return text_or_none(event, "channel_type") == "im"


def is_again(body: Body) -> bool:
    """Return whether the same was begun before and perhaps done."""
    return at(body, AGAIN) is True


def click_of(body: Body) -> Click:
    """Raise Malformed."""
    action = at(body, "actions", 0)
    return Click(
        asker=asker_of(body),
        action_id=text(action, "action_id"),
        value=text_or_none(action, "value")
        or text_or_none(action, "selected_option", "value")
        or "",
        trigger_id=text_or_none(body, "trigger_id") or "",
        message_ts=text_or_none(body, "container", "message_ts")
        or text_or_none(body, "message", "ts"),
        view=at(body, "view") or {},
        again=is_again(body),
    )


def submission_of(body: Body) -> Submission:
    """Raise Malformed."""
    return Submission(
        asker=asker_of(body),
        callback_id=text(body, "view", "callback_id"),
        trigger_id=text_or_none(body, "trigger_id") or "",
        private_metadata=text_or_none(body, "view", "private_metadata") or "",
        view_id=text_or_none(body, "view", "id") or "",
        values=at(body, "view", "state", "values") or {},
    )


def shortcut_of(body: Body) -> Shortcut:
    """Raise Malformed."""
    return Shortcut(
        asker=asker_of(body),
        callback_id=text(body, "callback_id"),
        trigger_id=text(body, "trigger_id"),
        message=at(body, "message") or {},
    )


def question_of(body: Body) -> Question:
    """Raise Malformed."""
    return Question(
        asker=asker_of(body),
        action_id=text(body, "action_id"),
        typed=text_or_none(body, "value") or "",
        block_id=text_or_none(body, "block_id") or "",
        view=at(body, "view") or {},
    )


def may_answer_at(url: str, api_url: str) -> bool:
    """
    Return whether a response URL leads to Slack.

    With another API in Slack's place, response URLs lead to that API's own host and port.
    """
    parts, api = urlsplit(url), urlsplit(api_url)
    if (api.hostname or "").endswith(("slack.com", "slack-gov.com")):
        return parts.scheme == "https" and parts.netloc in RESPONSE_HOSTS
    return parts.scheme == api.scheme and parts.netloc == api.netloc
