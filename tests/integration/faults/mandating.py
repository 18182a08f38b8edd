"""Releases made mandatory, each of its own, with everything that goes wrong while it is said."""

import asyncio
from collections.abc import Sequence

from sqlmodel import select

from provisioning.distributing.mandate_order import MandateOrder
from storage.records.mandate import Mandate, MandateState, Milestone, MilestoneKind, MilestoneState
from tests.integration.faults.cases import Case
from tests.integration.faults.places import Place, places, went_wrong
from tests.integration.faults.walking import AT_ONCE, PATIENCE, at_rest
from tests.integration.slack.house import House


async def mandated(house: House, cases: Sequence[Case]) -> dict[str, str]:
    """Make a release mandatory in every case, several at once; return what went wrong, by case."""
    room = asyncio.Semaphore(AT_ONCE)
    found = await places(house, cases)

    async def one(place: Place) -> str:
        async with room:
            await place.send()
            return await _require(place)

    ended = await asyncio.gather(*map(one, found))
    await at_rest(house)
    return went_wrong(found, ended, _wrong)


async def _require(place: Place) -> str:
    """Make the release mandatory from now on; return what is wrong, "" when all is well."""
    place.spoil()
    order = MandateOrder(key=place.tag, release_id=place.release_id, by=place.house.manager)
    await place.house.running.house.distributing.mandates.request(order)
    try:
        async with asyncio.timeout(PATIENCE):
            while not await _is_over(place):  # noqa: ASYNC110 - it is nobody's event
                await asyncio.sleep(0.1)
    except TimeoutError:
        return f"It did not end; {place.report()}"
    return ""


async def _is_over(place: Place) -> bool:
    """Return whether the act has ended, and the reminding that it began."""
    async with place.house.running.ground.database.reading() as session:
        acts = await session.exec(select(Mandate).where(Mandate.release_id == place.release_id))
        begun = await session.exec(
            select(Milestone).where(
                Milestone.release_id == place.release_id, Milestone.kind == MilestoneKind.START
            )
        )
        return acts.one().state is MandateState.DONE and begun.one().state is MilestoneState.DONE


def _wrong(place: Place) -> str:
    """Return what is said too often or not at all, once everything has ended."""
    said = [place.said_to(name) for name in place.testers]
    if place.kinds() == {"release": 1, "report": 1, "mandate": 1} and all(
        sorted("Please install" in words for words in each) == [False, True]
        and all(":red_circle: *Mandatory*" in words for words in each)
        for each in said
    ):
        return ""
    return place.report()
