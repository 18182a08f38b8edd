"""What a type of resource looks like on the wire, and what may be asked of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.shapes import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """
    A relationship: the type at its other end, and the ids there of the resource with an id.

    *is_includable* is false where `include` does not know it.
    """

    to: str
    ids: Callable[[SandboxTeam, str], Sequence[str]]
    is_many: bool = True
    is_includable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """
    A filter of a list, by an attribute or the id.

    *values* are all that it knows, where it is an enumeration; with *by_beginning* a longer value
    that begins alike is found as well.
    """

    values: frozenset[str] | None = None
    by_beginning: bool = False

    def keeps(self, value: object, wanted: Sequence[str]) -> bool:
        if self.by_beginning:
            return str(value).startswith(tuple(wanted))
        return value in wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """
    A type of resource.

    * ids: every one of the team, in the order in which they were made
    * attributes: those of the one with an id; it raises NotThere
    * names: the names of the attributes
    """

    type: str
    names: tuple[str, ...]
    ids: Callable[[SandboxTeam], Sequence[str]]
    attributes: Callable[[SandboxTeam, str], JsonObject]
    links: Mapping[str, Link] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    sorts: frozenset[str] = frozenset()
