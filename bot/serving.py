"""Serving until somebody asks to stop."""

import asyncio
import ctypes
import gc
import logging
import os
import signal
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from bot.bootstrap import open_house
from bot.doctor.examination import examine
from bot.findings import Gravity
from bot.settings import Settings

logger = logging.getLogger(__name__)

#: In seconds, from the moment at which the process is asked to stop. Docker kills after ten.
END_WITHIN = 9.5

#: Names of mallopt(3) in glibc's malloc.h.
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8

#: After how many objects Python's garbage collector looks through the young, the older and all.
USUAL = (700, 10, 10)

#: What is larger than so many bytes is the system's again as soon as it is free.
LARGE = 256 * 1024


async def stopped() -> None:
    """Return when the process is asked to stop (SIGTERM, or Ctrl-C)."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    try:
        await asked.wait()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def serve(settings: Settings) -> int:
    """Run the house until it is asked to stop; return the exit code."""
    await until_stopped(_live(settings))
    return 0


async def until_stopped(life: Coroutine[Any, Any, None]) -> None:
    """
    Let *life* go on until the process is asked to stop, at whatever point it is then.

    It is cancelled and may clean up. What does not end within END_WITHIN ends with the process,
    whose exit code is 0 then, too: work that is cut off goes on at the next start.
    """
    keep_together()
    # Listening for the signal comes first: one may be asked to stop while everything opens.
    asked = asyncio.create_task(stopped(), name="asked to stop")
    living = asyncio.create_task(life, name="life")
    try:
        await asyncio.wait({asked, living}, return_when=asyncio.FIRST_COMPLETED)
        if asked.done():
            _end_within(END_WITHIN)
            logger.info("Stopping; work under way ends or goes on at the next start.")
            living.cancel()
        with suppress(asyncio.CancelledError):
            await living
    finally:
        asked.cancel()
        living.cancel()


def keep_together() -> None:
    """
    Let all threads share one heap; call it before there is a second thread.

    glibc gives each of the first 8 threads a core a heap of its own, and a heap never gets smaller
    than its last piece in use lets it. We have some twenty threads, of which any may do the next
    piece of work, so each heap came to hold what one alone could: half as much again as was in use,
    and growing by the hour. Most of what they do is Python and comes one after another anyway. Does
    nothing where malloc is another one (musl, macOS).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    mallopt(M_ARENA_MAX, 1)
    # Left alone, glibc takes buffers of 1 MB from the heap once it has seen some, and leaves holes.
    mallopt(M_MMAP_THRESHOLD, LARGE)


def overlook_what_stays() -> None:
    """
    Let the garbage collector pass over all that starting has made; call it once a process.

    None of it becomes garbage, and to look through it again stops everything for a tenth of a
    second, answers to Slack included. From now on it looks as often as it does by itself.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*USUAL)


async def _live(settings: Settings) -> None:
    async with open_house(settings) as house:
        await _examine_briefly(settings)
        overlook_what_stays()
        logger.info("Slipway is up: %s (port %s).", settings.base_url, house.port)
        await asyncio.Event().wait()  # For ever: whoever wants an end cancels.


async def _examine_briefly(settings: Settings) -> None:
    """Say what an admin should look after, a line each; `slipway doctor` says all of it."""
    for finding in await examine(settings, brief=True):
        if finding.gravity in {Gravity.BROKEN, Gravity.WARNING}:
            logger.warning("slipway doctor: %s: %s %s", finding.what, finding.found, finding.to_do)


def _end_within(seconds: float) -> None:
    """End the process in some seconds whatever it is at then, a thread that hangs included."""
    timer = threading.Timer(seconds, _cut)
    timer.daemon = True  # It must not keep a process that has ended.
    timer.start()


def _cut() -> None:
    logger.warning("Not everything ended in time; the next start goes on with it.")
    logging.shutdown()
    os._exit(0)
