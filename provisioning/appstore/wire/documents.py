"""
JSON:API as Apple writes it: entities with attributes and relations, in pages.

Nothing here fails over a value that is new, missing or null; only a body that is no such document
at all is refused.
"""

import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from provisioning.appstore.errors import AnswerSenseless


class NoDocument(ValueError):
    """The body is none of Apple's."""


@dataclass(frozen=True, slots=True)
class Ref:
    """The name of an entity at Apple: its type and its id."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing at Apple. What an attribute holds is not checked until it is asked for."""

    type: str
    id: str
    attributes: Mapping[str, Any] = field(repr=False)
    relations: Mapping[str, Any] = field(repr=False)

    def text(self, name: str) -> str | None:
        """Return an attribute that is text; a word that we do not know is as good as any."""
        value = self.attributes.get(name)
        return value if isinstance(value, str) else None

    def word(self, name: str) -> str:
        """Return an attribute that is text, empty when there is none."""
        return self.text(name) or ""

    def flag(self, name: str) -> bool | None:
        value = self.attributes.get(name)
        return value if isinstance(value, bool) else None

    def moment(self, name: str) -> datetime | None:
        """Return a time in UTC, None when there is none."""
        try:
            found = datetime.fromisoformat(self.word(name))
        except ValueError:
            return None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)

    def content(self, name: str) -> bytes | None:
        """Return bytes that were written as base64, None when there are none."""
        try:
            return b64decode(self.word(name)) or None
        except ValueError:
            return None

    def others(self, *known: str) -> Mapping[str, Any]:
        """Return the attributes besides the known ones: what Apple added, out of the way."""
        return {name: value for name, value in self.attributes.items() if name not in known}

    def relation(self, name: str) -> Ref | None:
        """Return what a relation to one points at; none, null and left out are all None."""
        relation = self.relations.get(name)
        return _ref(relation.get("data")) if isinstance(relation, dict) else None


@dataclass(frozen=True, slots=True)
class Document:
    """An answer: its entities, whether it is a list, and the address of the next page."""

    entities: tuple[Entity, ...]
    next: str | None = None

    @property
    def entity(self) -> Entity:
        """Return the one entity. Raise AnswerSenseless when there is none."""
        if len(self.entities) != 1:
            raise AnswerSenseless
        return self.entities[0]


def read_document(body: bytes) -> Document:
    """Return what a body holds. Raise NoDocument."""
    found = read_object(body)
    if "data" not in found:
        raise NoDocument
    data = found["data"]
    several = data if isinstance(data, list) else [] if data is None else [data]
    links = found.get("links")
    following = links.get("next") if isinstance(links, dict) else None
    return Document(
        tuple(_entity(one) for one in several), following if isinstance(following, str) else None
    )


def read_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body. Raise NoDocument."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NoDocument from None
    if not isinstance(found, dict):
        raise NoDocument
    return found


def written(
    type_: str,
    *,
    id_: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    relations: Mapping[str, Ref | Sequence[Ref]] | None = None,
) -> bytes:
    """Return the body of a request about one entity."""
    data: dict[str, Any] = {"type": type_}
    if id_ is not None:
        data["id"] = id_
    if attributes:
        data["attributes"] = dict(attributes)
    if relations:
        data["relationships"] = {
            name: {"data": _pointing(target)} for name, target in relations.items()
        }
    return json.dumps({"data": data}).encode()


def _pointing(target: Ref | Sequence[Ref]) -> dict[str, str] | list[dict[str, str]]:
    if isinstance(target, Ref):
        return {"type": target.type, "id": target.id}
    return [{"type": one.type, "id": one.id} for one in target]


def _entity(data: object) -> Entity:
    ref = _ref(data)
    if ref is None or not isinstance(data, dict):
        raise NoDocument
    return Entity(ref.type, ref.id, _mapping(data, "attributes"), _mapping(data, "relationships"))


def _ref(data: object) -> Ref | None:
    if not isinstance(data, dict):
        return None
    type_, id_ = data.get("type"), data.get("id")
    return Ref(type_, id_) if isinstance(type_, str) and isinstance(id_, str) else None


def _mapping(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}
