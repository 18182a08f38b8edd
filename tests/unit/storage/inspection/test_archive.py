"""The zip reader: what it takes, and what it refuses with which sentence."""

import struct
import time
import tracemalloc
import zlib

import pytest

from storage.inspection.archive import Archive
from storage.inspection.directory import Shape
from storage.inspection.rejection import Ambiguous, PackageRejected
from storage.inspection.source import Memory
from tests.unit.storage.inspection.zips import LINK, STORED, Lies, Part, parts, zip_of

A = Part(name=b"a.txt", data=b"alpha" * 100)
B = Part(name=b"folder/b.txt", data=b"beta", method=STORED)
INCOMPLETE = "not a complete archive"
STORIES = "end record and its directory tell different stories"


def opened(data: bytes) -> Archive:
    return Archive.open(Memory(data))


def test_entries_are_read_by_their_exact_names() -> None:
    archive = opened(zip_of([A, B]))

    assert archive.read(b"a.txt", 1000) == A.data
    assert archive.read(b"folder/b.txt", 4) == b"beta"
    assert b"a.tx" not in archive
    assert b"b.txt" not in archive
    assert len(archive.directory) == 2


@pytest.mark.parametrize(
    ("entries", "lies"),
    [
        ([Part(name=b"a.txt", data=A.data, descriptor=True)], Lies()),
        ([A], Lies(zip64=True)),
        ([Part(name=b"a.txt", data=A.data, wide=True)], Lies()),
        ([A], Lies(front=b"#!/bin/sh\n" * 400)),
        ([A], Lies(front=b"#!/bin/sh\n" * 400, zip64=True)),
        ([A], Lies(comment=b"made on a Tuesday")),
        ([A], Lies(comment=b"PK\5\6 is how an end begins")),
        ([A], Lies(before_directory=b"padding" * 9)),
    ],
    ids=[
        "data descriptor",
        "zip64 end",
        "zip64 entry",
        "data in front",
        "data in front of zip64",
        "comment",
        "comment with the mark of an end",
        "padding before the directory",
    ],
)
def test_awkward_archives_are_read(entries: list[Part], lies: Lies) -> None:
    assert opened(zip_of(entries, lies)).read(b"a.txt", 1000) == A.data


def test_more_entries_than_sixteen_bits_hold_are_counted_as_apple_counts_them() -> None:
    entries = [Part(name=b"%d" % number, method=STORED) for number in range(0x10000)]

    assert len(opened(zip_of([*entries, A])).directory) == 0x10001


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", INCOMPLETE),
        (b"<html><body>Please sign in</body></html>", INCOMPLETE),
        (zip_of([A, B])[:60], INCOMPLETE),
        (zip_of([A, B])[:-1], INCOMPLETE),
        (zip_of([A, B], Lies(behind=bytes(70_000))), INCOMPLETE),
        (zip_of([A, B], Lies(size=9_999_999)), INCOMPLETE),
        (zip_of([A], Lies(comment=zip_of([B]))), "two ends"),
        (zip_of([A], Lies(count=60_000)), STORIES),
        (zip_of([A, B], Lies(count=1)), STORIES),
        (zip_of([A, B], Lies(offset=9_999)), STORIES),
        (zip_of([A], Lies(zip64=True, wide_count=7)), STORIES),
        (zip_of([A], Lies(zip64=True, wide_count=1 << 60)), "more than 200,000"),
        (zip_of([Part(name=b"n" * 4097)]), "more than 4,096 bytes"),
    ],
    ids=[
        "nothing",
        "a web page",
        "cut in the middle",
        "last byte missing",
        "zeros behind the end",
        "directory larger than the file",
        "a whole archive as comment",
        "false count",
        "count too small",
        "directory elsewhere",
        "false zip64 count",
        "a zip64 count beyond all limits",
        "a long name",
    ],
)
def test_archives_that_lie_are_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(PackageRejected, match=sentence):
        opened(data)


def test_too_many_entries_are_refused() -> None:
    line = struct.pack("<4s6H3L5H2L", b"PK\1\2", *[0] * 9, 1, 0, 0, 0, 0, 0, 0) + b"n"
    directory = line * 200_001
    wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 0, 0, 0, 0, 9, 9, len(directory), 0)
    wide += struct.pack("<4sLQL", b"PK\6\7", 0, len(directory), 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *[0xFFFF] * 2, *[0xFFFFFFFF] * 2, 0)

    with pytest.raises(PackageRejected, match="more than 200,000"):
        opened(directory + wide + end)


