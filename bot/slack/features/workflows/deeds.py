"""What happens behind the listeners: what a workflow asks for, and a person's word about it."""

from dataclasses import dataclass

from bot.slack.features.workflows import messages
from bot.slack.kit import names
from bot.slack.kit.grammar import words
from bot.slack.kit.payloads import Body, at, text, text_or_none
from bot.slack.kit.verbs import Asked, Reply, unknown
from provisioning.distributing.step_runs import StepRuns, StepWish
from provisioning.errors import Unclear


def wish_of(event: Body) -> StepWish:
    """Return what a workflow asks for. What is missing is said by the road, in its answer."""
    inputs = at(event, "inputs")

    def filled(name: str) -> str:
        return (text_or_none(inputs, name) or "").strip()

    return StepWish(
        execution_id=text(event, "function_execution_id"),
        slack_id=filled(names.STEP_PERSON),
        app=filled(names.STEP_APP),
        version=filled(names.STEP_VERSION),
        group=filled(names.STEP_GROUP),
        notes=filled(names.STEP_NOTES),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowDesk:
    """Answers the verb."""

    runs: StepRuns

    async def typed(self, asked: Asked) -> Reply:
        """Say how it stands, or change it. Raise NotAllowed; Unclear for another word."""
        said = words(asked.rest)
        if not said:
            return messages.standing(on=await self.runs.lets(asked.by))
        if said[0].lower() not in messages.SWITCH:
            raise Unclear(unknown(said[0], sorted(messages.SWITCH), "workflows"))
        on = said[0].lower() == "on"
        await self.runs.let(asked.by, on=on)
        return messages.standing(on=on)
