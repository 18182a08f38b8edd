"""Deflate streams are cut between blocks and joined again, and are never wrong."""

import os
import random
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.samples.noise import code_like
from provisioning.codesign.container.archive import open_archive
from provisioning.codesign.container.checksum import combine
from provisioning.codesign.container.chunks import (
    join_chunks,
    keep_beginning,
    pack_chunk,
    pack_hashes,
)
from provisioning.codesign.container.cut import cut_stream
from provisioning.codesign.container.mark import STEP, Mark
from provisioning.codesign.structures.assembled import assembled
from provisioning.codesign.structures.source import BytesSource
from tests.programs import needed

END = b"\x03\x00"


def words(length: int) -> bytes:
    chosen = random.Random(7)  # noqa: S311  the same text every time is what is wanted
    known = [os.urandom(chosen.randint(2, 9)) for _ in range(2_000)]
    text = bytearray()
    while len(text) < length:
        text += chosen.choice(known)
    return bytes(text[:length])


def packed_with_marks(content: bytes, level: int) -> tuple[bytes, list[Mark]]:
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    marks: list[Mark] = []
    done = 0
    for start in range(0, len(packed), STEP):
        marks.append(Mark(start, done, stream.copy()))
        done += len(stream.decompress(packed[start : start + STEP]))
    return packed, marks


@pytest.mark.parametrize("level", [1, 6, 9])
@pytest.mark.parametrize("kind", ["code", "words"])
def test_the_beginning_of_a_stream_is_kept(kind: str, level: int) -> None:
    # Random bytes at the end, as a signature is: deflate stores them, on whole bytes.
    body = b"".join(code_like(1_500_000, "x")) if kind == "code" else words(1_500_000)
    content = body + os.urandom(40_000)
    packed, marks = packed_with_marks(content, level)

    found = cut_stream(BytesSource(packed), BytesSource(content), len(body), 6, marks)

    assert found is not None
    whole, new = found
    assert whole > len(packed) * 0.7
    assert zlib.decompress(packed[:whole] + new + END, -zlib.MAX_WBITS) == body


def test_an_end_in_the_middle_is_cut_as_well() -> None:
    content = words(1_000_000)
    packed, marks = packed_with_marks(content, 6)

    found = cut_stream(BytesSource(packed), BytesSource(content), 600_000, 6, marks)

    assert found is not None
    whole, new = found
    assert zlib.decompress(packed[:whole] + new + END, -15) == content[:600_000]


def test_a_stream_without_blocks_of_its_own_cannot_be_cut() -> None:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15, 9, zlib.Z_FIXED)
    content = words(300_000)
    packed = packer.compress(content) + packer.flush()
    marks = [Mark(0, 0, zlib.decompressobj(-15))]

    assert cut_stream(BytesSource(packed), BytesSource(content), 200_000, 6, marks) is None


def test_content_that_packs_too_well_is_not_cut() -> None:
    content = bytes(60_000_000) + words(10_000)
    packed, marks = packed_with_marks(content, 6)

    assert cut_stream(BytesSource(packed), BytesSource(content), 59_000_000, 6, marks) is None


def test_without_a_mark_before_the_end_there_is_no_cut() -> None:
    content = words(300_000)
    packed, marks = packed_with_marks(content, 6)

    assert cut_stream(BytesSource(packed), BytesSource(content), 1_000, 6, marks[1:]) is None


def test_chunks_join_to_one_stream_and_any_can_be_replaced() -> None:
    parts = [b"head" * 1_000, os.urandom(5_000), b"tail" * 500]
    chunks = [pack_chunk(parts[0], 8), pack_hashes(parts[1], 8), pack_chunk(parts[2], 8, 1)]
    replaced = [chunks[0], chunks[1], pack_chunk(b"other" * 7, 8)]

    for kept, wanted in ((chunks, parts), (replaced, [*parts[:2], b"other" * 7])):
        joined = join_chunks(kept, 8)
        whole = assembled(joined.packed)
        content = zlib.decompress(whole.read(0, whole.size), -zlib.MAX_WBITS)
        assert content == b"".join(wanted)
        assert joined.crc == zlib.crc32(content)
        assert joined.size == len(content)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_checksums_join_as_contents_do(first: bytes, second: bytes) -> None:
    joined = combine(zlib.crc32(first), zlib.crc32(second), len(second))

    assert joined == zlib.crc32(first + second)


@pytest.mark.parametrize("program", ["zip -q -1", "zip -q -6", "7z a -tzip"])
def test_what_other_packers_write_is_cut_as_well(tmp_path: Path, program: str) -> None:
    needed(program.split(maxsplit=1)[0])
    content = words(900_000) + os.urandom(20_000)
    (tmp_path / "code").write_bytes(content)
    command = [*program.split(), "out.zip", "code"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    with open_archive(tmp_path / "out.zip") as archive:
        entry = archive.by_name["code"]
        chunk = keep_beginning(archive.packed(entry), archive.inflated(entry), 900_000, 8)
        assert chunk is not None
        whole = assembled(chunk.packed)
        packed = whole.read(0, whole.size)

    assert len(chunk.packed[0]) > 200_000
    assert zlib.decompress(packed + END, -zlib.MAX_WBITS) == content[:900_000]


@given(st.integers(0, 60_000), st.integers(1, 9))
@settings(max_examples=25, deadline=None)
def test_wherever_a_cut_is_asked_for_it_is_right_or_refused(end: int, level: int) -> None:
    content = CONTENT
    packed, marks = packed_with_marks(content, level)

    found = cut_stream(BytesSource(packed), BytesSource(content), end, 6, marks)

    if found is not None:
        whole, new = found
        assert zlib.decompress(packed[:whole] + new + END, -zlib.MAX_WBITS) == content[:end]


CONTENT = words(60_000)
