"""Archives are read with limits, and rewritten without touching what did not change."""

import hashlib
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.samples.archive import ArchiveWriter
from provisioning.codesign.container import directory as directories
from provisioning.codesign.container import spool as spools
from provisioning.codesign.container.archive import Archive, open_archive, read_archive
from provisioning.codesign.container.packing import pack_bytes, pack_stream
from provisioning.codesign.container.rewrite import rewrite
from provisioning.codesign.container.spool import spool
from provisioning.codesign.container.writing import write_file
from provisioning.codesign.errors import CodesignError, Malformed
from provisioning.codesign.structures.source import BytesSource, FileSource
from provisioning.codesign.verifying import container as verifying
from provisioning.codesign.verifying.container import take_digests
from provisioning.codesign.verifying.violation import Violation
from tests.unit.storage.inspection.zips import STORED, Lies, Part, zip_of

FILES = {"b.txt": b"second" * 100, "a.txt": b"first" * 100, "dir/c.bin": bytes(range(256)) * 40}


def zipped(files: dict[str, bytes] | None = None, comment: bytes = b"") -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (FILES if files is None else files).items():
            info = zipfile.ZipInfo(name, (2026, 6, 15, 9, 30, 0))
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
        archive.comment = comment
    return target.getvalue()


@contextmanager
def reading(content: bytes) -> Iterator[Archive]:
    with spool() as store:
        yield read_archive(BytesSource(content), store)


def rewritten(content: bytes, changes: dict[str, bytes], added: dict[str, bytes]) -> bytes:
    with reading(content) as archive:
        whole = rewrite(
            archive,
            {name: pack_bytes(value, 8) for name, value in changes.items()},
            {name: pack_bytes(value, 8) for name, value in added.items()},
        )
        return whole.read(0, whole.size)


def test_entries_are_found_and_inflated() -> None:
    with reading(zipped()) as archive:
        found = {entry.name: archive.content(entry) for entry in archive.entries}

    assert found == FILES


def test_a_rewrite_without_changes_is_the_same_archive() -> None:
    content = zipped(comment=b"made for a test")

    assert rewritten(content, {}, {}) == content


def test_a_changed_entry_keeps_its_place_and_the_others_their_bytes() -> None:
    after = rewritten(zipped(comment=b"kept"), {"a.txt": b"new"}, {"z.txt": b"added"})

    with zipfile.ZipFile(BytesIO(after)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*FILES, "z.txt"]
        assert archive.read("a.txt") == b"new"
        assert archive.read("b.txt") == FILES["b.txt"]
        assert archive.getinfo("a.txt").date_time == (2026, 6, 15, 9, 30, 0)
        assert archive.comment == b"kept"


def test_stray_bytes_before_the_archive_are_carried_along() -> None:
    content = b"#!/bin/sh\n" * 10 + zipped()

    after = rewritten(content, {"a.txt": b"new"}, {})

    assert after.startswith(b"#!/bin/sh\n" * 10)
    with zipfile.ZipFile(BytesIO(after)) as archive:
        assert archive.read("a.txt") == b"new"
        assert archive.read("dir/c.bin") == FILES["dir/c.bin"]


def test_an_order_that_is_not_the_directorys_is_kept() -> None:
    content = zipped()
    with reading(content) as archive:
        records = [entry.record for entry in archive.entries]
    start = content.index(records[0])
    turned = (
        content[:start] + b"".join(reversed(records)) + content[start + sum(map(len, records)) :]
    )

    after = rewritten(turned, {"b.txt": b"new"}, {})

    with zipfile.ZipFile(BytesIO(after)) as archive:
        assert archive.namelist() == list(reversed(FILES))
        assert archive.testzip() is None
        assert archive.read("b.txt") == b"new"


def test_data_descriptors_are_carried_along_and_dropped_where_content_changes() -> None:
    target = BytesIO()
    writer = ArchiveWriter(target, descriptors=True)
    for name, value in FILES.items():
        writer.add(name, value)
    writer.close()

    after = rewritten(target.getvalue(), {"a.txt": b"new"}, {})

    with zipfile.ZipFile(BytesIO(after)) as archive:
        assert archive.testzip() is None
        flags = {info.filename: info.flag_bits & 8 for info in archive.infolist()}
    assert flags == {"b.txt": 8, "a.txt": 0, "dir/c.bin": 8}


