"""Install links as people are sent them, and whether they lead anywhere."""

import re

import aiohttp

from bot.sandbox.slack.messages import Message
from tests.integration.slack.house import House

LINK = re.compile(r"/i/[A-Za-z0-9_-]{22}")


async def status(house: House, path: str) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{house.port}{path}") as answer,
    ):
        await answer.read()
        return answer.status


async def text_of(house: House, path: str) -> str:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{house.port}{path}") as answer,
    ):
        return await answer.text()


def path_in(message: Message) -> str:
    """Return the path of the install link in a message."""
    found = LINK.search(str(message.blocks))
    assert found is not None, message.said()
    return found.group()


async def link_of(house: House, person: str, words: str = "ready for you") -> str:
    """Return the path of the link in the newest message to somebody with some words."""
    return path_in(await house.dm_to(person, words))
