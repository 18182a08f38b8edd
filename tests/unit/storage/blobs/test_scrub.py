"""Files that a disk changed are found, and not handed out any more."""

import logging
from pathlib import Path

import pytest

from storage.blobs.local import LocalBlobs
from storage.blobs.scrub import Scrub
from storage.errors import BlobMissing
from tests.unit.storage.blobs.streams import PLENTY, stream


async def kept(blobs: LocalBlobs, *contents: bytes) -> list[str]:
    return [(await blobs.put(stream(content), limit=PLENTY)).sha256 for content in contents]


def flip(root: Path, sha256: str) -> None:
    """Change one bit of a stored file."""
    path = root / sha256[:2] / sha256[2:4] / sha256
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


async def test_b7_a_flipped_bit_is_found_and_the_same_bytes_heal_it(
    blobs: LocalBlobs, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = await kept(blobs, b"good" * 10, b"bad" * 10)
    flip(root, bad)

    with caplog.at_level(logging.ERROR):
        assert await Scrub(blobs).some(1_000) == [bad]

    assert bad in caplog.text
    assert "set aside" in caplog.text
    assert await blobs.exists(good)
    with pytest.raises(BlobMissing):
        await blobs.size(bad)
    assert await kept(blobs, b"bad" * 10) == [bad]
    assert await Scrub(blobs).some(1_000) == []


async def test_b7_a_round_goes_on_where_the_last_look_ended_and_begins_anew(
    blobs: LocalBlobs, root: Path
) -> None:
    contents = [bytes([number]) * 100 for number in range(10)]
    digests = sorted(await kept(blobs, *contents))
    scrub = Scrub(blobs)
    for sha256 in digests:
        flip(root, sha256)

    # Each look reads one file: it is larger than the budget, which the next looks make up for.
    assert len(await scrub.some(60)) > 0
    await scrub.some(10_000)
    assert [sha256 for sha256, _ in [one async for one in blobs.every()]] == []

    again = await kept(blobs, *contents)
    await scrub.some(10_000)
    flip(root, again[0])
    assert [await scrub.some(10_000), await scrub.some(10_000)].count([again[0]]) == 1


async def test_b7_a_look_reads_no_more_than_its_budget_in_the_long_run(
    blobs: LocalBlobs, root: Path
) -> None:
    await kept(blobs, *(bytes([number]) * 100 for number in range(10)))
    scrub, looks = Scrub(blobs), 0
    last = max([sha256 async for sha256, _ in blobs.every()])
    flip(root, last)
    while last not in await scrub.some(50):
        looks += 1

    assert looks >= 17
