"""Nudges and reports, each of a release of its own, with everything that goes wrong meanwhile."""

import asyncio
from collections.abc import Sequence

from bot.house import House as Domain
from provisioning.following.nudge_order import NudgeOrder
from provisioning.following.troubles import TroubleWords
from storage.records.nudge import NudgeState
from tests.integration.faults.cases import Case
from tests.integration.faults.places import Place, places, went_wrong
from tests.integration.faults.walking import AT_ONCE, PATIENCE, at_rest
from tests.integration.slack.house import House


async def nudged(house: House, cases: Sequence[Case]) -> dict[str, str]:
    """
    Remind everybody of a release in every case, of whom one said that it does not install.

    Return what went wrong, by case.
    """
    room = asyncio.Semaphore(AT_ONCE)
    found = await places(house, cases)

    async def one(place: Place) -> str:
        async with room:
            await place.send()
            return await _nudge(place)

    ended = await asyncio.gather(*map(one, found))
    await at_rest(house)
    return went_wrong(found, ended, _wrong)


async def _nudge(place: Place) -> str:
    """Remind both, then report; return what is not as it should be, "" when all is well."""
    house, by = place.house.running.house, place.house.manager
    plan = await house.following.nudges.plan(place.release_id, by)
    tester_id = (await place.grant_of(place.testers[0])).tester_id
    place.spoil()
    nudge = await house.following.nudges.request(
        NudgeOrder(key=place.tag, release_id=place.release_id, by=by, fingerprint=plan.fingerprint)
    )
    said = TroubleWords(release_id=place.release_id, saw="grey")
    await house.following.troubles.report(tester_id, said, origin="test")
    try:
        async with asyncio.timeout(PATIENCE):
            await _is_done(house, nudge.id)
            await place.eventually(lambda: place.kinds()["reported"] == 1)
    except (TimeoutError, AssertionError):
        return f"It did not end; {place.report()}"
    return ""


async def _is_done(house: Domain, nudge_id: str) -> None:
    """Wait until everybody was reminded."""
    while (await house.following.nudge_cards.one(nudge_id)).state is not NudgeState.DONE:  # noqa: ASYNC110 - it is nobody's event
        await asyncio.sleep(0.1)


def _wrong(place: Place) -> str:
    """Return what is said too often or not at all, once everything has ended."""
    kinds = {"release": 1, "report": 1, "nudged": 1, "reported": 1}
    said = [place.said_to(name) for name in place.testers]
    if place.kinds() == kinds and all(
        sorted("reminds you of" in words for words in each) == [False, True] for each in said
    ):
        return ""
    return place.report()