def test_offsets_beyond_four_gigabytes_are_written_as_zip64(tmp_path: Path) -> None:
    # The middle of this file is a hole: it is 4.5 GB long and takes no room.
    path = tmp_path / "huge.zip"
    size = 9 << 29
    name = b"hole.bin"
    with path.open("wb") as file:
        head = struct.pack("<I5H3I2H", 0x04034B50, 45, 0, 0, 0, 33, 0, *[0xFFFFFFFF] * 2, 8, 20)
        file.write(head + name + struct.pack("<HHQQ", 1, 16, size, size))
        file.seek(size, os.SEEK_CUR)
        at = file.tell()
        body = struct.pack("<I5H3I2H", 0x04034B50, 20, 0, 0, 0, 33, zlib.crc32(b"x"), 1, 1, 1, 0)
        file.write(body + b"sx")
        start = file.tell()
        none = [0xFFFFFFFF] * 2
        file.write(
            struct.pack("<I6H3I5H2I", 0x02014B50, 45, 45, 0, 0, 0, 33, 0, *none, 8, 20, *[0] * 4, 0)
        )
        file.write(name + struct.pack("<HHQQ", 1, 16, size, size))
        central = struct.pack(
            "<I6H3I5H2I",
            0x02014B50,
            45,
            45,
            0,
            0,
            0,
            33,
            zlib.crc32(b"x"),
            1,
            1,
            1,
            12,
            *[0] * 4,
            0xFFFFFFFF,
        )
        file.write(central + b"s" + struct.pack("<HHQ", 1, 8, at))
        end = file.tell()
        file.write(struct.pack("<IQ2H2I4Q", 0x06064B50, 44, 45, 45, 0, 0, 2, 2, end - start, start))
        file.write(struct.pack("<IIQI", 0x07064B50, 0, end, 1))
        file.write(struct.pack("<I4H2IH", 0x06054B50, 0, 0, 2, 2, end - start, 0xFFFFFFFF, 0))

    with open_archive(path) as archive:
        assert archive.by_name["hole.bin"].size == size
        whole = rewrite(archive, {"s": pack_bytes(b"grown", 0)}, {"new": pack_bytes(b"y", 0)})
        tail = whole.read(whole.size - 600, 600)
        places = [whole.read(offset, 4) for offset in offsets_in(tail)]

    assert places == [b"PK\x03\x04"] * 3
    assert sum(len(piece) for piece in whole.pieces if isinstance(piece, bytes)) < 1_000
    assert b"PK\x06\x06" in tail


