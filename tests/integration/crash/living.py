"""A whole house in a process of its own, which may die at any boundary of its roads."""

import asyncio
from datetime import timedelta
from typing import Any

from bot import bootstrap
from bot.bootstrap import open_house
from bot.engine import sweeping
from bot.engine.clock import Act, Clock
from bot.serving import stopped
from bot.settings import Settings
from bot.slack import workspace as parts
from bot.slack.line import pace
from provisioning.leaving import departures
from tests.integration.crash.harness import Boundary

#: What a clock does every half a minute is waited for by whoever looks at what a death left.
HURRY = 10
every = Clock.every


def _hurried(clock: Clock, seconds: float, name: str, act: Act, *, at_start: bool = False) -> None:
    every(clock, seconds / HURRY, name, act, at_start=at_start)


async def live(boundary: Boundary, settings: dict[str, Any]) -> None:
    """Keep a house open until it is asked to stop."""
    setattr(parts, "PAUSE", 0.02)  # noqa: B010 - the module only borrows the name
    pace.EDIT_PAUSE = 0.05
    bootstrap.READERS = 1
    setattr(sweeping, "GRACE", timedelta(seconds=0.5))  # noqa: B010 - the same
    setattr(Clock, "every", _hurried)  # noqa: B010 - the same
    setattr(departures, "COLLECT", timedelta())  # noqa: B010 - the same
    # Listening for the signal comes first: the house may be asked to stop while it opens.
    asked = asyncio.create_task(stopped())
    async with open_house(Settings(**settings), boundary=boundary):
        await asked