def test_a_directory_of_more_than_64_megabytes_is_refused_without_being_read() -> None:
    class Huge(Memory):
        def read(self, offset: int, length: int) -> bytes:
            assert length < 1 << 20
            return super().read(offset, length)

    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, (64 << 20) + 1, 0, 0)
    data = bytes(4) + b"PK\1\2" + bytes((64 << 20) - 3) + end

    with pytest.raises(PackageRejected, match="more than 64 MB"):
        Archive.open(Huge(data))


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (Part(name=b"x", data=b"y", attributes=LINK), "is a link"),
        (Part(name=b"x", data=b"y", flags=1), "is encrypted"),
        (Part(name=b"x", data=b"y", method=99), "a method that is not read"),
        (Part(name=b"x", data=b"y", crc=7), "has a wrong checksum"),
        (Part(name=b"x", data=b"y", local_name=b"z"), "two headers of x tell different"),
        (Part(name=b"x", data=b"y", local_name=b"xy"), "two headers of x tell different"),
        (Part(name=b"x", data=b"y", local_method=STORED), "two headers of x tell different"),
        (Part(name=b"x", data=b"y", offset=9_999), "x lies outside of it"),
        (Part(name=b"x", data=b"y", offset=3), "two headers of x tell different"),
        (Part(name=b"x", data=b"y", packed=9_999), "x reaches outside of it"),
        (Part(name=b"x", data=b"y" * 99, size=98), "has not the size it claims"),
        (Part(name=b"x", data=b"y" * 99, size=100), "has not the size it claims"),
        (Part(name=b"x", data=b"y", raw=b"\xff\xff\xff"), "cannot be unpacked"),
        (Part(name=b"x", data=b"y", raw=b"\x4b\x04"), "ends too early"),
        (Part(name=b"x", data=b"y" * 1001), "x is too big: more than 1 kB"),
        (Part(name=b"x", data=b"y" * 1001, size=900), "x is too big: more than 1 kB"),
        (Part(name=b"x", data=b"y" * 1001, method=STORED, size=900), "x is too big"),
        (Part(name=b"w", data=b"y"), "holds no x"),
        (Part(name=b"x", data=b"y", size=0xFFFFFFFF), "lacks the sizes"),
        (Part(name=b"x", offset=0xFFFFFFFF, extra=b"\1\0\x18\0" + bytes(5)), "lacks the sizes"),
        (Part(name=b"x", size=0xFFFFFFFF, extra=b"\1\0\4\0" + bytes(4)), "lacks the sizes"),
    ],
)
def test_an_entry_that_lies_is_not_read(part: Part, sentence: str) -> None:
    archive = opened(zip_of([part]))

    with pytest.raises(PackageRejected, match=sentence):
        archive.read(b"x", 1000)


def test_a_link_that_was_packed_on_a_mac_is_one() -> None:
    data = zip_of([Part(name=b"x", data=b"y", attributes=LINK)])
    at = data.index(b"PK\1\2") + 5

    with pytest.raises(PackageRejected, match="is a link"):
        opened(data[:at] + b"\x13" + data[at + 1 :]).read(b"x", 1000)


def test_an_entry_that_is_there_twice_is_not_read() -> None:
    archive = opened(zip_of([A, B, A]))

    assert archive.read(b"folder/b.txt", 9) == b"beta"
    with pytest.raises(Ambiguous, match="duplicate"):
        archive.read(b"a.txt", 1000)


def test_a_refusal_shows_no_characters_that_steer_a_terminal() -> None:
    name = b"a\x1b[2J\xe2\x80\xaeb\xff" + b"c" * 4000
    archive = opened(zip_of([Part(name=name, data=b"x", crc=1)]))

    with pytest.raises(PackageRejected) as refusal:
        archive.read(name, 10)

    assert str(refusal.value).startswith("The archive is damaged: a[2Jb\ufffdccc")
    assert len(str(refusal.value)) < 200


def test_names_stay_names() -> None:
    names = [b"../../x", b"/etc/passwd", b"..\\..\\x", b"C:\\x", b"a.txt\0.png", b"caf\xe9"]
    archive = opened(zip_of([Part(name=name, data=name) for name in names]))

    assert [archive.read(name, 99) for name in names] == names
    assert b"a.txt" not in archive


