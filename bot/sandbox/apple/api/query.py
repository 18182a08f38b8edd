"""The parameters of a request for resources, read as strictly as Apple does."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.sandbox.apple.api.shape import Shape
from bot.sandbox.apple.errors import BadParameter

MOST_PER_PAGE = 200
USUAL_PAGE = 20
MOST_INCLUDED = 50
USUAL_INCLUDED = 10

_INSIDE = re.compile(r"(filter|fields|limit)\[([^\[\]]+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What was asked for. *fields* are by type, *limits* by relationship, *sort* by `-name`."""

    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    include: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    sort: tuple[str, ...] = ()
    limit: int = USUAL_PAGE
    start: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What an address takes: a *list* filters and sorts, a *plain* one includes nothing."""

    shape: Shape
    shapes: Mapping[str, Shape]
    is_list: bool = False
    is_plain: bool = False
    is_paged: bool = False

    def read(self, pairs: Sequence[tuple[str, str]]) -> Query:
        """Return the query. Raise BadParameter for what this address does not know."""
        names = [name for name, _ in pairs]
        for name in names:
            if names.count(name) > 1:
                raise BadParameter(name, f"The parameter '{name}' was given more than once")
        plain = {name: value for name, value in pairs if not _INSIDE.fullmatch(name)}
        inside: dict[str, dict[str, str]] = {"filter": {}, "fields": {}, "limit": {}}
        for name, value in pairs:
            if found := _INSIDE.fullmatch(name):
                inside[found[1]][found[2]] = value
        self._check_known(plain)
        include = _words(plain.get("include", ""))
        self._check_include(include)
        return Query(
            filters={name: self._filter(name, value) for name, value in inside["filter"].items()},
            fields={name: self._fields(name, value) for name, value in inside["fields"].items()},
            include=include,
            limits={name: self._inner(name, value) for name, value in inside["limit"].items()},
            sort=self._sort(plain.get("sort", "")),
            limit=_number("limit", plain.get("limit", str(USUAL_PAGE)), MOST_PER_PAGE),
            start=position(plain.get("cursor", "")),
        )

    def _check_known(self, plain: Mapping[str, str]) -> None:
        known = set[str]()
        if not self.is_plain:
            known |= {"include"}
        if self.is_paged:
            known |= {"limit", "cursor"}
        if self.is_list and self.shape.sorts:
            known |= {"sort"}
        for name in plain:
            if name not in known:
                raise BadParameter(name, f"The parameter '{name}' can not be used here")

    def _check_include(self, include: Sequence[str]) -> None:
        for name in include:
            link = self.shape.links.get(name)
            if link is None or not link.is_includable:
                raise BadParameter("include", f"'{name}' is not a valid relationship name")

    def _filter(self, name: str, value: str) -> tuple[str, ...]:
        parameter = f"filter[{name}]"
        known = self.shape.filters.get(name) if self.is_list else None
        if known is None:
            raise BadParameter(parameter, f"'{name}' is not a valid filter type")
        wanted = _words(value)
        if not wanted:
            raise BadParameter(parameter, f"The filter '{name}' needs a value")
        for word in wanted:
            if known.values is not None and word not in known.values:
                raise BadParameter(parameter, f"'{word}' is not a valid filter value for '{name}'")
        return wanted

    def _fields(self, type_: str, value: str) -> tuple[str, ...]:
        parameter = f"fields[{type_}]"
        linked = {link.to for link in self.shape.links.values() if not self.is_plain}
        shape = self.shapes.get(type_) if type_ in {self.shape.type, *linked} else None
        if shape is None:
            raise BadParameter(parameter, f"'{type_}' is not a valid resource type")
        for word in _words(value):
            if word not in {*shape.names, *shape.links}:
                raise BadParameter(parameter, f"'{word}' is not a valid field name")
        return _words(value)

    def _inner(self, name: str, value: str) -> int:
        link = self.shape.links.get(name)
        if self.is_plain or link is None or not link.is_includable or not link.is_many:
            raise BadParameter(f"limit[{name}]", f"'{name}' is not a valid relationship name")
        return _number(f"limit[{name}]", value, MOST_INCLUDED)

    def _sort(self, value: str) -> tuple[str, ...]:
        for word in _words(value):
            if word.removeprefix("-") not in self.shape.sorts:
                raise BadParameter("sort", f"'{word}' is not a valid sort key")
        return _words(value)


def cursor(start: int) -> str:
    """Return the opaque word for a place in a list."""
    return base64.urlsafe_b64encode(f"at:{start}".encode()).decode().rstrip("=")


def position(word: str) -> int:
    """Return the place that a cursor stands for. Raise BadParameter for a word of another's."""
    if not word:
        return 0
    try:
        read = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode()
        kind, _, start = read.partition(":")
        place = int(start)
    except (binascii.Error, ValueError):
        raise BadParameter("cursor", f"'{word}' is not a valid cursor") from None
    if kind != "at" or place < 0:
        raise BadParameter("cursor", f"'{word}' is not a valid cursor")
    return place


def _words(value: str) -> tuple[str, ...]:
    return tuple(word for word in value.split(",") if word)


def _number(parameter: str, value: str, most: int) -> int:
    if not value.isdecimal() or not 1 <= int(value) <= most:
        raise BadParameter(parameter, f"'{value}' is not valid: the limit is from 1 to {most}")
    return int(value)
