"""Looks: waiting for what another road does, without holding anything meanwhile."""

from collections.abc import Awaitable, Callable
from typing import ParamSpec

from provisioning.roads.road import Step

P = ParamSpec("P")

#: Seconds between looks: often at first, for hours in the end.
LOOKS = (0.5,) * 8 + (2.0,) * 30 + (15.0,) * 60 + (120.0,) * 200


async def come_about(
    step: Step, name: str, met: Callable[P, Awaitable[bool]], *args: P.args, **kwargs: P.kwargs
) -> bool:
    """
    Look until something is so; return False when that took too long.

    *name* is the beginning of the steps' names, empty for the only thing that a road waits for.
    """
    for turn, pause in enumerate(LOOKS):
        if await step(f"{name}look {turn}", met, *args, **kwargs):
            return True
        await step.pause(f"{name}pause {turn}", pause)
    return False
