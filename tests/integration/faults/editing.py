"""Other notes and a stop, each of a release of its own, with all that goes wrong meanwhile."""

import asyncio
from collections.abc import Sequence

from storage.catalog import edits
from storage.records.edit import Edit, EditState
from tests.integration.faults.cases import Case
from tests.integration.faults.places import Place, places, went_wrong
from tests.integration.faults.walking import AT_ONCE, PATIENCE, at_rest
from tests.integration.slack.house import House

NOTES = "It keeps what was typed."
WHY = "Its server is down."


async def edited(house: House, cases: Sequence[Case]) -> dict[str, str]:
    """Change a release in every case, several at once; return what went wrong, by case."""
    room = asyncio.Semaphore(AT_ONCE)
    found = await places(house, cases)

    async def one(place: Place) -> str:
        async with room:
            await place.send()
            return await _edit(place)

    ended = await asyncio.gather(*map(one, found))
    await at_rest(house)
    return went_wrong(found, ended, _wrong)


async def _edit(place: Place) -> str:
    """Change the notes and disable it; return what is not as it should be, "" when all is well."""
    house, by = place.house.running.house, place.house.manager
    held = [await place.grant_of(name) for name in place.testers]
    place.spoil()
    made = [
        await house.releases.rewording.change(place.release_id, NOTES, by),
        await house.releases.availability.disable(place.release_id, WHY, by),
    ]
    if any([await place.opens(grant) for grant in held]):
        return "A link leads somewhere though it is disabled."
    try:
        async with asyncio.timeout(PATIENCE):
            await _are_shown(place, made)
    except TimeoutError:
        return f"It did not end; {place.report()}"
    return ""


async def _are_shown(place: Place, made: Sequence[Edit]) -> None:
    database = place.house.running.ground.database
    for one in made:
        while True:
            async with database.reading() as session:
                if (await edits.get(session, one.id)).state is EditState.DONE:
                    break
            await asyncio.sleep(0.1)


def _wrong(place: Place) -> str:
    """Return what is shown too often, not at all, or as it was, once everything has ended."""
    said = [place.said_to(name) for name in place.testers]
    news = [m.said() for m in place.house.workspace.by_bot(place.news)]
    if (
        place.kinds() == {"release": 1, "report": 1, "edit": 2}
        and all(len(each) == 1 and "is disabled" in each[0] for each in said)
        and sum(NOTES in words and WHY in words for words in news) == 1
    ):
        return ""
    return place.report()
