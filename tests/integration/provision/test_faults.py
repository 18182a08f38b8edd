"""What goes wrong between us and Apple x where: no place twice, no profile lost, one word each."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.shapes import JsonObject
from storage.records.registration import RegistrationState
from storage.records.wave import WaveState
from tests.integration.provision.world import BUNDLES, ProvisionWorld

#: Every call of the two roads, in the order in which a second phone costs them.
OPERATIONS = (
    "GET devices",
    "POST devices",
    "GET certificates",
    "GET profiles/{id}",
    "GET bundleIds",
    "POST profiles",
    "DELETE profiles/{id}",
)
FAULTS: Mapping[str, Fault] = {
    "a lost answer": Fault.lost_answer(),
    "a reset": Fault.reset(),
    "503": Fault.server_error(),
    "503 after the act": Fault.server_error().after(),
    "a cut answer": Fault.cut(),
    "too many calls": Fault.rate_limited(0),
    "a page of somebody else": Fault.nonsense("<html>"),
}
#: To a reader all others are the same: there was no answer.
READS = {"a lost answer", "503", "a page of somebody else"}
#: What may be doubled when nobody knows whether it was done.
ACTS = ("POST devices", "POST profiles")
#: These say nothing of whether the act was done, so that they come more often, and for a while.
AMBIGUOUS = ("a lost answer", "503 after the act")


def cases() -> list[Any]:
    """
    Return each fault at each call once, and where it hurts most three and ten times, and a while.

    A fault comes at all of its calls in one walk, as each of them is repeated by itself.
    """
    once = [
        pytest.param(
            [one for one in OPERATIONS if name in READS or not one.startswith("GET")],
            name,
            1,
            id=f"{name}, once",
            marks=() if name == "a lost answer" else pytest.mark.slow,
        )
        for name in FAULTS
    ]
    often = [
        pytest.param(ACTS, name, times, id=f"{name}, {often}", marks=pytest.mark.slow)
        for name in AMBIGUOUS
        for times, often in ((3, "3 times"), (10, "10 times"), (None, "a while"))
    ]
    return once + often


@pytest.mark.parametrize(("operations", "fault", "times"), cases())
async def test_whatever_goes_wrong_for_a_while_the_second_phone_gets_in(
    provision: ProvisionWorld, operations: Sequence[str], fault: str, times: int | None
) -> None:
    first = await provision.claim(1)
    await provision.approve(first)
    await provision.settled()
    met: Counter[str] = Counter()
    for operation in operations:
        provision.apple.script(
            operation,
            FAULTS[fault],
            times or float("inf"),
            when=_until_a_while_after_the_first(met, operation, times),
        )

    second = await provision.claim(2, await provision.another(2))
    await provision.approve(second)
    await provision.settled()
    if (await provision.waves())[-1].state is WaveState.FAILED:
        # What is said to a person has a way to go on.
        assert len(provision.teller.waves) >= 1
        await provision.room.waves.want(provision.team_id, "com.example.harbour", provision.bob)
        await provision.settled()

    team = provision.apple.team
    assert len(team.devices) == 2
    assert len(team.profiles) in {len(BUNDLES), 2 * len(BUNDLES)}  # Old ones may go later.
    assert (await provision.registration(second)).state is RegistrationState.READY
    assert await provision.can_install(1)
    told = provision.teller.installable
    assert len({tester for _, tester in told}) == len(told) == 2
    assert set(met) == set(operations)


def _until_a_while_after_the_first(
    met: Counter[str], operation: str, times: int | None
) -> Callable[[JsonObject], bool]:
    """Return what picks every call, or those within two seconds of the first; it counts them."""
    until = float("inf")

    def picks(_given: JsonObject) -> bool:
        nonlocal until
        if times is None:
            until = min(until, time.monotonic() + 2.0)
        if time.monotonic() >= until:
            return False
        met[operation] += 1
        return True

    return picks
