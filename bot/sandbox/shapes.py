"""The JSON that goes over the wire, and the reading of it."""

import json
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]


def as_object(value: object) -> JsonObject:
    """Return *value* if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return *value* if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Return *value* if it is a string, else the empty string."""
    return value if isinstance(value, str) else ""


def copied(value: JsonObject) -> JsonObject:
    """Return a deep copy, so that nobody can change what was stored."""
    return as_object(json.loads(json.dumps(value)))


def copied_list(value: object) -> list[JsonObject]:
    """Return a deep copy of a JSON array of objects; nothing at all gives an empty one."""
    return [copied(as_object(item)) for item in as_list(value)]
