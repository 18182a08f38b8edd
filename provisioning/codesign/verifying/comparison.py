"""A re-signed app against the one it was made from: what must not have changed has not."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from provisioning.codesign.bundles import find_app
from provisioning.codesign.container import entry as records
from provisioning.codesign.container.archive import Archive, open_archive
from provisioning.codesign.container.entry import Entry
from provisioning.codesign.errors import CodesignError, Malformed
from provisioning.codesign.structures import superblob
from provisioning.codesign.structures.coderesources import FILE_NAME as SEAL_NAME
from provisioning.codesign.structures.coderesources import LARGEST_SEAL, read_code_resources
from provisioning.codesign.structures.entitlements import read_entitlements_xml
from provisioning.codesign.structures.macho import Slice, read_slices
from provisioning.codesign.structures.profile import FILE_NAME as PROFILE_NAME
from provisioning.codesign.structures.source import PartSource, Source, pieces
from provisioning.codesign.structures.superblob import read_superblob
from provisioning.codesign.verifying.violation import Kind, Violation

#: Name, times, modes and comment of a central record: what a re-sign has no business with.
_LASTING: Final = (0, 5, 6, 14, 15)


def compare(before: Path, after: Path) -> list[Violation]:
    """Return what a re-sign changed and should not have; nothing is raised for a bad file."""
    try:
        with open_archive(before) as old, open_archive(after) as new:
            return list(compare_archives(old, new))
    except CodesignError as error:
        return [_violation(after.name, str(error))]


def compare_archives(old: Archive, new: Archive) -> Iterator[Violation]:
    """Yield every difference but those of profiles, seals and signatures."""
    yield from _compare_entries(old.entries, new.entries)
    code = find_app(old).code
    for entry in old.entries:
        other = new.by_name.get(entry.name)
        if other is None or entry.is_directory or entry.name.endswith("/" + PROFILE_NAME):
            continue
        if entry.name.endswith("/" + SEAL_NAME):
            yield from _compare_seals(old, new, entry, other)
        elif entry.name in code:
            yield from _compare_code(
                entry.name, old.inflated(entry).source, new.inflated(other).source
            )
        elif _differs(old, new, entry, other):
            yield _violation(entry.name, "the content was changed.")


def _compare_entries(old: Sequence[Entry], new: Sequence[Entry]) -> Iterator[Violation]:
    for one, other in zip_longest(old, new):
        if one is None:
            if not other.name.endswith((PROFILE_NAME, SEAL_NAME)):
                yield _violation(other.name, "the entry was added.")
        elif other is None or one.name != other.name:
            yield _violation(one.name, "the entry is gone, or in another place.")
            return
        elif _lasting(one) != _lasting(other):
            yield _violation(one.name, "the time, the mode or the comment was changed.")


def _lasting(entry: Entry) -> list[object]:
    fields = records.CENTRAL.unpack_from(entry.record)
    return [fields[number] for number in _LASTING]


def _differs(old: Archive, new: Archive, entry: Entry, other: Entry) -> bool:
    if (entry.size, entry.crc) != (other.size, other.crc):
        return True
    return _hash(old.chunks(entry)) != _hash(new.chunks(other))


def _hash(chunks: Iterator[bytes]) -> bytes:
    digest = sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()


def _compare_seals(old: Archive, new: Archive, entry: Entry, other: Entry) -> Iterator[Violation]:
    one = read_code_resources(old.content(entry, LARGEST_SEAL))
    two = read_code_resources(new.content(other, LARGEST_SEAL))
    if (one.rules, one.rules2) != (two.rules, two.rules2):
        yield _violation(entry.name, "the rules were changed.")
    if set(one.files2) - set(two.files2):
        yield _violation(entry.name, "files are no longer sealed.")


def _compare_code(name: str, old: Source, new: Source) -> Iterator[Violation]:
    before, after = read_slices(old), read_slices(new)
    if len(before) != len(after):
        yield _violation(name, "there is another number of slices.")
        return
    for one, two in zip(before, after, strict=True):
        first, second = one.of(old), two.of(new)
        if not _same_code(one, two, first, second):
            yield _violation(name, "the code was changed.")
        held = _entitlements(one, first)
        if held is not None and held != _entitlements(two, second):
            yield _violation(name, "the entitlements were changed.")


def _same_code(one: Slice, two: Slice, first: PartSource, second: PartSource) -> bool:
    end = _content_end(one)
    # The load commands may have changed where they tell of the signature; the rest may not.
    start = min(one.first_content, end)
    names = [(item.name, item.offset, item.address) for item in one.segments]
    if names != [(item.name, item.offset, item.address) for item in two.segments]:
        return False
    if _content_end(two) < end or one.uuid != two.uuid:
        return False
    return _hash(pieces(first, start, end)) == _hash(pieces(second, start, end))


def _content_end(part: Slice) -> int:
    if part.signature is not None:
        return part.signature.offset
    if part.linkedit is None:
        raise Malformed("This code has no __LINKEDIT segment.")
    return part.linkedit.offset + part.linkedit.size


def _entitlements(part: Slice, source: PartSource) -> dict[str, Any] | None:
    if part.signature is None:
        return None
    blob = read_superblob(source.read(part.signature.offset, part.signature.size))
    found = blob.get(superblob.ENTITLEMENTS_SLOT)
    return read_entitlements_xml(found.payload) if found else None


def _violation(where: str, sentence: str) -> Violation:
    return Violation(kind=Kind.COMPARISON, where=where, sentence=sentence)
