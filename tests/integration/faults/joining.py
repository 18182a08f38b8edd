"""A user group of Slack that changes, with everything that goes wrong while a group settles."""

import asyncio
from collections.abc import Sequence

from storage.records.grant import Grant
from tests.integration.faults.cases import Case
from tests.integration.faults.places import Place, places, went_wrong
from tests.integration.faults.walking import AT_ONCE, PATIENCE, at_rest
from tests.integration.slack.house import House


async def joined(house: House, cases: Sequence[Case]) -> dict[str, str]:
    """Let one leave and another join in every case; return what went wrong, by case."""
    room = asyncio.Semaphore(AT_ONCE)
    found = await places(house, cases, by_usergroup=True)

    async def one(place: Place) -> str:
        async with room:
            await place.send()
            return await _change(place)

    ended = await asyncio.gather(*map(one, found))
    await at_rest(house)
    return went_wrong(found, ended, _wrong)


async def _change(place: Place) -> str:
    """Put the second in the place of the first; return what is not as it should be."""
    first, second = place.testers
    held = await place.grant_of(first)
    place.spoil()
    place.house.workspace.set_usergroup(place.tag, second)
    try:
        async with asyncio.timeout(PATIENCE):
            await place.eventually(lambda: bool(place.said_to(second)))
            await _ends(place, held)
            # Their link was made with their message.
            if not await place.opens(await place.grant_of(second)):
                return "Whoever joined has a link that leads nowhere."
    except (TimeoutError, AssertionError) as late:
        return f"{type(late).__name__}; {place.report()}"
    return ""


async def _ends(place: Place, held: Grant) -> None:
    """Wait until a link leads nowhere."""
    while await place.opens(held):  # noqa: ASYNC110 - it is nobody's event
        await asyncio.sleep(0.1)


def _wrong(place: Place) -> str:
    """Return what is said too often or not at all, once everything has ended."""
    told = [len(place.said_to(name)) for name in place.testers]
    if place.kinds() == {"release": 1, "report": 2} and told == [1, 1]:
        return ""
    return place.report()
