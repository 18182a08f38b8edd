"""Virtual files: read across every seam as if they were plain, and never much of them at once."""

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.blobs import assembling
from storage.blobs.batches import BATCH_SIZE
from storage.blobs.local import LocalBlobs
from storage.blobs.segments import Segment, Segments
from storage.errors import BlobMissing
from tests.unit.storage.blobs.streams import PLENTY, stream

_NOISE = random.Random(1)  # noqa: S311 - the bytes only have to differ
BASE, FRESH = _NOISE.randbytes(5_000), _NOISE.randbytes(300)
GONE = "0" * 64


def part(sha256: str, start: int, end: int) -> Segment:
    return Segment(sha256=sha256, start=start, end=end)


async def put(blobs: LocalBlobs, content: bytes) -> str:
    return (await blobs.put(stream(content), limit=PLENTY)).sha256


async def two_blobs(blobs: LocalBlobs) -> tuple[Segments, bytes]:
    """Return a virtual file of several ranges of two blobs, and its bytes."""
    base, fresh = await put(blobs, BASE), await put(blobs, FRESH)
    segments = Segments.of(
        [
            part(base, 0, 1_000),
            part(fresh, 0, 100),
            part(base, 1_200, 1_201),
            part(fresh, 100, 300),
            part(base, 2_000, 5_000),
        ]
    )
    return segments, BASE[:1_000] + FRESH[:100] + BASE[1_200:1_201] + FRESH[100:] + BASE[2_000:]


async def read(
    blobs: LocalBlobs, segments: Segments, start: int = 0, end: int | None = None
) -> bytes:
    pieces = assembling.read(blobs, segments, start=start, end=end)
    return b"".join([piece async for piece in pieces])


async def test_it_reads_as_one_file(blobs: LocalBlobs) -> None:
    segments, content = await two_blobs(blobs)

    assert segments.size == len(content)
    assert await read(blobs, segments) == content


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 1), (999, 1_001), (1_000, 1_100), (1_099, 1_103), (950, 4_000), (4_300, 4_301), (7, 7)],
)
async def test_a_range_across_seams_is_those_very_bytes(
    blobs: LocalBlobs, start: int, end: int
) -> None:
    segments, content = await two_blobs(blobs)

    assert await read(blobs, segments, start, end) == content[start:end]


async def test_reading_past_the_end_gives_what_there_is(blobs: LocalBlobs) -> None:
    segments, content = await two_blobs(blobs)

    assert await read(blobs, segments, 4_000, 9_999) == content[4_000:]
    assert await read(blobs, segments, 9_999) == b""


@given(
    cuts=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8),
    start=st.integers(0, 300),
    length=st.integers(0, 300),
)
def test_any_range_of_any_ranges_is_what_slicing_gives(
    cuts: list[tuple[int, int]], start: int, length: int
) -> None:
    content = bytes(range(60))
    ranges = [(min(cut), max(cut)) for cut in cuts]
    segments = Segments.of(part("a" * 64, *one) for one in ranges)
    whole = b"".join(content[first:end] for first, end in ranges)
    found = segments.between(start, start + length)

    assert segments.size == len(whole)
    assert b"".join(content[one.start : one.end] for one in found) == whole[start : start + length]


def test_the_same_bytes_are_described_in_one_way() -> None:
    cut = Segments.of([part("a", 0, 4), part("a", 4, 4), part("a", 4, 9), part("b", 1, 2)])
    plain = Segments.of([part("a", 0, 9), part("b", 1, 2)])

    assert cut == plain
    assert cut.tag == plain.tag
    assert Segments.from_json(plain.as_json()) == plain


def test_a_range_more_or_less_is_another_tag() -> None:
    one = Segments.of([part("a", 0, 9), part("b", 1, 2)])
    others = [
        Segments.of([part("a", 0, 9)]),
        Segments.of([part("a", 0, 8), part("b", 1, 2)]),
        Segments.of([part("b", 1, 2), part("a", 0, 9)]),
        Segments.of([part("a", 0, 9), part("c", 1, 2)]),
    ]

    assert len({one.tag, *(other.tag for other in others)}) == 5


@pytest.mark.parametrize("values", [[["a", 3, 1]], [["a", -1, 1]], [["a", "0", 1]], [["a", 0]]])
def test_what_is_no_list_of_segments_is_refused(values: list[list[object]]) -> None:
    with pytest.raises(ValueError, match="segment"):
        Segments.from_json(values)


async def test_a_blob_that_is_gone_is_said_before_anything_is_read(blobs: LocalBlobs) -> None:
    segments, _ = await two_blobs(blobs)
    async with assembling.held(blobs, segments):
        pass
    lost = Segments.of([*segments.parts, part(GONE, 0, 1)])

    with pytest.raises(BlobMissing):
        async with assembling.held(blobs, lost):
            pass
    with pytest.raises(BlobMissing):
        await read(blobs, lost)


async def test_a_blob_that_is_shorter_than_its_range_is_missing(blobs: LocalBlobs) -> None:
    base = await put(blobs, BASE)
    segments = Segments.of([part(base, 4_000, 5_001)])

    with pytest.raises(BlobMissing):
        await read(blobs, segments)


async def test_a_long_range_comes_in_pieces(blobs: LocalBlobs) -> None:
    base = await put(blobs, bytes(3 * BATCH_SIZE))
    segments = Segments.of([part(base, 5, 3 * BATCH_SIZE), part(base, 0, 5)])
    sizes = [len(piece) async for piece in assembling.read(blobs, segments)]

    assert max(sizes) <= BATCH_SIZE
    assert sum(sizes) == 3 * BATCH_SIZE


def digests(content: bytes, step: int) -> tuple[str, ...]:
    return tuple(
        hashlib.sha256(content[at : at + step]).hexdigest() for at in range(0, len(content), step)
    )


async def test_its_chunks_are_hashed_as_if_it_were_plain(blobs: LocalBlobs) -> None:
    segments, content = await two_blobs(blobs)
    found = await assembling.chunk_digests(blobs, segments, chunk_size=400)

    assert found == digests(content, 400)


async def test_a_chunk_that_the_base_has_at_the_same_place_is_not_read(blobs: LocalBlobs) -> None:
    base, fresh = await put(blobs, BASE), await put(blobs, FRESH)
    segments = Segments.of([part(base, 0, 1_000), part(fresh, 0, 300), part(base, 1_300, 5_000)])
    content = BASE[:1_000] + FRESH + BASE[1_300:]
    # Marks in place of the digests of the base show which of them were taken over.
    marks = [f"mark {number}" for number in range(len(digests(BASE, 400)))]
    found = await assembling.chunk_digests(blobs, segments, {base: marks}, chunk_size=400)

    right = digests(content, 400)
    assert found[:2] == ("mark 0", "mark 1")
    assert found[2:4] == right[2:4]
    assert found[4:12] == tuple(marks[4:12])
    # The last one is no whole chunk: a base that goes on behind it would have another digest.
    assert found[12] == right[12]


async def test_a_chunk_that_moved_is_hashed_anew(blobs: LocalBlobs) -> None:
    base, fresh = await put(blobs, BASE), await put(blobs, FRESH)
    segments = Segments.of([part(fresh, 0, 1), part(base, 0, 5_000)])
    marks = ["mark"] * 13
    found = await assembling.chunk_digests(blobs, segments, {base: marks}, chunk_size=400)

    assert found == digests(FRESH[:1] + BASE, 400)
