"""Tells workflows of Slack's what came of our step in them."""

from dataclasses import dataclass
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.kit import mrkdwn
from bot.slack.line.health import SlackStanding
from bot.slack.line.meaning import in_our_words
from provisioning.distributing.step_runs import StepRuns
from provisioning.errors import TellerFailed

#: The run ended already: by an answer of ours that was lost, or by somebody in Slack.
OVER: Final = frozenset({"execution_not_in_running_state", "function_execution_not_found"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTeller:
    """May be asked again: Slack takes one answer for each run."""

    client: AsyncWebClient
    standing: SlackStanding
    runs: StepRuns

    async def answer(self, run_id: str) -> None:
        """End a run with its counts, or with the sentence why nothing was sent."""
        outcome = await self.runs.outcome(run_id)
        try:
            with in_our_words(self.standing):
                if outcome.reason:
                    await self.client.functions_completeError(
                        function_execution_id=outcome.execution_id,
                        error=mrkdwn.cut(outcome.reason, 1000),
                    )
                else:
                    await self.client.functions_completeSuccess(
                        function_execution_id=outcome.execution_id, outputs=dict(outcome.counts)
                    )
        except TellerFailed as failure:
            if failure.data.get("slack") not in OVER:
                raise
