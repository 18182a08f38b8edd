"""The road of a step in a workflow of Slack's: distribute, wait, and say what came of it."""

from dataclasses import dataclass
from typing import Final

from provisioning.distributing.step_runs import StepRuns
from provisioning.roads.looks import come_about
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers
from storage.errors import SlipwayError

LOST: Final = (
    "A workflow that distributes in your name could not be told what came of it, and hangs: end it "
    "in Slack. {why}"
)


@dataclass(frozen=True, slots=True)
class RunStep:
    """Whatever happens, the run ends: with its counts, or with the sentence why not."""

    runs: StepRuns
    tellers: Tellers

    def road(self) -> Road:
        return Road(
            name="run_step", walk=self, unfinished=self.runs.unanswered, give_up=self._give_up
        )

    async def __call__(self, step: Step, run_id: str) -> None:
        try:
            await step("order", self.runs.order, run_id)
        except SlipwayError as error:
            await step("fail", self.runs.fail, run_id, str(error))
        else:
            await come_about(step, "", self.runs.is_over, run_id)
            await step("conclude", self.runs.conclude, run_id)
        await step("answer", self.tellers.answer_step, run_id)
        await step("answered", self.runs.answered, run_id)

    async def _give_up(self, run_id: str, reason: str) -> None:
        """Say so to whoever it acts for; the workflow itself cannot be reached."""
        await self.runs.fail(run_id, reason)
        await self.runs.answered(run_id)
        await self.tellers.trouble(await self.runs.sender_of(run_id), LOST.format(why=reason))
