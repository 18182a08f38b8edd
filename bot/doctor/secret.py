"""The secret key, looked at and never made."""

import asyncio

from bot.doctor.complaint import Broken
from bot.doctor.outside import Outside
from bot.doctor.records import open_records
from bot.secret_key import KeyMissing, kept_key, made_with_a_key, wrong_key
from bot.settings import Settings


async def key(settings: Settings, _outside: Outside) -> str:
    """Say whether there is the right key, which only its owner can read, or none is needed yet."""
    try:
        found = await asyncio.to_thread(kept_key, settings.key_file)
    except KeyMissing:
        return await _without(settings)
    async with open_records(settings) as database:
        wrong = database and await wrong_key(
            database, settings.organization, found, settings.key_file
        )
    if wrong:
        raise Broken(*wrong)
    return f"{settings.key_file} holds a key that only its owner can read."


async def _without(settings: Settings) -> str:
    async with open_records(settings) as database:
        made = await made_with_a_key(database) if database is not None else ""
    if made:
        raise Broken(
            f"The secret key {settings.key_file} is missing, and {made} were made with it.",
            "Restore it from the backup; if it is lost for good, run `slipway new-key`.",
        )
    return f"{settings.key_file} is made at the first start."