def test_android_reads_what_others_refuse() -> None:
    entries = [
        Part(name=b"encrypted", data=b"in truth not", flags=1),
        Part(name=b"odd", data=b"stored in truth", method=0x5555),
        Part(name=b"false", data=b"told otherwise", crc=3),
    ]
    archive = opened(zip_of(entries)).as_android()

    assert archive.read(b"encrypted", 99) == b"in truth not"
    assert archive.read(b"odd", 99) == b"stored in truth"
    assert archive.read(b"false", 99, crc=False) == b"told otherwise"
    with pytest.raises(PackageRejected, match="checksum"):
        archive.read(b"false", 99)


def test_the_head_of_an_entry_costs_no_more_than_its_head() -> None:
    archive = opened(zip_of([Part(name=b"big", data=bytes(50_000_000))]))
    tracemalloc.start()
    try:
        assert archive.head(b"big", 64) == bytes(64)
        assert archive.stream(b"big").read(40_000_000, 10) == bytes(10)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 3_000_000


def test_a_stream_reads_forwards_and_knows_its_end() -> None:
    data = bytes(range(256)) * 4000
    stream = opened(zip_of([Part(name=b"x", data=data)])).stream(b"x")

    assert stream.read(0, 10) == data[:10]
    assert stream.read(5, 10) == data[5:15]
    assert stream.read(700_000, 300) == data[700_000:700_300]
    assert stream.read(len(data) - 4, 100) == data[-4:]


def test_a_bomb_is_refused_with_flat_memory() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = packer.compress(bytes(64_000_000)) + packer.flush()
    archive = opened(zip_of([Part(name=b"x", data=b"", raw=raw, size=900)]))
    tracemalloc.start()
    try:
        with pytest.raises(PackageRejected, match="x is too big: more than 1 MB"):
            archive.read(b"x", 1_000_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 4_000_000


def test_search_finds_whole_names_only() -> None:
    entries = parts(
        {
            "Payload/App.app/Info.plist": b"",
            "Payload/App.app/Info.plist.bak": b"",
            "x/Payload/App.app/Info.plist": b"",
            "payload/other.app/info.plist": b"",
        }
    )
    archive = opened(zip_of(entries))
    pattern = rb"Payload/[^/\0]+\.app/Info\.plist"

    for part in (b"", b".app/Info.plist", b"Payload/"):
        assert archive.search(Shape(pattern, part)) == [b"Payload/App.app/Info.plist"]
    assert len(archive.search(Shape(rb"(?i:" + pattern + rb")"))) == 2


def test_what_looks_like_an_entry_inside_of_another_is_not_found() -> None:
    hidden = b"PK\1\2" + bytes(42) + b"x/evil"
    entries = [Part(name=b"a/" + hidden), Part(name=b"x/y", extra=hidden + b"x/evil"), A]
    archive = opened(zip_of(entries))

    assert archive.search(Shape(rb"x/[a-z]+")) == [b"x/y"]
    assert archive.search(Shape(rb"x/[a-z]+", b"x/")) == [b"x/y"]
    assert b"x/evil" not in archive
    assert archive.search(Shape(rb"a\.txt", b"a.txt")) == [b"a.txt"]


def test_a_directory_that_repeats_itself_is_searched_at_once() -> None:
    comment = b"a.txt" * 13_000
    entries = [Part(name=b"%d" % n, extra=comment) for n in range(300)]
    archive = opened(zip_of(entries))
    began = time.process_time()

    assert b"a.txt" not in archive
    assert archive.search(Shape(rb"a\.txt", b"a.txt")) == []
    assert time.process_time() - began < 0.5


def test_a_name_inside_of_a_comment_is_no_entry() -> None:
    data = zip_of([A], Lies(comment=b"PK\1\2" + bytes(42) + b"folder/b.txt"))

    assert b"folder/b.txt" not in opened(data)


def test_an_inner_archive_that_is_stored_is_read_in_place() -> None:
    inner = zip_of([A])
    stored = opened(zip_of([Part(name=b"i.zip", data=inner, method=STORED)]))
    packed = opened(zip_of([Part(name=b"i.zip", data=inner)]))

    for archive in (stored, packed):
        assert Archive.open(archive.inner(b"i.zip", 10_000)).read(b"a.txt", 1000) == A.data
    with pytest.raises(PackageRejected, match="too big"):
        packed.inner(b"i.zip", 10)
