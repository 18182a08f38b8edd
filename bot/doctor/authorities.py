"""The authorities: whose word about certificates and profiles is believed."""

import asyncio
from urllib.parse import urlsplit

from bot.authorities import apple_stand_ins
from bot.doctor.complaint import Doubtful
from bot.doctor.outside import Outside
from bot.settings import Settings

APPLES_HOSTS = ".apple.com"


async def apples(settings: Settings, _outside: Outside) -> str:
    """Say whether others are trusted in place of Apple's, as they are in the sandbox only."""
    found = await asyncio.to_thread(apple_stand_ins, settings)
    if found is None:
        return "Apple's own authorities are trusted."
    if (urlsplit(settings.apple_api_url).hostname or "").endswith(APPLES_HOSTS):
        raise Doubtful(
            "SLIPWAY_APPLE_AUTHORITIES_FILE puts others in the place of Apple's authorities, and "
            "SLIPWAY_APPLE_API_URL is Apple's: real apps cannot be signed.",
            "Remove SLIPWAY_APPLE_AUTHORITIES_FILE; only the sandbox and tests need it.",
        )
    return f"{settings.apple_authorities_file} stands for Apple's authorities."
