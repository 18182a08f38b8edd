"""What comes and goes over a socket: envelopes, and answers that take them off Slack."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.response import BoltResponse

from bot.slack.kit.codes import OK
from bot.slack.kit.payloads import at, text_or_none


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One delivery. `headers` say what HTTP mode's say of a repetition."""

    id: str
    payload: dict[str, Any]
    headers: Mapping[str, str]


def read(text: str) -> dict[str, Any]:
    """Return what a message says; empty when it is no JSON object."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def envelope_of(said: Mapping[str, Any]) -> Envelope | None:
    """Return the envelope in a message, None when it holds none."""
    envelope_id, payload = text_or_none(said, "envelope_id"), at(said, "payload")
    if envelope_id is None or not isinstance(payload, dict):
        return None
    names = {"x-slack-retry-num": "retry_attempt", "x-slack-retry-reason": "retry_reason"}
    found = {header: at(said, field) for header, field in names.items()}
    headers = {header: str(value) for header, value in found.items() if value is not None}
    return Envelope(id=envelope_id, payload=payload, headers=headers)


def acknowledgement(envelope: Envelope, answer: BoltResponse) -> str | None:
    """Return what is sent back, None where Slack shall deliver again."""
    if answer.status != OK:
        return None
    body: dict[str, Any] = {"envelope_id": envelope.id}
    if answer.body:
        is_json = answer.headers.get("content-type", [""])[0].startswith("application/json")
        body["payload"] = json.loads(answer.body) if is_json else {"text": answer.body}
    return json.dumps(body)
