"""Custom steps of the app in workflows: their inputs, their ends, and every refusal."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.errors import NotPossible
from bot.sandbox.slack.functions import ExecutionState
from bot.sandbox.slack.manifest import Manifest
from bot.sandbox.slack.server import SandboxSlack, Setup
from tests.integration.slack.house import manifest
from tests.unit.bot.sandbox.slack.refusals import refused_with

STEP = "distribute_build"
OUTPUTS = {"release": "1", "told": 1, "waiting": 0, "not_reached": 0}


@pytest.fixture
async def slack() -> AsyncGenerator[SandboxSlack]:
    async with SandboxSlack.serve(setup=Setup(manifest=manifest())) as server:
        yield server


@pytest.fixture
def client(slack: SandboxSlack, session: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)


async def test_a_run_takes_one_end_with_the_outputs_of_the_manifest(
    slack: SandboxSlack, client: AsyncWebClient
) -> None:
    person = slack.workspace.person("Ann").id
    run = slack.workspace.run_step(STEP, app="a", group="g", distributor=person)

    wrong = {**OUTPUTS, "told": "many"}
    async with refused_with("parameter_validation_failed"):
        await client.functions_completeSuccess(function_execution_id=run.id, outputs=wrong)
    async with refused_with("function_execution_not_found"):
        await client.functions_completeError(function_execution_id="Fx0", error="No.")
    await client.functions_completeSuccess(function_execution_id=run.id, outputs=OUTPUTS)
    async with refused_with("execution_not_in_running_state"):
        await client.functions_completeError(function_execution_id=run.id, error="No.")

    assert (run.state, run.outputs) == (ExecutionState.COMPLETED, OUTPUTS)
    assert len(slack.delivery.of_type("function_executed")) == 1


async def test_what_slack_would_not_begin(slack: SandboxSlack) -> None:
    with pytest.raises(NotPossible, match="no step nothing"):
        slack.workspace.run_step("nothing")
    with pytest.raises(NotPossible, match="Missing parameter app"):
        slack.workspace.run_step(STEP, group="g", distributor="U1")
    with pytest.raises(NotPossible, match="Unknown parameter color"):
        slack.workspace.run_step(STEP, app="a", group="g", distributor="U1", color="red")


def test_an_app_with_steps_has_to_be_ready_for_organizations() -> None:
    given = dict(manifest())
    given["settings"] = {**given["settings"], "org_deploy_enabled": False}

    with pytest.raises(ValueError, match="org_deploy_enabled"):
        Manifest.read(given)
