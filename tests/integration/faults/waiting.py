"""Releases that wait for the other platform, each with everything that goes wrong in Slack."""

import asyncio
from collections.abc import Sequence

from provisioning.actors import Actor, person, slack
from provisioning.distributing.order import Order
from provisioning.people.roles import Holder
from storage.catalog import apps, organizations
from storage.records.pending_order import PendingOrder
from storage.records.role import HolderKind, Role
from tests.integration.crash.scene import pair_with_android, with_half
from tests.integration.faults.cases import Case
from tests.integration.faults.places import Place, places, went_wrong
from tests.integration.faults.walking import AT_ONCE, PATIENCE, at_rest
from tests.integration.slack.house import House

BEGUN, ENDED = "lets it wait for", "both go out now"


async def waited(house: House, cases: Sequence[Case]) -> dict[str, str]:
    """
    Let a release wait in every case, until the half for all of them is here.

    Return what went wrong, by case. It is asked by one of the place's people, for a group that is
    heard nowhere: the thread is where the release went before.
    """
    room = asyncio.Semaphore(AT_ONCE)
    found = await places(house, cases)
    android_id = await _paired(house)

    async def begins(place: Place) -> str:
        async with room:
            return await _asks(place, android_id)

    async def ends(place: Place) -> str:
        async with room:
            return await _seen(place, ENDED)

    begun = await asyncio.gather(*map(begins, found))
    await at_rest(house)
    for place in found:
        place.spoil()
    await _arrives(house, android_id)
    await house.running.house.distributing.pending.look()
    ended = await asyncio.gather(*map(ends, found))
    await at_rest(house)
    either = [first or second for first, second in zip(begun, ended, strict=True)]
    return went_wrong(found, either, _wrong)


async def _asks(place: Place, android_id: str) -> str:
    """Let a release wait with the fault; return what is not as it should be."""
    await place.send()
    asker = await _manager(place)
    room = place.house.running.house
    place.house.workspace.add_person(f"Eve {place.tag}")
    more = await place.house.group(f"more {place.tag}", f"Eve {place.tag}")
    order = Order(
        key=f"wait {place.tag}", release_id=place.release_id, by=asker, group_ids=(more.id,)
    )
    place.spoil()
    kept = await room.distributing.joint.request(order, [android_id])
    assert isinstance(kept, PendingOrder)
    return await _seen(place, BEGUN)


async def _seen(place: Place, words: str) -> str:
    """Wait until the thread, and at the end whoever asked, hears of it."""

    def is_said() -> bool:
        there = [m.said() for m in place.house.workspace.by_bot(place.news)]
        told = place.said_to(place.testers[0])
        return any(words in one for one in there) and (
            words == BEGUN or any(words in one for one in told)
        )

    try:
        async with asyncio.timeout(PATIENCE):
            await place.eventually(is_said)
    except (TimeoutError, AssertionError) as late:
        return f"{type(late).__name__}; {place.report()}"
    return ""


async def _manager(place: Place) -> Actor:
    """Let the first of a place's people manage releases."""
    who = slack(place.house.workspace.person(place.testers[0]).id)
    holder = Holder(kind=HolderKind.PERSON, id=str(who))
    await place.house.running.house.people.roles.give(place.house.manager, Role.MANAGER, holder)
    return person(who, origin="test")


async def _paired(house: House) -> str:
    """Pair the app of all places with one for Android; return that one."""
    async with house.running.ground.database.writing() as session:
        organization = await organizations.named(session, "main")
        (ios,) = await apps.every(session, organization.id)
        return (await pair_with_android(session, ios)).id


async def _arrives(house: House, android_id: str) -> None:
    """Write the half of all of them down, as if it was taken in."""
    async with house.running.ground.database.writing() as session:
        await with_half(session, await apps.get(session, android_id))


def _wrong(place: Place) -> str:
    """Return what is said too often or not at all, once everything has ended."""
    first, second = (place.said_to(name) for name in place.testers)
    told = [words for words in first if ENDED in words]
    expected = {"release": 1, "report": 3, "waits": 1, "waited": 1}
    if place.kinds() == expected and (len(first), len(second), len(told)) == (2, 1, 1):
        return ""
    return place.report()
