"""Whatever fails while a workflow is told what came of its step: it is told, and once."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.sandbox.slack.functions import ExecutionState
from bot.slack.kit import names
from provisioning.roads import looks
from tests.integration.faults.cases import FAULTS, Case, cases
from tests.integration.faults.conftest import Opened
from tests.integration.faults.places import Place, places
from tests.integration.faults.walking import PATIENCE, at_rest, spoil, unmet
from tests.integration.slack.house import House

METHOD = "functions.completeSuccess"


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "LOOKS", (0.1,) * 400)


async def run(house: House, cases: Sequence[Case]) -> dict[str, str]:
    """Run the step in every case, one after the other; return what went wrong, by case."""
    await house.running.house.distributing.step_runs.let(house.manager, on=True)
    found = await places(house, cases)
    wrong = {place.case.name: await _run(place, number) for number, place in enumerate(found, 1)}
    await at_rest(house)
    for place in found:
        told = [len(place.said_to(name)) for name in place.testers]
        if told != [1, 1]:
            wrong[place.case.name] += f" They were told {told} times."
        wrong[place.case.name] += unmet(place.case, place.met)
    return {name: why for name, why in wrong.items() if why}


async def _run(place: Place, number: int) -> str:
    house = place.house
    spoil(house.slack, place.case, lambda _given: True, place.met)
    execution = house.workspace.run_step(
        names.DISTRIBUTE_STEP,
        app="harbour",
        version=str(number),
        group=place.tag,
        distributor=house.ann.id,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            await house.workspace.eventually(
                lambda: execution.state is not ExecutionState.RUNNING, timeout=PATIENCE
            )
    except (TimeoutError, AssertionError) as late:
        return f"{type(late).__name__}: the run did not end."
    return execution.error or ("" if execution.outputs["told"] == len(place.testers) else "Few.")


async def test_a_run_ends_whatever_fails_three_times(lend: Opened) -> None:
    async with lend("socket") as house:
        assert await run(house, cases((METHOD,), (3,), ("503", "reset late"))) == {}


@pytest.mark.slow
async def test_the_whole_table_of_runs(lend: Opened) -> None:
    async with lend("socket") as house:
        assert await run(house, cases((METHOD,), (3,), tuple(FAULTS))) == {}
