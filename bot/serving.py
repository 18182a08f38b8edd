"""Serving until somebody asks to stop."""

import asyncio
import logging
import signal

from slack_sdk.errors import SlackApiError

from bot.bootstrap import open_house
from bot.settings import Settings
from storage.errors import SlipwayError

logger = logging.getLogger(__name__)


class SlackUnreachable(SlipwayError):
    """Slack did not let Slipway in."""


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
    # Listening for the signal comes first: the house may be asked to stop while it opens.
    asked = asyncio.create_task(stopped(), name="stop")
    try:
        async with open_house(settings) as house:
            logger.info("Slipway is up: %s (port %s).", settings.base_url, house.port)
            await asked
            logger.info("Stopping; work under way ends or goes on at the next start.")
    except SlackApiError as refusal:
        code = refusal.response.get("error")
        raise SlackUnreachable(
            f"Slack did not let Slipway in ({code}). `slipway doctor` says what to do."
        ) from None
    finally:
        asked.cancel()
    return 0
