"""A whole house in a process of its own, which may die at any point of a promise."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

from bot.slack.line import promises
from bot.slack.line.promises import Promises
from bot.slack.line.replies import Voice
from provisioning.people.permissions import Permissions
from provisioning.telling.tellers import Tellers
from tests.integration.crash.harness import Boundary
from tests.integration.crash.living import live

P = ParamSpec("P")
T = TypeVar("T")

#: In seconds: whoever kills from outside, after the answer, has so long before anything is done.
BEFORE_ACTING = 0.4


async def live_on_promises(boundary: Boundary, settings: dict[str, Any]) -> None:
    """Keep a house open that tells *boundary* when it shows, answers, and ends a promise."""
    promises.LEASE = timedelta(seconds=1)

    def telling(name: str) -> Callable[[], Awaitable[None]]:
        async def tell() -> None:
            boundary(name)

        return tell

    _before(Tellers, "show_release", telling("promise shows"))
    _before(Voice, "whisper", telling("promise answers"))
    _before(Promises, "_forget", telling("promise ends"))
    await live(boundary, settings)


async def live_slowly(boundary: Boundary, settings: dict[str, Any]) -> None:
    """Keep a house open that takes a while before it does what somebody asked for."""

    async def dawdle() -> None:
        await asyncio.sleep(BEFORE_ACTING)

    _before(Permissions, "require", dawdle)
    await live_on_promises(boundary, settings)


def _before(owner: type, name: str, first: Callable[[], Awaitable[None]]) -> None:
    setattr(owner, name, _after(first, getattr(owner, name)))


def _after(
    first: Callable[[], Awaitable[None]], act: Callable[P, Awaitable[T]]
) -> Callable[P, Awaitable[T]]:
    async def both(*args: P.args, **kwargs: P.kwargs) -> T:
        await first()
        return await act(*args, **kwargs)

    return both
