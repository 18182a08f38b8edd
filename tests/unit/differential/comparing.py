"""Where the two libraries say different things of the same bytes."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TypeGuard

from provisioning.codesign.container.spool import spool
from tests.unit.differential import codesigned, inspected
from tests.unit.differential.words import (
    Claim,
    Content,
    Licence,
    Line,
    Listing,
    Part,
    Program,
    Refusal,
)

_RECORDS = Listing | Line | Content | Program | Part | Claim | Licence
_MAGICS = frozenset(map(bytes.fromhex, ("cffaedfe", "cefaedfe", "cafebabe", "cafebabf")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """About one `topic`, inspection says the one and code signing the other."""

    topic: str
    inspection: object
    codesign: object


def is_program(data: bytes) -> bool:
    """Tell whether an entry is to be read as a Mach-O file."""
    return data[:4] in _MAGICS


def is_profile(name: bytes) -> bool:
    """Tell whether an entry is to be read as a provisioning profile."""
    return name.rpartition(b"/")[2].startswith(b"embedded.")


def package(data: bytes) -> Iterator[Disagreement]:
    """Compare a directory, all that its entries hold, and the programs and profiles in it."""
    one, other = inspected.listing(data), codesigned.listing(data)
    found = list(_between("directory", one, other))
    yield from found
    if not found and isinstance(other, Listing):
        yield from _contents(data, other)


def program(data: bytes) -> Iterator[Disagreement]:
    """Compare a Mach-O file, and the signatures in it."""
    one, other = inspected.program(data), codesigned.program(data)
    yield from _between("program", one, other)
    if isinstance(one, Program) and isinstance(other, Program):
        places = {part.signature for part in one.parts} & {part.signature for part in other.parts}
        for at, length in filter(None, places):
            yield from signature(data[at : at + length])


def signature(data: bytes) -> Iterator[Disagreement]:
    """Compare what the signature of a program claims."""
    yield from _between("signature", inspected.claim(data), codesigned.claim(data))


def profile(data: bytes) -> Iterator[Disagreement]:
    """Compare a provisioning profile."""
    yield from _between("profile", inspected.licence(data), codesigned.licence(data))


def _contents(data: bytes, listing: Listing) -> Iterator[Disagreement]:
    with spool() as store:
        one, other = inspected.opened(data), codesigned.opened(data, store)
        for entry, line in zip(other.entries, listing.lines, strict=True):
            held = inspected.content(one, line.name)
            yield from _between("content", held, codesigned.content(other, entry))
            if isinstance(held, Content):
                yield from _inside(line.name, held.data)


def _inside(name: bytes, data: bytes) -> Iterator[Disagreement]:
    if is_profile(name):
        yield from profile(data)
    elif is_program(data):
        yield from program(data)


def _between(topic: str, one: object, other: object) -> Iterator[Disagreement]:
    """Yield the smallest parts in which two answers differ; two refusals are the same answer."""
    if one == other or (isinstance(one, Refusal) and isinstance(other, Refusal)):
        return
    if isinstance(one, _RECORDS) and isinstance(other, type(one)):
        for field in fields(one):
            mine, theirs = getattr(one, field.name), getattr(other, field.name)
            yield from _between(f"{topic}.{field.name}", mine, theirs)
    elif _are_rows(one) and _are_rows(other) and len(one) == len(other):
        for mine, theirs in zip(one, other, strict=True):
            yield from _between(topic, mine, theirs)
    else:
        yield Disagreement(topic=topic, inspection=one, codesign=other)


def _are_rows(answer: object) -> TypeGuard[tuple[Line | Part, ...]]:
    return isinstance(answer, tuple) and all(isinstance(row, Line | Part) for row in answer)
