"""
XML from strangers, as a tree of bounded size.

expat reads it; a DOCTYPE ends the reading before an entity could exist. Prefixes vary from tool to
tool, so that elements and attributes are known by their local names.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from storage.inspection import allowance
from storage.inspection.rejection import PackageRejected

MAX_BYTES = 8 << 20
MAX_DEPTH = 128
MAX_ELEMENTS = 200_000

_MAX_TEXT = 64 << 10
# An element here takes as long as four tags of a list; one document never spends all there is.
_WEIGHT, _MAX_WEIGHT = 4, 500_000


@dataclass(slots=True)
class Node:
    """An element; `space` is its namespace, `name` and attribute names are local."""

    name: str
    space: str
    attributes: dict[str, str]
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def child(self, name: str) -> "Node | None":
        """Return the first child of this name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> Iterator["Node"]:
        """Yield every element of this name below, in the order of the document."""
        stack = list(reversed(self.children))
        while stack:
            node = stack.pop()
            if node.name == name:
                yield node
            stack.extend(reversed(node.children))


def parse(data: bytes, what: str) -> Node:
    """Read a whole document; raise PackageRejected, naming *what*, when it is none or too much."""
    if len(data) > MAX_BYTES:
        raise PackageRejected(f"{what} is too big: more than 8 MB.")
    allowance.current().spend_tags(min(_WEIGHT * data.count(b"<"), _MAX_WEIGHT))
    tree = Tree(what)
    tree.feed(data)
    return tree.close()


class Tree:
    """
    A document that arrives in pieces.

    With *only*, elements of other names are counted and not kept, nor is what is in them.
    """

    def __init__(
        self, what: str, max_elements: int = MAX_ELEMENTS, only: frozenset[str] | None = None
    ) -> None:
        self._what = what
        self._left = max_elements
        self._only = only
        self._root: Node | None = None
        self._open: list[Node | None] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, data: bytes) -> None:
        """Read a piece; raise PackageRejected when something is wrong with it."""
        self._parse(lambda: self._parser.Parse(data))

    def close(self) -> Node:
        """Return the root of the document, which must be complete."""
        self._parse(lambda: self._parser.Parse(b"", True))  # noqa: FBT003 - expat takes it by place
        if self._root is None:
            raise PackageRejected(f"{self._what} is no XML of its kind.")
        return self._root

    def _parse(self, step: Callable[[], object]) -> None:
        try:
            step()
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise PackageRejected(f"{self._what} is no XML that can be read.") from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._left -= 1
        if self._left < 0:
            raise PackageRejected(f"{self._what} holds too many elements.")
        if len(self._open) >= MAX_DEPTH:
            raise PackageRejected(f"{self._what} is nested too deeply.")
        above = self._open[-1] if self._open else None
        space, _, local = name.rpartition(" ")
        if (self._only and local not in self._only) or (self._open and above is None):
            self._open.append(None)
            return
        named = {key.rpartition(" ")[2]: value[:_MAX_TEXT] for key, value in attributes.items()}
        node = Node(local, space, named)
        if above is None:
            self._root = node
        else:
            above.children.append(node)
        self._open.append(node)

    def _end(self, _: str) -> None:
        self._open.pop()

    def _text(self, data: str) -> None:
        node = self._open[-1]
        if node is not None:
            node.text += data[: max(_MAX_TEXT - len(node.text), 0)]

    def _doctype(self, *_: object) -> None:
        raise PackageRejected(f"{self._what} holds a DOCTYPE, which is not read.")
