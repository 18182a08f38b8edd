"""Asks Slack again while it is out of reach or refuses the token, until it answers as it should."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.slack.line.health import SlackStanding
from bot.slack.line.identity import Whoami
from bot.slack.line.pauses import growing
from provisioning.errors import TellerFailed

logger = logging.getLogger(__name__)

#: In seconds.
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0

#: What is made up for once Slack is back, such as files that were posted meanwhile.
OnBack = Callable[[], Awaitable[object]]


class Watch:
    """Sleeps while all is well. One line in the log for each pause that is longer than before."""

    def __init__(self, whoami: Whoami, standing: SlackStanding, on_back: OnBack) -> None:
        self._whoami = whoami
        self._standing = standing
        self._on_back = on_back

    @asynccontextmanager
    async def watching(self) -> AsyncGenerator[None]:
        """Watch until the block ends."""
        task = asyncio.create_task(self._watch(), name="watch Slack")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            await self._standing.unwell.wait()
            try:
                await self._until_well()
                await self._on_back()
            except Exception:
                logger.exception("Slack could not be asked; it will be asked again.")
                await asyncio.sleep(LONGEST_PAUSE)

    async def _until_well(self) -> None:
        said = 0.0
        for pause in growing(FIRST_PAUSE, LONGEST_PAUSE):
            if pause > FIRST_PAUSE and pause != said:
                what = self._standing.trouble or "Slack does not answer."
                logger.warning("%s It is asked again in %g s.", what, pause)
                said = pause
            await asyncio.sleep(pause)
            if await self._is_well():
                break
        if said:
            logger.info("Slack answers again.")

    async def _is_well(self) -> bool:
        if self._standing.unwell.is_set():
            try:
                await self._whoami.anew()
            except TellerFailed:
                return False
        return True
