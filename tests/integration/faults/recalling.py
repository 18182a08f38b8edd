"""Recalls, each of a release of its own, with everything that goes wrong while people are told."""

import asyncio
from collections.abc import Sequence

from bot.house import House as Domain
from provisioning.distributing.recall_order import RecallOrder
from storage.catalog import receipts
from storage.records.grant import Grant, ReceiptKind
from storage.records.recall import RecallState
from tests.integration.faults.cases import Case
from tests.integration.faults.places import Place, places, went_wrong
from tests.integration.faults.walking import AT_ONCE, PATIENCE, at_rest
from tests.integration.slack.house import House


async def recalled(house: House, cases: Sequence[Case]) -> dict[str, str]:
    """Recall a release in every case, several at once; return what went wrong, by case."""
    room = asyncio.Semaphore(AT_ONCE)
    found = await places(house, cases)

    async def one(place: Place) -> str:
        async with room:
            await place.send()
            held = [await place.grant_of(name) for name in place.testers]
            await _begin_to_fetch(house, held)
            return await _recall(place, held)

    ended = await asyncio.gather(*map(one, found))
    await at_rest(house)
    return went_wrong(found, ended, _wrong)


async def _begin_to_fetch(house: House, held: Sequence[Grant]) -> None:
    async with house.running.ground.database.writing() as session:
        for grant in held:
            receipt = await receipts.claim(session, grant.id, ReceiptKind.BINARY)
            receipt.count = 1
            session.add(receipt)


async def _recall(place: Place, held: Sequence[Grant]) -> str:
    """Recall the release; return what is not as it should be, "" when all is well."""
    place.spoil()
    order = RecallOrder(
        key=place.tag, release_id=place.release_id, by=place.house.manager, because="It crashes."
    )
    house = place.house.running.house
    recall = await house.distributing.recalls.request(order)
    if any([await place.opens(grant) for grant in held]):
        return "A link leads somewhere after the recall."
    try:
        async with asyncio.timeout(PATIENCE):
            await _is_done(house, recall.id)
    except TimeoutError:
        return f"It did not end; {place.report()}"
    return ""


async def _is_done(house: Domain, recall_id: str) -> None:
    """Wait until everybody was told of a recall."""
    while (await house.releases.recalled.one(recall_id)).state is not RecallState.DONE:  # noqa: ASYNC110 - it is nobody's event
        await asyncio.sleep(0.1)


def _wrong(place: Place) -> str:
    """Return what is said too often or not at all, once everything has ended."""
    said = [place.said_to(name) for name in place.testers]
    if place.kinds() == {"release": 1, "report": 1, "recall": 1} and all(
        sorted("was recalled by" in words for words in each) == [False, True]
        and sum("can no longer be installed" in words for words in each) == 1
        for each in said
    ):
        return ""
    return place.report()
