"""Requests for approval, each of a release of its own, with everything that goes wrong in Slack."""

import asyncio
from collections.abc import Sequence

from provisioning.actors import person, slack
from provisioning.distributing.approval_policies import PolicyWish
from provisioning.distributing.order import Order
from storage.records.approval import ApprovalRequest, ApproverKind
from tests.integration.faults.cases import Case
from tests.integration.faults.places import Place, places, went_wrong
from tests.integration.faults.walking import AT_ONCE, PATIENCE, at_rest
from tests.integration.slack.house import House


async def approved(house: House, cases: Sequence[Case]) -> dict[str, str]:
    """
    Ask for an approval, and say yes, in every case; return what went wrong, by case.

    It is asked in the name of one who is in no place, of one of its people, who says yes.
    """
    room = asyncio.Semaphore(AT_ONCE)
    found = await places(house, cases)

    async def one(place: Place) -> str:
        async with room:
            return await _approve(place)

    ended = await asyncio.gather(*map(one, found))
    await at_rest(house)
    return went_wrong(found, ended, _wrong)


async def _approve(place: Place) -> str:
    """Walk both roads with the fault; return what is not as it should be, "" when all is well."""
    house = place.house.running.house.distributing
    first, _ = place.testers
    approver = person(slack(place.house.workspace.person(first).id), origin="test")
    wish = PolicyWish(kind=ApproverKind.PEOPLE, approvers=(approver.reference,))
    await house.approval_policies.require(place.group_id, wish, place.house.manager)
    order = Order(
        key=place.tag,
        release_id=place.release_id,
        by=place.house.manager,
        group_ids=(place.group_id,),
    )
    place.spoil()
    request = await house.distributions.request(order)
    assert isinstance(request, ApprovalRequest)
    try:
        async with asyncio.timeout(PATIENCE):
            await place.eventually(lambda: any("asks to send" in m for m in place.said_to(first)))
            place.spoil()
            await house.approvals.approve(request.id, approver)
            await place.eventually(lambda: place.kinds()["report"] == 1)
            await place.eventually(lambda: any("*Approved*" in m for m in place.said_to(first)))
    except (TimeoutError, AssertionError) as late:
        return f"{type(late).__name__}; {place.report()}"
    return ""


def _wrong(place: Place) -> str:
    """Return what is said too often or not at all, once everything has ended."""
    first, second = (place.said_to(name) for name in place.testers)
    asked = [words for words in first if "asks to send" in words]
    if (
        place.kinds() == {"release": 1, "report": 1}
        and (len(first), len(second), len(asked)) == (2, 1, 1)
        and "*Approved* by" in asked[0]
    ):
        return ""
    return place.report()
