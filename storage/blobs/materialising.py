"""Writing a virtual file out as a plain one, inside the kernel where that is possible."""

import asyncio
import errno
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

from storage.blobs.segments import Segment, Segments
from storage.blobs.store import BlobStore
from storage.errors import BlobMissing, NoSpace

#: The kernel copies so much in one call; more cannot be interrupted for too long.
AT_ONCE = 64 * 1024 * 1024

#: What is copied by hand, where the kernel cannot do it, passes through memory in such pieces.
PIECE = 1024 * 1024


async def materialise(store: BlobStore, segments: Segments, path: Path) -> None:
    """
    Write a virtual file to *path*, which appears whole or not at all.

    Raise BlobMissing when a blob is gone, or shorter than it was, and NoSpace.
    """
    async with AsyncExitStack() as stack:
        sources = {
            digest: await stack.enter_async_context(store.local(digest))
            for digest in segments.blobs
        }
        await asyncio.to_thread(_write, segments, sources, path)


def _write(segments: Segments, sources: Mapping[str, Path], path: Path) -> None:
    coming = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        with coming.open("wb", buffering=0) as file:
            for part in segments.parts:
                _append(file.fileno(), sources[part.sha256], part)
        coming.replace(path)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise NoSpace from error
        raise
    finally:
        coming.unlink(missing_ok=True)


def _append(target: int, source: Path, part: Segment) -> None:
    descriptor = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if os.fstat(descriptor).st_size < part.end:
            raise BlobMissing
        done = _copied_by_kernel(descriptor, target, part)
        _copy_by_hand(descriptor, target, part.start + done, part.end)
    finally:
        os.close(descriptor)


def _copied_by_kernel(descriptor: int, target: int, part: Segment) -> int:
    """Copy inside the kernel and return how many bytes it did; 0 where it does not do that."""
    done = 0
    while done < part.length:
        length = min(AT_ONCE, part.length - done)
        try:
            step = os.copy_file_range(descriptor, target, length, part.start + done)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise
            return done  # Another file system, or an old kernel: the rest goes by hand.
        except AttributeError:
            return done  # This system has no such call.
        if not step:
            return done
        done += step
    return done


def _copy_by_hand(descriptor: int, target: int, start: int, end: int) -> None:
    while start < end:
        piece = memoryview(os.pread(descriptor, min(PIECE, end - start), start))
        if not piece:
            raise BlobMissing
        start += len(piece)
        while piece:
            piece = piece[os.write(target, piece) :]