def offsets_in(tail: bytes) -> Iterator[int]:
    """Read the offsets of all entries out of the end of an archive, by another way than ours."""
    position = tail.index(b"PK\x01\x02")
    while tail[position : position + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack_from("<3H", tail, position + 28)
        sizes = struct.unpack_from("<2I", tail, position + 20)
        (offset,) = struct.unpack_from("<I", tail, position + 42)
        fields = tail[position + 46 + name + 4 : position + 46 + name + extra]
        if offset == 0xFFFFFFFF:
            skip = 8 * sum(size == 0xFFFFFFFF for size in sizes)
            (offset,) = struct.unpack_from("<Q", fields, skip)
        yield offset
        position += 46 + name + extra + comment


ENTRY = Part(name=b"a.txt", data=b"alpha")


def patched_end(content: bytes, count: int) -> bytes:
    """Write another number of entries into the short end record."""
    at = content.rindex(b"PK\5\6")
    return content[: at + 8] + struct.pack("<2H", count, count) + content[at + 12 :]


def with_name(old: bytes, new: bytes) -> bytes:
    return zipped({old.decode(): b"x", "other": b"y"}).replace(old, new)


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "cut in the middle": (lambda: zipped()[:-200], "not a complete zip"),
    "the last byte missing": (lambda: zipped(comment=b"abc")[:-1], "not a complete zip"),
    "nothing": (lambda: b"", "not a complete zip"),
    "a web page": (lambda: b"<html></html>" * 10, "not a complete zip"),
    "a name twice": (lambda: with_name(b"twice", b"other"), "twice"),
    "a way out": (lambda: with_name(b"aa/b/c", b"../b/c"), "leaves the archive"),
    "an absolute name": (lambda: with_name(b"aetc/x", b"/etc/x"), "leaves the archive"),
    "a drive": (lambda: with_name(b"Ca/b", b"C:/b"), "leaves the archive"),
    "a backslash": (lambda: with_name(b"a_b", b"a\\b"), "leaves the archive"),
    "a NUL": (lambda: with_name(b"a_b", b"a\0b"), "leaves the archive"),
    "a whole archive as its comment": (lambda: zipped(comment=zipped()), "two ends"),
    "a false count": (lambda: zip_of([ENTRY], Lies(count=2)), "more, or less"),
    "a false count beyond 16 bits": (
        lambda: zip_of([ENTRY], Lies(zip64=True, wide_count=0x10001)),
        "more, or less",
    ),
    "two counts": (lambda: patched_end(zip_of([ENTRY], Lies(zip64=True)), 3), "disagree"),
    "a second disk": (lambda: zipped().replace(b"PK\5\6\0", b"PK\5\6\1"), "not a complete"),
    "a large entry without sizes": (lambda: patched(42, 0xFFFFFFFF, 4), "lacks the sizes"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_sound_archive_is_refused(name: str) -> None:
    make, sentence = BAD[name]
    with pytest.raises(Malformed, match=sentence), reading(make()):
        pass


@pytest.mark.parametrize("number", [0xFFFF, 0x10000, 0x10001])
def test_entries_are_counted_as_apples_archivers_count_them(number: int) -> None:
    entries = [Part(name=b"%d" % place, method=STORED) for place in range(number)]

    with reading(zip_of(entries)) as archive:
        assert len(archive.entries) == number


def test_an_end_whose_disks_stand_elsewhere_is_read() -> None:
    # With zip64, some archivers say so of every number in the short record.
    content = zip_of([ENTRY], Lies(zip64=True))
    at = content.rindex(b"PK\5\6")

    with reading(content[: at + 4] + b"\xff" * 4 + content[at + 8 :]) as archive:
        assert archive.content(archive.by_name["a.txt"]) == ENTRY.data


def test_a_comment_with_an_end_before_which_no_directory_lies_is_no_end() -> None:
    false_end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 46, 0, 0)

    with reading(zipped(comment=b"PK\5\6 is how an end begins" * 3 + false_end)) as archive:
        assert set(archive.by_name) == set(FILES)


@pytest.mark.parametrize("name", [b"b.txt", b"a.txt.exe"])
def test_an_entry_with_another_name_in_its_header_is_not_read(name: bytes) -> None:
    content = zip_of([Part(name=b"a.txt", data=b"alpha", local_name=name)])

    with reading(content) as archive, pytest.raises(Malformed, match="another name"):
        archive.content(archive.by_name["a.txt"])


def patched(field: int, value: int, width: int) -> bytes:
    """Change a field of the second central record."""
    content = bytearray(zipped())
    at = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    content[at + field : at + field + width] = value.to_bytes(width, "little")
    return bytes(content)


LIES = {
    "encryption": (patched(8, 1, 2), "encrypted"),
    "an unknown packing": (patched(10, 99, 2), "not supported"),
    "an offset outside": (patched(42, 1 << 30, 4), "overlaps"),
    "another's offset": (patched(42, 0, 4), "overlaps"),
    "a packed size outside": (patched(20, 1 << 30, 4), "overlaps"),
    "a longer name": (patched(28, 5_000, 2), "shorter than it says"),
    "no name": (patched(28, 0, 2), "no usable name"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_directory_that_lies_is_refused(name: str) -> None:
    content, sentence = LIES[name]
    with pytest.raises(Malformed, match=sentence), reading(content):
        pass


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [(24, 10, "larger than"), (24, 10_000, "smaller than"), (16, 7, "checksum is wrong")],
)
def test_content_that_is_not_as_announced_is_refused(field: int, value: int, sentence: str) -> None:
    with reading(patched(field, value, 4)) as archive, pytest.raises(Malformed, match=sentence):
        archive.content(archive.by_name["a.txt"])


def test_more_entries_than_a_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directories, "MOST_ENTRIES", 2)

    with pytest.raises(Malformed, match="too many entries"), reading(zipped()):
        pass


def test_a_directory_beyond_its_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directories, "MOST_DIRECTORY_BYTES", 100)

    with pytest.raises(Malformed, match="too many entries"), reading(zipped()):
        pass


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directories, "MOST_CONTENT", 1_000)

    with pytest.raises(Malformed, match="more than any device could hold"), reading(zipped()):
        pass


