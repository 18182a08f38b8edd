"""What goes wrong between us and Apple x where: no place twice, no profile lost, one word each."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.sandbox.faults import Fault
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
#: In the short run each fault comes once, where it has an effect that may be doubled.
SHORT = {"POST devices", "POST profiles"}
#: These say nothing of whether the act was done, so that they come more often, and for a while.
AMBIGUOUS = {"a lost answer", "503 after the act"}


READS = {"a lost answer", "503", "a page of somebody else"}


def cases() -> list[Any]:
    """Return each fault at each call once, and where it hurts most three and ten times."""
    found = []
    for operation in OPERATIONS:
        for name, fault in FAULTS.items():
            if operation.startswith("GET") and name not in READS:
                continue  # To a reader all of these are the same: there was no answer.
            hurts = name in AMBIGUOUS and operation in SHORT
            for times in (1, 3, 10, None) if hurts else (1,):
                is_short = times == 1 and operation in SHORT and name == "a lost answer"
                often = f"{times} times" if times else "a while"
                found.append(
                    pytest.param(
                        operation,
                        fault,
                        times,
                        id=f"{operation}, {name}, {often}",
                        marks=() if is_short else pytest.mark.slow,
                    )
                )
    return found


@pytest.mark.parametrize(("operation", "fault", "times"), cases())
async def test_whatever_goes_wrong_for_a_while_the_second_phone_gets_in(
    provision: ProvisionWorld, operation: str, fault: Fault, times: int | None
) -> None:
    first = await provision.claim(1)
    await provision.approve(first)
    await provision.settled()
    if times is None:
        provision.apple.script(operation, fault, float("inf"), seconds=2.0)
    else:
        provision.apple.script(operation, fault, times)

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
