"""Small chunks gathered into batches that are worth a thread's while."""

from collections.abc import AsyncGenerator, AsyncIterator

from storage.errors import TooLarge

#: Large enough that handing it to a thread costs nothing, small enough to hold several.
BATCH_SIZE = 1024 * 1024


async def in_batches(chunks: AsyncIterator[bytes], *, limit: int) -> AsyncGenerator[bytes]:
    """Yield the same bytes in pieces of about BATCH_SIZE. Raise TooLarge beyond *limit* bytes."""
    size = 0
    waiting = bytearray()
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"The file is larger than the {limit:,} bytes accepted here.")
        if not waiting and len(chunk) >= BATCH_SIZE:
            yield chunk  # Large enough as it is: spare the copies.
            continue
        waiting += chunk
        if len(waiting) >= BATCH_SIZE:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)
