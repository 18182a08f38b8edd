"""Unwrapping: a build that came in a zip is copied out of it, as a stream, into the store."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from storage.blobs.store import BlobStore, StoredBlob
from storage.errors import TooLarge
from storage.inspection.endings import base_name
from storage.inspection.unpacking import Enclosed, Unpacker

NESTED = "It is a zip in a zip: post the build by itself, or in one zip."


async def unwrapped(blobs: BlobStore, sha256: str, inside: Enclosed, *, limit: int) -> StoredBlob:
    """
    Keep what lies *inside* of a stored archive, and return what is known of it then.

    Nothing of it is held in memory. Raise TooLarge beyond *limit* bytes, NoSpace when the disk is
    full, BlobMissing, and PackageRejected for what does not unpack to what the archive claims.
    """
    if inside.size > limit:
        raise TooLarge(
            f"{inside.path} in it has {inside.size / 1e6:.0f} MB and this Slipway takes at most "
            f"{limit / 1e6:.0f} MB. An admin can raise SLIPWAY_MAX_BUILD_BYTES."
        )
    packed = blobs.read(sha256, start=inside.begin, end=inside.begin + inside.packed)
    return await blobs.put(_unpacked(packed, Unpacker(inside)), limit=limit)


async def _unpacked(packed: AsyncIterator[bytes], unpacker: Unpacker) -> AsyncIterator[bytes]:
    async for piece in packed:
        pieces = unpacker.pieces(piece)
        # A small piece may unpack to much: each step is one call of a thread, and bounded.
        while (plain := await asyncio.to_thread(next, pieces, None)) is not None:
            yield plain
    unpacker.end()


def entry_of(inside: Enclosed) -> dict[str, Any]:
    """Return what is kept of where a build lay: its path in the archive, its name, a remark."""
    return {
        "entry": inside.path,
        "file_name": base_name(inside.path),
        "remark": inside.remark,
    }
