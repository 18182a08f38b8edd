"""Deleting: gone is gone, whoever did it."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from provisioning.appstore.errors import NotThere
from provisioning.appstore.wire.session import AppStoreSession
from provisioning.appstore.wire.settling import settled


async def delete(
    session: AppStoreSession, path: str, is_gone: Callable[[], Awaitable[bool]] | None = None
) -> None:
    """
    Delete something.

    After a lost answer *is_gone* looks; without it the path is read, and a 404 is success.
    """

    async def write() -> bool:
        with suppress(NotThere):
            await session.write("DELETE", path)
        return True

    async def find() -> bool | None:
        return await (is_gone() if is_gone else _is_gone(session, path)) or None

    await settled(session.backoff, write, find)


async def _is_gone(session: AppStoreSession, path: str) -> bool:
    try:
        await session.read(path, believe_404=True)
    except NotThere:
        return True
    return False
