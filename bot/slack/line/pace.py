"""How fast we may speak: a message a second in each channel, an edit every two of each message."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

#: Slack allows about one message a second and channel, with short bursts.
PAUSE = 1.0
#: Nobody reads faster than this.
EDIT_PAUSE = 2.0
BURST = 5
#: Channels that nothing was said in for a while are forgotten beyond this many.
REMEMBERED = 1000


class _Lane:
    """One channel: a queue in order of arrival, and when something was said last."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()  # asyncio's locks are fair: first come, first served.
        self.last = 0.0
        self.waiting = 0


class Lanes:
    """Lets one speaker into a channel at a time, `pause` seconds after the one before."""

    def __init__(self, pause: float = PAUSE) -> None:
        self._pause = pause
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def turn(self, channel_id: str) -> AsyncGenerator[None]:
        """Wait for the turn in a channel and hold it; a rate limit inside holds up the others."""
        lane = self._lanes.setdefault(channel_id, _Lane())
        lane.waiting += 1
        try:
            async with lane.turn:
                await asyncio.sleep(max(lane.last + self._pause - time.monotonic(), 0))
                try:
                    yield
                finally:
                    lane.last = time.monotonic()
        finally:
            lane.waiting -= 1
            self._forget_idle()

    def _forget_idle(self) -> None:
        if len(self._lanes) <= REMEMBERED:
            return
        before = time.monotonic() - self._pause
        for channel_id, lane in list(self._lanes.items()):
            if not lane.waiting and lane.last < before:
                del self._lanes[channel_id]


class Edits:
    """
    How fast one message may be edited: every two seconds, after a short burst.

    `chat.update` allows about fifty calls a minute in all. What a person did shows at once, up to
    `BURST` times in a row; mere progress never comes sooner than `EDIT_PAUSE` after another edit.
    """

    def __init__(self) -> None:
        self._times: dict[str, list[float]] = {}

    def is_too_soon(self, key: str) -> bool:
        """Return whether an edit that only shows progress should be left out."""
        times = self._times.get(key, [])
        return bool(times) and time.monotonic() - times[-1] < EDIT_PAUSE

    async def breathe(self, key: str) -> None:
        """Wait until an edit fits."""
        times = self._times.get(key, [])
        if len(times) >= BURST:
            await asyncio.sleep(times[-BURST] + BURST * EDIT_PAUSE - time.monotonic())

    def note(self, key: str) -> None:
        """Remember an edit, and forget those of long ago."""
        now = time.monotonic()
        self._times.setdefault(key, []).append(now)
        for known, times in list(self._times.items()):
            self._times[known] = [at for at in times if now - at < BURST * EDIT_PAUSE]
            if not self._times[known]:
                del self._times[known]
