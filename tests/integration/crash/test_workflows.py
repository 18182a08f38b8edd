"""A step of a workflow, killed at every boundary: people are told once, and the run ends."""

import asyncio

import pytest

from bot.sandbox.slack.functions import ExecutionState
from bot.slack.kit import names
from storage.catalog import organizations, step_runs
from storage.catalog.database import Database
from tests.integration.crash.harness import Child
from tests.integration.crash.living import live
from tests.integration.crash.scene import Scene, first_of, keys_in, on_both, with_draft

RUN_STEP = ("order", "conclude", "answer", "answered")


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    on_both(RUN_STEP, soon={"done:answer"}),
    indirect=["long_engine_home"],
)
async def test_killed_while_a_workflow_distributes_each_is_told_once(
    scene: Scene, boundary: str
) -> None:
    await _given(scene)
    dying = await asyncio.to_thread(Child.start, live, scene.settings(), die_at=first_of(boundary))
    await scene.slack.connected(within=60)
    run = scene.workspace.run_step(
        names.DISTRIBUTE_STEP,
        app="harbour",
        group="QA",
        distributor=scene.workspace.person("Ann").id,
    )
    await scene.dies(dying, boundary)

    async with scene.living():
        await scene.workspace.eventually(
            lambda: run.state is not ExecutionState.RUNNING, timeout=90
        )

    assert run.outputs.get("told") == 2, f"After dying {boundary}: {run}"
    for person in ("Bob", "Dee"):
        told = [m for m in scene.workspace.dms(person) if m.is_bot]
        assert len(told) == 1, f"After dying {boundary} {person} was told {len(told)} times."
    assert set(keys_in(scene, "#qa").values()) == {1}
    assert scene.slack.violations == []


async def _given(scene: Scene) -> None:
    """Write down a draft and a group, and that Ann lets workflows distribute in her name."""
    await with_draft(scene)
    database = Database(scene.home.database_url)
    async with database.writing() as session:
        organization = await organizations.named(session, "main")
        await step_runs.consent(session, organization.id, scene.workspace.person("Ann").id)
    await database.close()
