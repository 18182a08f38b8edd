"""What to do after an ambiguous failure: find out first, then repeat."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from provisioning.appstore.errors import AppleRefused, AppleUnreachable, OutcomeUnknown
from provisioning.appstore.wire.backoff import Backoff

T = TypeVar("T")
Find = Callable[[], Awaitable[T | None]]


async def settled(
    backoff: Backoff,
    write: Callable[[], Awaitable[T]],
    find: Find[T],
    *,
    proven_by: tuple[type[AppleRefused], ...] = (),
) -> T:
    """
    Do *write* until it is known to be done, and return what it made.

    When its answer is lost, *find* looks whether it was done; only if not, it is done again. The
    refusals of *proven_by* say that it was there already, which *find* has to prove. Raise what
    *write* raises; OutcomeUnknown when it stays unknown.
    """
    trouble: AppleUnreachable = OutcomeUnknown()
    for pause in backoff.pauses():
        try:
            return await write()
        except OutcomeUnknown as error:
            trouble = error
        except proven_by as refusal:
            return await _proven(backoff, find, refusal)
        await asyncio.sleep(pause)
        found = await find()
        if found is not None:
            return found
    raise trouble


async def _proven(backoff: Backoff, find: Find[T], refusal: AppleRefused) -> T:
    # A list may lag behind for a moment, so it is read twice.
    found = await find()
    if found is None:
        await asyncio.sleep(next(backoff.pauses()))
        found = await find()
    if found is None:
        raise refusal
    return found
