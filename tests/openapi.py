"""An outside judge: an OpenAPI document of somebody else's, against what was asked and answered."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: The names that JSON Schema has for what JSON gives.
_TYPES: dict[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "null": (type(None),),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}


#: Where somebody keeps Apple's OpenAPI document, as JSON: it must not be shipped.
VARIABLE = "APP_STORE_CONNECT_OPENAPI"
VERSION = "/v1/"


def is_there() -> bool:
    """Return whether somebody has Apple's document."""
    return VARIABLE in os.environ  # noqa: TID251 - no setting of ours


def apples_document() -> "Judge":
    return Judge.read(Path(os.environ[VARIABLE]))  # noqa: TID251 - no setting of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """One request and its answer, as they went over the wire; None for a body that is empty."""

    method: str
    path: str
    query: Mapping[str, str]
    body: object
    status: int
    answer: object


class Judge:
    """
    Says in sentences what is off a document.

    It knows as much of JSON Schema as such documents use: references, types, required and known
    properties, items, enumerations, and alternatives. An operation is named as the sandbox names
    it, `GET profiles/{id}/devices`.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    @classmethod
    def read(cls, path: Path) -> "Judge":
        return cls(json.loads(path.read_text()))

    def operation(self, method: str, path: str) -> str:
        """Return the operation that a path, as it was asked for, belongs to; itself for none."""
        asked = path.split("/")
        for known in self._document["paths"]:
            parts = known.split("/")
            pairs = zip(parts, asked, strict=False)
            if len(parts) == len(asked) and all(a == b or a.startswith("{") for a, b in pairs):
                return f"{method} {known.removeprefix(VERSION)}"
        return f"{method} {path.removeprefix(VERSION)}"

    def exchange(self, done: Exchanged) -> list[str]:
        """Return what is wrong with a request and its answer."""
        operation = self.operation(done.method, done.path)
        asked = self.request(operation, done.query, done.body)
        return asked or self.answer(operation, done.status, done.answer)

    def request(self, operation: str, query: Mapping[str, str], body: object) -> list[str]:
        """Return what is wrong with a request; an empty body is none."""
        return list(self._request(operation, query, body))

    def answer(self, operation: str, status: int, body: object) -> list[str]:
        """Return what is wrong with an answer. Its enumerations are open: no value is wrong."""
        known = self._known(operation)
        if known is None:
            return [f"{operation} is not documented."]
        answers = known["responses"]
        if str(status) not in answers:
            return [f"{operation} is not documented to answer {status}."]
        schema = _schema(self._resolved(answers[str(status)]))
        if schema is None:
            return [f"{operation} answers {status} with a body."] if body else []
        return list(self._check(schema, body, operation, is_open=True))

    def _request(self, operation: str, query: Mapping[str, str], body: object) -> Iterator[str]:
        known = self._known(operation)
        if known is None:
            yield f"{operation} is not documented."
            return
        parameters = {
            each["name"]: each for each in map(self._resolved, known.get("parameters", ()))
        }
        for name, value in query.items():
            # Apple gives the word for the next page in `links.next`, and does not document it.
            if name not in parameters and name != "cursor":
                yield f"{operation} does not take the parameter {name}."
            elif name in parameters:
                yield from self._parameter(parameters[name]["schema"], value, operation, name)
        schema = _schema(self._resolved(known.get("requestBody", {})))
        if schema is not None:
            yield from self._check(schema, body, operation, is_open=False)
        elif body:
            yield f"{operation} takes no body."

    def _parameter(
        self, schema: Mapping[str, Any], value: str, operation: str, name: str
    ) -> Iterator[str]:
        schema = self._resolved(schema)
        allowed = self._resolved(schema.get("items", schema)).get("enum", ())
        for word in value.split(","):
            if allowed and word not in allowed:
                yield f"{operation} does not know {name}={word}."
        if "maximum" in schema and int(value) > schema["maximum"]:
            yield f"{operation} takes {name} up to {schema['maximum']}."

    def _known(self, operation: str) -> dict[str, Any] | None:
        method, _, path = operation.partition(" ")
        at = self._document["paths"].get(f"/v1/{path}", {})
        found: dict[str, Any] | None = at.get(method.lower())
        return found and {
            **found,
            "parameters": [*at.get("parameters", ()), *found.get("parameters", ())],
        }

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            found: Any = self._document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    def _check(
        self, schema: Mapping[str, Any], value: object, where: str, *, is_open: bool
    ) -> Iterator[str]:
        schema = self._resolved(schema)
        if alternatives := schema.get("oneOf") or schema.get("anyOf"):
            found = [
                list(self._check(each, value, where, is_open=is_open)) for each in alternatives
            ]
            yield from min(found, key=len)
            return
        if value is None and (schema.get("nullable") or is_open):
            return
        named = schema.get("type", ())
        kinds = [named] if isinstance(named, str) else list(named)
        if kinds and not any(isinstance(value, _TYPES[kind]) for kind in kinds):
            yield f"{where} has to be of the type {' or '.join(kinds)}."
        elif "enum" in schema and not is_open and value not in schema["enum"]:
            yield f"{where} does not know the value {value}."
        elif isinstance(value, list):
            for number, item in enumerate(value):
                yield from self._check(
                    schema.get("items", {}), item, f"{where}/{number}", is_open=is_open
                )
        elif isinstance(value, dict) and "properties" in schema:
            yield from self._object(schema, value, where, is_open=is_open)

    def _object(
        self, schema: Mapping[str, Any], value: Mapping[str, Any], where: str, *, is_open: bool
    ) -> Iterator[str]:
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{where} lacks {name}."
        for name, inner in value.items():
            known = schema["properties"].get(name)
            if known is None:
                yield f"{where} has the unknown {name}."
            else:
                yield from self._check(known, inner, f"{where}/{name}", is_open=is_open)


def _schema(part: Mapping[str, Any]) -> Mapping[str, Any] | None:
    content = part.get("content", {})
    found: Mapping[str, Any] | None = content.get("application/json", {}).get("schema")
    return found
