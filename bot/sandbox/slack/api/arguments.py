"""The arguments of a call, however they were sent."""

import json
from collections.abc import Mapping
from enum import StrEnum

from aiohttp import web

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.errors import Refusal


class Kind(StrEnum):
    """What an argument has to be."""

    TEXT = "a string"
    FLAG = "a boolean"
    NUMBER = "an integer"
    LIST = "a JSON array"
    OBJECT = "a JSON object"


_TRUE = frozenset({"true", "1", "True"})
_FALSE = frozenset({"false", "0", "False", ""})

#: Arguments that every method takes; Bolt adds the team to each call.
EVERYWHERE: dict[str, Kind] = {"token": Kind.TEXT, "team_id": Kind.TEXT}


async def read(request: web.Request) -> JsonObject:
    """Collect the arguments from the address and the body: form, multipart or JSON."""
    arguments: JsonObject = dict(request.query)
    if request.content_type == "application/json":
        raw = await request.text()
        try:
            body = json.loads(raw) if raw else {}
        except json.JSONDecodeError:
            raise Refusal("invalid_json", is_violation=True) from None
        if not isinstance(body, dict):
            raise Refusal("json_not_object", is_violation=True)
        return arguments | body
    if request.method == "POST":
        arguments |= dict(await request.post())
    return arguments


def check(
    arguments: JsonObject, required: Mapping[str, Kind], optional: Mapping[str, Kind]
) -> JsonObject:
    """Return the arguments with their true types. Raise Refusal for every mistake at once."""
    known = {**EVERYWHERE, **optional, **required}
    wrong = [
        f"[ERROR] missing required field: {name}" for name in required if name not in arguments
    ]
    read_ones: JsonObject = {}
    for name, value in arguments.items():
        if name not in known:
            wrong.append(f"[ERROR] unknown field: {name}")
            continue
        try:
            read_ones[name] = _typed(known[name], value)
        except (TypeError, ValueError):
            wrong.append(f"[ERROR] {name} must be {known[name].value} [json-pointer:/{name}]")
    if wrong:
        raise Refusal("invalid_arguments", messages=wrong, is_violation=True)
    return {name: value for name, value in read_ones.items() if value is not None}


def _typed(kind: Kind, value: object) -> object:
    """Return *value* as its kind. Raise TypeError or ValueError."""
    if value is None:
        return None
    if kind is Kind.TEXT:
        return _text(value)
    if kind is Kind.FLAG:
        return _flag(value)
    if kind is Kind.NUMBER:
        return _number(value)
    wanted = list if kind is Kind.LIST else dict
    parsed = json.loads(value) if isinstance(value, str) else value
    if not isinstance(parsed, wanted):
        raise TypeError(kind)
    return parsed


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    raise TypeError(Kind.TEXT)


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if str(value) in _TRUE:
        return True
    if str(value) in _FALSE:
        return False
    raise ValueError(Kind.FLAG)


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError(Kind.NUMBER)
    return int(value)
