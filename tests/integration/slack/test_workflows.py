"""A workflow of Slack's distributes in the name of somebody who lets it."""

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.slack.errors import NotPossible
from bot.sandbox.slack.functions import Execution, ExecutionState
from bot.slack.kit import names
from provisioning.roads import looks
from tests.integration.answering.asking import Asking
from tests.integration.slack.house import QA, House


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "LOOKS", (0.1,) * 400)


def run(house: House, **inputs: object) -> Execution:
    given: dict[str, object] = {"app": "harbour", "group": "QA", "distributor": house.ann.id}
    return house.workspace.run_step(names.DISTRIBUTE_STEP, **{**given, **inputs})


async def ended(house: House, execution: Execution) -> Execution:
    await house.workspace.eventually(lambda: execution.state is not ExecutionState.RUNNING)
    return execution


async def test_a_workflow_sends_a_release_and_goes_on_with_the_counts(either: House) -> None:
    asking = Asking(either)
    await either.group("QA", "Bob", "Dee", channel=QA)
    await either.with_app()
    off = await asking.said("Ann", "workflows")
    on = await asking.said("Ann", "workflows on")

    done = await ended(either, run(either, version="2.4.0", notes="From the workflow"))

    assert "may not distribute in your name" in off
    assert "Workflows may distribute in your name" in on
    assert (done.error, done.outputs) == (
        "",
        {
            "release": "Harbour 2.4.0 (241) for iOS, release 1",
            "told": 2,
            "waiting": 0,
            "not_reached": 0,
        },
    )
    await either.dm_to("Bob", "From the workflow")
    # Slack delivers the same run once more: nobody is told twice.
    (delivery,) = either.slack.delivery.of_type("function_executed")
    await either.slack.delivery.redeliver(delivery)
    await either.settled()
    assert len([m for m in either.workspace.dms("Bob") if m.is_bot]) == 1
    again = await ended(either, run(either, version="2.4.0"))
    assert "already" in again.error


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ({"app": "harbor"}, "There is no app called harbor. There are: harbour."),
        ({"version": "9.9"}, "Harbour has no release 9.9."),
        ({"group": "Beta"}, "There is no group called"),
    ],
)
async def test_a_run_that_cannot_be_fails_with_the_sentence(
    house: House, inputs: dict[str, object], sentence: str
) -> None:
    asking = Asking(house)
    await house.group("QA", "Bob")
    await house.with_app()
    await asking.said("Ann", "workflows on")

    failed = await ended(house, run(house, **inputs))

    assert sentence in failed.error
    assert [m for m in house.workspace.dms("Bob") if m.is_bot] == []


async def test_nobody_is_acted_for_without_their_word_and_their_right(house: House) -> None:
    asking = Asking(house)
    await asking.said("Ann", "roles give manager @cid")
    await house.group("QA", "Bob")
    await house.with_app()

    unasked = await ended(house, run(house))
    refused = await asking.said("Bob", "workflows on")
    await asking.said("Cid", "workflows on")
    await asking.said("Ann", "roles take manager @cid")
    gone = await ended(house, run(house, distributor=house.cid.id))

    assert "Ann Archer does not let workflows distribute in their name" in unasked.error
    assert "this takes the role admin or release manager" in refused
    assert "You may not distribute releases" in gone.error
    assert [m for m in house.workspace.dms("Bob") if m.is_bot] == []
    with pytest.raises(NotPossible, match="Missing parameter group"):
        house.workspace.run_step(names.DISTRIBUTE_STEP, app="harbour", distributor=house.ann.id)


async def test_slack_fails_while_the_run_is_ended(house: House) -> None:
    asking = Asking(house)
    await house.group("QA", "Bob")
    await house.with_app()
    await asking.said("Ann", "workflows on")
    house.slack.script("functions.completeSuccess", Fault.server_error(503), 2)
    house.slack.script("functions.completeSuccess", Fault.lost_answer(), 1)

    done = await ended(house, run(house))

    await house.settled()
    assert (done.state, done.outputs["told"]) == (ExecutionState.COMPLETED, 1)
    assert len([m for m in house.workspace.dms("Bob") if m.is_bot]) == 1
