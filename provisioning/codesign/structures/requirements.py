"""
Code requirements: the small language in which an app says who may have signed it.

Numbers are from Apple's Security framework (requirement.h). Expressions are tuples such as
`("and", left, right)` and `("identifier", "com.example.app")`.
"""

import struct
from dataclasses import dataclass
from typing import Final, TypeAlias

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.superblob import REQUIREMENT, REQUIREMENTS

DESIGNATED: Final = 3
OP_FALSE: Final = 0
OP_TRUE: Final = 1
OP_IDENTIFIER: Final = 2
OP_APPLE_ANCHOR: Final = 3
OP_ANCHOR_HASH: Final = 4
OP_AND: Final = 6
OP_OR: Final = 7
OP_CDHASH: Final = 8
OP_NOT: Final = 9
OP_CERT_FIELD: Final = 11
OP_CERT_GENERIC: Final = 14
OP_APPLE_GENERIC: Final = 15
MATCH_EXISTS: Final = 0
MATCH_EQUAL: Final = 1
EXPRESSION: Final = 1
#: Operators may carry flags in their upper byte.
OP_MASK: Final = 0x00FFFFFF

MOST_DEPTH: Final = 32
MOST_REQUIREMENTS: Final = 16

Expression: TypeAlias = tuple["str | int | bytes | Expression", ...]


@dataclass(slots=True)
class _Cursor:
    raw: bytes
    position: int = 0

    def word(self) -> int:
        if self.position + 4 > len(self.raw):
            raise Malformed("A code requirement ends too early.")
        (value,) = struct.unpack_from(">I", self.raw, self.position)
        self.position += 4
        return int(value)

    def place(self) -> int:
        """Read the number of a certificate: 0 is the leaf, -1 the root."""
        value = self.word()
        return value - (1 << 32) if value >> 31 else value

    def blob(self) -> bytes:
        length = self.word()
        if self.position + length > len(self.raw):
            raise Malformed("A text in a code requirement ends too early.")
        value = self.raw[self.position : self.position + length]
        self.position += (length + 3) & ~3
        return value


def read_requirements(content: bytes) -> dict[int, Expression]:
    """Read a requirements blob: kind of requirement to its expression. Raise Malformed."""
    if len(content) < 12 or content[:4] != REQUIREMENTS.to_bytes(4, "big"):  # noqa: PLR2004  magic, length, count
        raise Malformed("The requirements are no requirements blob.")
    cursor = _Cursor(content, 4)
    if cursor.word() != len(content):
        raise Malformed("The requirements do not have the length they announce.")
    count = cursor.word()
    if count > MOST_REQUIREMENTS:
        raise Malformed("There are too many requirements.")
    index = [(cursor.word(), cursor.word()) for _ in range(count)]
    return {kind: _read_requirement(content, offset) for kind, offset in index}


def _read_requirement(content: bytes, offset: int) -> Expression:
    cursor = _Cursor(content, offset)
    if cursor.word() != REQUIREMENT:
        raise Malformed("A requirement does not begin as one.")
    length = cursor.word()
    if offset + length > len(content) or cursor.word() != EXPRESSION:
        raise Malformed("A requirement is of an unknown kind.")
    inner = _Cursor(content[: offset + length], cursor.position)
    return _expression(inner, 0)


def _expression(cursor: _Cursor, depth: int) -> Expression:
    if depth > MOST_DEPTH:
        raise Malformed("A requirement is nested too deeply.")
    op = cursor.word() & OP_MASK
    if op in {OP_AND, OP_OR}:
        name = "and" if op == OP_AND else "or"
        return (name, _expression(cursor, depth + 1), _expression(cursor, depth + 1))
    if op == OP_NOT:
        return ("not", _expression(cursor, depth + 1))
    return _leaf(cursor, op)


def _leaf(cursor: _Cursor, op: int) -> Expression:
    if op == OP_IDENTIFIER:
        return ("identifier", _words(cursor.blob()))
    if op == OP_CERT_FIELD:
        return ("certificate field", cursor.place(), _words(cursor.blob()), _match(cursor))
    if op == OP_CERT_GENERIC:
        return ("certificate extension", cursor.place(), _oid(cursor.blob()), _match(cursor))
    if op == OP_ANCHOR_HASH:
        return ("certificate hash", cursor.place(), cursor.blob())
    if op == OP_CDHASH:
        return ("cdhash", cursor.blob())
    simple = {
        OP_FALSE: "never",
        OP_TRUE: "always",
        OP_APPLE_ANCHOR: "anchor apple",
        OP_APPLE_GENERIC: "anchor apple generic",
    }
    if op not in simple:
        raise Malformed(f"A requirement uses the unknown operator {op}.")
    return (simple[op],)


def _match(cursor: _Cursor) -> Expression:
    kind = cursor.word()
    if kind == MATCH_EXISTS:
        return ("exists",)
    if kind == MATCH_EQUAL:
        return ("=", _words(cursor.blob()))
    raise Malformed(f"A requirement compares in the unknown way {kind}.")


def _words(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _oid(raw: bytes) -> str:
    numbers: list[int] = []
    value = 0
    for byte in raw:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    if not numbers:
        raise Malformed("A requirement names an empty object identifier.")
    first = min(numbers[0] // 40, 2)
    return ".".join(str(number) for number in (first, numbers[0] - 40 * first, *numbers[1:]))


_PLACES: Final = {"0": "leaf", "-1": "root"}


def spell(expression: Expression) -> str:
    """Write an expression the way Apple's tools show it."""
    name, *rest = expression
    words = [_spell(part) for part in rest]
    if name in {"and", "or"}:
        return f" {_spell(name)} ".join(words)
    if name in {"identifier", "="}:
        return f'{_spell(name)} "{words[0]}"'
    place = _PLACES.get(words[0], words[0]) if words else ""
    if name == "certificate hash":
        return f'certificate {place} = H"{words[1]}"'
    if name in {"certificate field", "certificate extension"}:
        field = words[1] if name == "certificate field" else f"field.{words[1]}"
        return f"certificate {place}[{field}] {words[2]}"
    return " ".join([_spell(name), *words])


def _spell(part: "str | int | bytes | Expression") -> str:
    if isinstance(part, tuple):
        return spell(part)
    return part.hex() if isinstance(part, bytes) else str(part)
