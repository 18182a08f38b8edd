"""A folder keeps what it promised to keep, and nothing else."""

import asyncio
import hashlib
import os
import time
import tracemalloc
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.blobs.local import LocalBlobs
from storage.blobs.store import CHUNK_SIZE
from storage.errors import BlobMissing, NoSpace, TooLarge
from tests.unit.storage.blobs.streams import PLENTY, files_in, repeated, stream

ABC = hashlib.sha256(b"abc").hexdigest()
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def everything(
    blobs: LocalBlobs, sha256: str, *, start: int = 0, end: int | None = None
) -> bytes:
    return b"".join([piece async for piece in blobs.read(sha256, start=start, end=end)])


async def test_a_stream_is_kept_under_its_own_digest(blobs: LocalBlobs, root: Path) -> None:
    blob = await blobs.put(stream(b"a", b"", b"bc"), limit=3)

    assert blob.sha256 == ABC
    assert blob.md5 == hashlib.md5(b"abc", usedforsecurity=False).hexdigest()
    assert blob.sha1 == hashlib.sha1(b"abc", usedforsecurity=False).hexdigest()
    assert (blob.size, blob.chunk_size, blob.chunks) == (3, CHUNK_SIZE, (ABC,))
    assert (root / ABC[:2] / ABC[2:4] / ABC).read_bytes() == b"abc"
    assert files_in(root) == [ABC]
    assert await everything(blobs, ABC) == b"abc"


async def test_every_piece_of_a_long_stream_has_its_digest(blobs: LocalBlobs) -> None:
    piece = bytes(range(256)) * 4096 + b"odd"
    whole = piece * 21

    blob = await blobs.put(repeated(piece, 21), limit=PLENTY)

    wanted = [whole[i : i + CHUNK_SIZE] for i in range(0, len(whole), CHUNK_SIZE)]
    assert blob.size == len(whole)
    assert blob.chunks == tuple(hashlib.sha256(part).hexdigest() for part in wanted)
    assert len(blob.chunks) == 3
    assert blob.sha256 == hashlib.sha256(whole).hexdigest()
    assert await everything(blobs, blob.sha256) == whole


async def test_a_stream_that_ends_on_a_piece_has_no_empty_piece(blobs: LocalBlobs) -> None:
    blob = await blobs.put(repeated(bytes(1 << 20), 20), limit=PLENTY)

    assert len(blob.chunks) == 2


async def test_an_empty_stream_is_an_empty_blob(blobs: LocalBlobs) -> None:
    blob = await blobs.put(stream(), limit=0)

    assert (blob.size, blob.chunks) == (0, ())
    assert await blobs.size(blob.sha256) == 0
    assert await everything(blobs, blob.sha256) == b""


async def test_the_same_bytes_again_are_one_copy(blobs: LocalBlobs, root: Path) -> None:
    puts = [blobs.put(repeated(b"same" * 1000, 1000), limit=PLENTY) for _ in range(6)]

    kept = await asyncio.gather(*puts)

    assert len(set(kept)) == 1
    assert files_in(root) == [kept[0].sha256]


async def test_different_streams_at_once_do_not_mix(blobs: LocalBlobs, root: Path) -> None:
    texts = [bytes([65 + i]) * 3_000_000 for i in range(4)]

    kept = await asyncio.gather(*(blobs.put(stream(text), limit=PLENTY) for text in texts))

    assert [blob.sha256 for blob in kept] == [hashlib.sha256(text).hexdigest() for text in texts]
    assert [await everything(blobs, blob.sha256) for blob in kept] == texts
    assert files_in(root) == sorted(blob.sha256 for blob in kept)