def test_a_spool_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools, "LARGEST", 1_000)

    with spool() as store, pytest.raises(Malformed, match="more code"):
        store.append([bytes(600), bytes(600)])


def test_an_entry_beyond_its_limit_is_refused_unread() -> None:
    with reading(zipped()) as archive, pytest.raises(Malformed, match="too large"):
        archive.content(archive.by_name["a.txt"], 10)


def test_a_bomb_stops_at_the_size_it_claims() -> None:
    content = bytearray(zipped({"bomb": bytes(50_000_000)}))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = (1_000).to_bytes(4, "little")

    with reading(bytes(content)) as archive:
        chunks = archive.chunks(archive.by_name["bomb"])
        with pytest.raises(Malformed, match="larger than"):
            next(chunks)


def test_bytes_behind_a_streams_end_are_refused() -> None:
    packed = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = packed.compress(b"abc") + packed.flush() + b"tail"
    content = bytearray(zipped({"a": b"abc"}))
    old = content[31 : content.index(b"PK\x01\x02")]
    content[31 : 31 + len(old)] = body
    at = content.index(b"PK\x01\x02")
    content[at + 20 : at + 24] = len(body).to_bytes(4, "little")
    end = content.index(b"PK\x05\x06")
    content[end + 16 : end + 20] = at.to_bytes(4, "little")

    with reading(bytes(content)) as archive, pytest.raises(Malformed, match="behind its end"):
        archive.content(archive.by_name["a"])


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_archive_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(zipped())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    with suppress(CodesignError), reading(bytes(content)) as archive:
        found = {entry.name: archive.content(entry) for entry in archive.entries}
        # Whatever was read had the right checksum, so it is what was written.
        assert set(found.values()) <= set(FILES.values())


def test_large_content_is_packed_in_bounded_pieces() -> None:
    with spool() as store:
        chunks = (bytes([number]) * 100_000 for number in range(50))
        replacement = pack_stream(chunks, 8, store)

        assert replacement.size == 5_000_000
        assert replacement.packed_size < 100_000
        assert replacement.crc == zlib.crc32(b"".join(bytes([n]) * 100_000 for n in range(50)))


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise Malformed("The source is gone.")

    with pytest.raises(Malformed):
        write_file(tmp_path / "out", pieces())
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_became_shorter_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(100))
    with path.open("rb") as file, pytest.raises(Malformed, match="became shorter"):
        FileSource(file.fileno(), 200).read(0, 150)


@pytest.mark.parametrize("worth_a_thread", [0, 1 << 60])
def test_every_file_is_hashed_once_whoever_does_it(
    monkeypatch: pytest.MonkeyPatch, worth_a_thread: int
) -> None:
    """The threads of a large app find what one finds, and say it in the archive's order."""
    monkeypatch.setattr(verifying, "_WORTH_A_THREAD", worth_a_thread)
    files = {f"{number:03}.bin": os.urandom(number * 97) for number in range(200)}
    content = bytearray(zipped(files))
    damaged = ["007.bin", "042.bin", "199.bin"]
    with reading(bytes(content)) as archive:
        for name in damaged:
            entry = archive.by_name[name]
            content[archive.data_offset(entry) + entry.packed_size // 2] ^= 1
    said: list[Violation] = []

    with reading(bytes(content)) as archive:
        digests = take_digests(archive, frozenset({"003.bin"}), said.append)

    assert [violation.where for violation in said] == damaged
    assert {name: digest.sha256 for name, digest in digests.items()} == {
        name: hashlib.sha256(one).digest()
        for name, one in files.items()
        if name not in {*damaged, "003.bin"}
    }
    assert list(digests) == sorted(digests)
