"""The body of a write: one resource with its attributes and relationships."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from aiohttp import web

from bot.sandbox.apple.errors import BadBody, BadContentType, Conflict, missing_relation
from bot.sandbox.shapes import JsonObject, as_list, as_object

CONTENT_TYPES = frozenset({"application/json", "application/vnd.api+json"})


class Kind(Enum):
    """What an attribute has to be; each is a name and the Python type that JSON gives."""

    TEXT = ("a string", str)
    FLAG = ("a boolean", bool)
    LIST = ("an array", list)

    def holds(self, value: object) -> bool:
        return isinstance(value, self.value[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """An attribute that may be sent; *values* are all that it takes."""

    kind: Kind = Kind.TEXT
    is_required: bool = False
    values: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A relationship that may be sent, by the type at its other end."""

    to: str
    is_many: bool = False
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What the body of one write holds."""

    type: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    relations: Mapping[str, Relation] = field(default_factory=dict)

    def read(self, body: JsonObject, id_: str | None = None) -> "Entity":
        """
        Return what was sent; *id_* is that of the address of a change.

        Raise BadBody if it is no such document, Conflict if it does not fit the resource.
        """
        data = body.get("data")
        if not isinstance(data, dict):
            raise BadBody("The document holds no resource object.", "/data")
        if extra := sorted({*body} - {"data", "included"}):
            raise BadBody(f"The document holds the unknown member '{extra[0]}'.", f"/{extra[0]}")
        if extra := sorted({*data} - {"type", "id", "attributes", "relationships"}):
            raise BadBody(
                f"The resource holds the unknown member '{extra[0]}'.", f"/data/{extra[0]}"
            )
        if data.get("type") != self.type:
            raise _wrong("ENTITY_ERROR.TYPE.INVALID", f"The type is not '{self.type}'", "type")
        if data.get("id") != id_:
            raise _wrong("ENTITY_ERROR.ID.INVALID", "The id is not that of the address", "id")
        return Entity(
            attributes=self._attributes(as_object(data.get("attributes"))),
            relations=self._relations(as_object(data.get("relationships"))),
        )

    def _attributes(self, sent: JsonObject) -> JsonObject:
        for name, value in sent.items():
            known = self.attributes.get(name)
            place = f"attributes/{name}"
            if known is None:
                said = f"'{name}' is not an attribute on the resource '{self.type}'"
                raise _wrong("ENTITY_ERROR.ATTRIBUTE.UNKNOWN", said, place)
            if value is None and not known.is_required:
                continue
            if not known.kind.holds(value):
                said = f"The attribute '{name}' has to be {known.kind.value[0]}"
                raise _wrong("ENTITY_ERROR.ATTRIBUTE.TYPE", said, place)
            if known.values is not None and value not in known.values:
                said = f"'{value}' is not a valid value for the attribute '{name}'"
                raise _wrong("ENTITY_ERROR.ATTRIBUTE.INVALID", said, place)
        for name, known in self.attributes.items():
            if known.is_required and not sent.get(name):
                said = f"You must provide a value for the attribute '{name}' with this request"
                raise _wrong("ENTITY_ERROR.ATTRIBUTE.REQUIRED", said, f"attributes/{name}")
        return {name: value for name, value in sent.items() if value is not None}

    def _relations(self, sent: JsonObject) -> dict[str, list[str]]:
        read: dict[str, list[str]] = {}
        for name, value in sent.items():
            known = self.relations.get(name)
            place = f"relationships/{name}"
            if known is None:
                said = f"'{name}' is not a relationship on the resource '{self.type}'"
                raise _wrong("ENTITY_ERROR.RELATIONSHIP.UNKNOWN", said, place)
            read[name] = _linked(known, as_object(value).get("data"), place)
        for name, known in self.relations.items():
            if known.is_required and not read.get(name):
                raise missing_relation(name)
        return read


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """What a write brings: attributes that fit, and ids by relationship."""

    attributes: JsonObject
    relations: Mapping[str, list[str]]

    def text(self, name: str, default: str = "") -> str:
        return str(self.attributes.get(name, default))

    def ids(self, name: str) -> list[str]:
        return list(self.relations.get(name, []))

    def id(self, name: str) -> str:
        return self.relations[name][0]


async def read_body(request: web.Request) -> JsonObject:
    """Return the body as JSON. Raise BadContentType or BadBody."""
    if request.content_type not in CONTENT_TYPES:
        raise BadContentType(f"The content type '{request.content_type}' is not JSON.")
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise BadBody("The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise BadBody("The body is no JSON object.")
    return body


def _linked(known: Relation, data: object, place: str) -> list[str]:
    named: list[object] = as_list(data) if known.is_many else [data]
    if known.is_many and not isinstance(data, list):
        raise _wrong("ENTITY_ERROR.RELATIONSHIP.INVALID", "The data have to be an array", place)
    found = [as_object(each) for each in named]
    for linked in found:
        if linked.get("type") != known.to or not isinstance(linked.get("id"), str):
            said = f"The data have to name '{known.to}' by type and id"
            raise _wrong("ENTITY_ERROR.RELATIONSHIP.INVALID", said, place)
    return [str(linked["id"]) for linked in found]


def _wrong(code: str, detail: str, place: str) -> Conflict:
    return Conflict(code, detail, pointer=f"/data/{place}", is_violation=True)