@pytest.mark.parametrize("size", [4, 3_000_000])
async def test_a_byte_too_many_is_refused_and_leaves_nothing(
    blobs: LocalBlobs, root: Path, size: int
) -> None:
    with pytest.raises(TooLarge, match="larger than"):
        await blobs.put(repeated(b"x" * (size // 4), 4), limit=size - 1)

    assert files_in(root) == []
    assert (await blobs.put(repeated(b"x" * (size // 4), 4), limit=size)).size == size


async def test_a_stream_that_breaks_leaves_nothing(blobs: LocalBlobs, root: Path) -> None:
    async def broken() -> AsyncGenerator[bytes]:
        yield bytes(5 << 20)
        raise ConnectionResetError("The other side went away.")

    with pytest.raises(ConnectionResetError):
        await blobs.put(broken(), limit=PLENTY)

    assert files_in(root) == []


@pytest.mark.parametrize("chunks_before", [0, 1, 7])
async def test_a_cancelled_put_leaves_nothing(
    blobs: LocalBlobs, root: Path, chunks_before: int
) -> None:
    stuck = asyncio.Event()

    async def endless() -> AsyncGenerator[bytes]:
        for _ in range(chunks_before):
            yield bytes(1 << 20)
        stuck.set()
        await asyncio.Event().wait()

    putting = asyncio.create_task(blobs.put(endless(), limit=PLENTY))
    await stuck.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting

    assert files_in(root) == []


async def test_a_put_cancelled_at_any_moment_leaves_a_whole_blob_or_nothing(
    blobs: LocalBlobs, root: Path
) -> None:
    for delay in range(25):
        putting = asyncio.create_task(blobs.put(repeated(bytes(1 << 20), 3), limit=PLENTY))
        await asyncio.sleep(delay / 1000)
        putting.cancel()
        await asyncio.gather(putting, return_exceptions=True)

        assert all(not name.endswith(".part") for name in files_in(root))
        assert [size async for size in sizes(blobs)] in ([], [3 << 20])


async def sizes(blobs: LocalBlobs) -> AsyncGenerator[int]:
    async for sha256, _put_at in blobs.every():
        yield await blobs.size(sha256)


async def test_nothing_is_taken_when_less_than_the_spare_bytes_are_free(root: Path) -> None:
    blobs = LocalBlobs(root, spare=1 << 60)

    with pytest.raises(NoSpace, match="disk"):
        await blobs.put(stream(b"abc"), limit=PLENTY)

    assert files_in(root) == []


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        (0, None, "abcdef"),
        (2, None, "cdef"),
        (2, 4, "cd"),
        (0, 0, ""),
        (4, 99, "ef"),
        (9, None, ""),
    ],
)
async def test_a_range_is_read_without_the_rest(
    blobs: LocalBlobs, start: int, end: int | None, wanted: str
) -> None:
    blob = await blobs.put(stream(b"abcdef"), limit=6)

    assert await everything(blobs, blob.sha256, start=start, end=end) == wanted.encode()


async def test_a_range_across_batches_is_exact(blobs: LocalBlobs) -> None:
    whole = os.urandom(3_500_000)
    blob = await blobs.put(stream(whole), limit=PLENTY)

    read = await everything(blobs, blob.sha256, start=1_048_000, end=3_400_001)

    assert read == whole[1_048_000:3_400_001]


async def test_a_blob_is_lent_as_a_file_that_cannot_be_written(blobs: LocalBlobs) -> None:
    blob = await blobs.put(stream(b"abc"), limit=3)

    async with blobs.local(blob.sha256) as path:
        assert path.read_bytes() == b"abc"
        assert path.stat().st_mode & 0o777 == 0o440
        assert path.parent.stat().st_mode & 0o777 == 0o710


async def test_a_missing_blob_is_missing_everywhere(blobs: LocalBlobs) -> None:
    assert not await blobs.exists(ABC)
    with pytest.raises(BlobMissing):
        await blobs.size(ABC)
    with pytest.raises(BlobMissing):
        await everything(blobs, ABC)
    with pytest.raises(BlobMissing):
        async with blobs.local(ABC):
            pass
    await blobs.delete(ABC)


@pytest.mark.parametrize(
    "wrong",
    ["", "..", "../../etc/passwd", "/etc/passwd", ABC[:-1], ABC.upper(), ABC + "\n", "é" * 64],
)
async def test_what_is_no_digest_never_becomes_a_path(
    blobs: LocalBlobs, tmp_path: Path, wrong: str
) -> None:
    outside = tmp_path / "etc" / "passwd"
    outside.parent.mkdir()
    outside.write_text("root")

    assert not await blobs.exists(wrong)
    with pytest.raises(BlobMissing):
        await blobs.size(wrong)
    with pytest.raises(BlobMissing):
        await everything(blobs, wrong)
    with pytest.raises(BlobMissing):
        async with blobs.local(wrong):
            pass
    await blobs.delete(wrong)
    assert outside.read_text() == "root"


async def test_a_deleted_blob_is_gone(blobs: LocalBlobs, root: Path) -> None:
    blob = await blobs.put(stream(b"abc"), limit=3)
    assert await blobs.exists(blob.sha256)

    await blobs.delete(blob.sha256)

    assert not await blobs.exists(blob.sha256)
    assert files_in(root) == []


async def test_every_blob_is_listed_with_the_time_it_was_put(blobs: LocalBlobs, root: Path) -> None:
    kept = {(await blobs.put(stream(bytes([i])), limit=1)).sha256 for i in range(5)}
    (root / "ab" / "cd").mkdir(parents=True)
    (root / "ab" / "cd" / "notes.txt").write_text("not a blob")

    found = [found async for found in blobs.every()]

    assert {sha256 for sha256, _put_at in found} == kept
    assert all(abs(datetime.now(UTC) - put_at) < timedelta(minutes=1) for _, put_at in found)


def made_long_ago(root: Path, sha256: str) -> None:
    path = root / sha256[:2] / sha256[2:4] / sha256
    os.utime(path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))


async def test_only_old_blobs_of_no_record_are_swept(blobs: LocalBlobs, root: Path) -> None:
    wanted, orphan, young = [
        (await blobs.put(stream(text), limit=9)).sha256 for text in (b"wanted", b"orphan", b"young")
    ]
    made_long_ago(root, wanted)
    made_long_ago(root, orphan)
    asked: list[str] = []

    async def needed(digests: Sequence[str]) -> set[str]:
        asked.extend(digests)
        return {wanted}

    assert await blobs.sweep(needed) == (orphan,)
    assert sorted(asked) == sorted([wanted, orphan])
    assert files_in(root) == sorted([wanted, young])


async def test_e16_what_somebody_reads_is_swept_only_when_they_are_done(
    blobs: LocalBlobs, root: Path
) -> None:
    blob = await blobs.put(stream(b"abc"), limit=3)
    made_long_ago(root, blob.sha256)

    async def needed(_digests: Sequence[str]) -> set[str]:
        return set()

    async with blobs.held(blob.sha256), blobs.local(blob.sha256):
        assert await blobs.sweep(needed) == ()
    with pytest.raises(BlobMissing):
        async with blobs.held(ABC[:-1] + "0"):
            pass
    assert await blobs.sweep(needed) == (blob.sha256,)


async def test_an_orphan_that_arrives_again_during_the_sweep_stays(
    blobs: LocalBlobs, root: Path
) -> None:
    blob = await blobs.put(stream(b"abc"), limit=3)
    made_long_ago(root, blob.sha256)

    async def needed(_digests: Sequence[str]) -> set[str]:
        await blobs.put(stream(b"abc"), limit=3)
        return set()

    assert await blobs.sweep(needed) == ()
    assert await blobs.exists(blob.sha256)


async def test_a_start_beside_a_living_arrival_leaves_it_alone(
    blobs: LocalBlobs, root: Path
) -> None:
    halfway, go_on = asyncio.Event(), asyncio.Event()

    async def paused() -> AsyncGenerator[bytes]:
        yield bytes(2 << 20)
        halfway.set()
        await go_on.wait()
        yield b"end"

    putting = asyncio.create_task(blobs.put(paused(), limit=PLENTY))
    await halfway.wait()
    LocalBlobs(root, spare=0)
    go_on.set()

    assert (await putting).size == (2 << 20) + 3


async def test_a_long_stream_is_never_held_in_memory(blobs: LocalBlobs) -> None:
    async def fresh() -> AsyncGenerator[bytes]:
        for _ in range(1024):
            yield bytes(64 * 1024)

    tracemalloc.start()
    try:
        await blobs.put(fresh(), limit=PLENTY)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 8 << 20, "Of sixty-four megabytes only a few batches may be held."


async def test_the_loop_stays_free_while_bytes_are_hashed(blobs: LocalBlobs) -> None:
    chunk = bytes(96 << 20)
    before = time.perf_counter()
    hashlib.md5(chunk, usedforsecurity=False).update(chunk)
    hashing = time.perf_counter() - before
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - before)

    watching = asyncio.create_task(watch())
    await blobs.put(stream(chunk), limit=PLENTY)
    watching.cancel()

    assert longest < hashing / 2
