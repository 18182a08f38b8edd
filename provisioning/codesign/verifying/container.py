"""The container: whether both records of every entry agree, and every stream is whole."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from provisioning.codesign.container import entry as records
from provisioning.codesign.container.archive import Archive
from provisioning.codesign.container.directory import zip64_values
from provisioning.codesign.container.entry import Entry
from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.digest import Digest, digest_of
from provisioning.codesign.verifying.violation import Kind, Violation

_DESCRIPTOR_LENGTHS: Final = (12, 16, 20, 24)
#: In bytes. Less is done before another thread has begun.
_WORTH_A_THREAD: Final = 8 << 20


def check_records(archive: Archive) -> Iterator[Violation]:
    """Yield where a local header and the central directory disagree."""
    for entry in archive.entries:
        try:
            yield from _check_entry(archive, entry)
        except Malformed as error:
            yield _violation(entry, str(error))


def _check_entry(archive: Archive, entry: Entry) -> Iterator[Violation]:
    start = archive.data_offset(entry)
    header = archive.source.read(entry.offset, start - entry.offset)
    fields = records.LOCAL.unpack_from(header)
    name_end = records.LOCAL.size + fields[9]
    if fields[2] != entry.flags:
        yield _violation(entry, "the local header has other flags than the directory.")
    if entry.flags & records.DESCRIPTOR_FLAG:
        yield from _check_descriptor(archive, entry, start + entry.packed_size)
        return
    size, packed, _ = zip64_values(header[name_end:], (fields[8], fields[7], 0))
    if (fields[6], packed, size) != (entry.crc, entry.packed_size, entry.size):
        yield _violation(entry, "the local header has other sizes or another checksum.")


def _check_descriptor(archive: Archive, entry: Entry, start: int) -> Iterator[Violation]:
    raw = archive.source.read(start, min(max(_DESCRIPTOR_LENGTHS), entry.end - start))
    if raw[:4] == records.DESCRIPTOR_MAGIC.to_bytes(4, "little"):
        raw = raw[4:]
    for width in (4, 8):
        expected = entry.crc.to_bytes(4, "little")
        for value in (entry.packed_size, entry.size):
            expected += (value & (1 << 8 * width) - 1).to_bytes(width, "little")
        if raw.startswith(expected):
            return
    yield _violation(entry, "the data descriptor disagrees with the directory.")


def take_digests(
    archive: Archive, skip: frozenset[str], report: Callable[[Violation], None]
) -> dict[str, Digest]:
    """
    Hash every file but those in *skip*; streams that are not whole are reported.

    In a large app two threads share the work: inflating and hashing let each other run.
    """
    wanted = [one for one in archive.entries if not one.is_directory and one.name not in skip]
    # The largest first, so that both end at the same time; each of a list goes to one thread only.
    left = iter(sorted(wanted, key=lambda entry: entry.size, reverse=True))
    taken: dict[str, Digest | str] = {}

    def take() -> None:
        for entry in left:
            try:
                taken[entry.name] = digest_of(archive.chunks(entry))
            except Malformed as error:
                taken[entry.name] = str(error)  # The error itself would hold what was read.

    if sum(entry.size for entry in wanted) < _WORTH_A_THREAD:
        take()
    else:
        with ThreadPoolExecutor(1) as other:
            beside = other.submit(take)
            take()
            beside.result()
    digests: dict[str, Digest] = {}
    for entry in wanted:
        match taken[entry.name]:
            case str() as sentence:
                report(Violation(kind=Kind.STREAM, where=entry.name, sentence=sentence))
            case digest:
                digests[entry.name] = digest
    return digests


def _violation(entry: Entry, sentence: str) -> Violation:
    return Violation(kind=Kind.CONTAINER, where=entry.name, sentence=sentence)
