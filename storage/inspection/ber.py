"""
BER and DER, walked without believing the lengths.

Profiles and PKCS#7 signatures occur with indefinite lengths, which strict DER readers refuse
(X.690, 8.1.3.6).
"""

from dataclasses import dataclass, field

from storage.inspection import allowance
from storage.inspection.allowance import Allowance
from storage.inspection.rejection import PackageRejected

MAX_DEPTH = 16
MAX_CHILDREN = 4096
# Elements looked at in one structure: ends of indefinite lengths are found by walking.
MAX_STEPS = 100_000

INTEGER, OCTETS, OBJECT_ID = 0x02, 0x04, 0x06
SEQUENCE, SET, CONTEXT_0 = 0x30, 0x31, 0xA0

_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F
_INDEFINITE = 0x80
_MAX_LENGTH_BYTES = 4
_BROKEN = "A signature structure is damaged."


@dataclass(slots=True)
class _Budget:
    """The steps that are left for one structure, and what is left for the whole package."""

    package: Allowance
    left: int = MAX_STEPS

    def spend(self) -> bool:
        """Take a step; return whether the structure may go on."""
        self.package.spend_steps(1)
        self.left -= 1
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class Element:
    """A value: its tag byte, and where header, content and all of it end in the data."""

    data: bytes = field(repr=False)
    tag: int
    start: int
    begin: int
    end: int
    after: int
    depth: int
    budget: _Budget = field(repr=False)

    @property
    def content(self) -> bytes:
        """The bytes of the content as they stand."""
        return self.data[self.begin : self.end]

    @property
    def whole(self) -> bytes:
        """The bytes of the element with its header."""
        return self.data[self.start : self.after]

    @property
    def children(self) -> list["Element"]:
        """The elements inside; raise PackageRejected where they do not fill the content."""
        if not self.tag & _CONSTRUCTED:
            raise PackageRejected(_BROKEN)
        found, at = [], self.begin
        while at < self.end:
            child = _element(self.data, at, self.end, self.depth + 1, self.budget)
            found.append(child)
            at = child.after
            if len(found) > MAX_CHILDREN:
                raise PackageRejected("A signature structure holds too many elements.")
        return found

    def octets(self) -> bytes:
        """
        Return the content of an OCTET STRING; in BER it may come in pieces.

        Raise PackageRejected when it is something else.
        """
        if self.tag & ~_CONSTRUCTED != OCTETS:
            raise PackageRejected(_BROKEN)
        if not self.tag & _CONSTRUCTED:
            return self.content
        return b"".join(child.octets() for child in self.children)


def parse(data: bytes) -> Element:
    """Return the first element in *data*; what follows it is not looked at."""
    return _element(data, 0, len(data), 0, _Budget(allowance.current()))


def parts(element: Element, tag: int, at_least: int = 0) -> list[Element]:
    """Return what is inside an element of this tag; raise PackageRejected when it is less."""
    if element.tag != tag or len(found := element.children) < at_least:
        raise PackageRejected(_BROKEN)
    return found


def _element(data: bytes, at: int, limit: int, depth: int, budget: _Budget) -> Element:
    if not budget.spend() or depth > MAX_DEPTH:
        raise PackageRejected("A signature structure is nested too deeply.")
    if at + 2 > limit:
        raise PackageRejected(_BROKEN)
    tag, length, begin = data[at], data[at + 1], at + 2
    if tag & _LONG_TAG == _LONG_TAG:
        raise PackageRejected(_BROKEN)
    if length == _INDEFINITE:
        end = _find_end(data, begin, limit, depth, budget)
        return Element(data, tag, at, begin, end, end + 2, depth, budget)
    if length > _INDEFINITE:
        size = length - _INDEFINITE
        if size > _MAX_LENGTH_BYTES:
            raise PackageRejected(_BROKEN)
        length, begin = int.from_bytes(data[begin : begin + size]), begin + size
    if begin + length > limit:
        raise PackageRejected(_BROKEN)
    return Element(data, tag, at, begin, begin + length, begin + length, depth, budget)


def _find_end(data: bytes, at: int, limit: int, depth: int, budget: _Budget) -> int:
    """Return where the end-of-contents mark of an indefinite length stands."""
    while data[at : at + 2] != b"\0\0":
        at = _element(data, at, limit, depth + 1, budget).after
    if at + 2 > limit:
        raise PackageRejected(_BROKEN)
    return at
