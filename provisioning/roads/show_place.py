"""The road to one more place: an upload that was seen somewhere else gets a card there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from provisioning.intake.intake import Intake
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers


@dataclass(frozen=True, slots=True)
class ShowPlace:
    """Draw the card of an upload at a place where it was seen later: `upload@teller@address`."""

    intake: Intake
    tellers: Tellers

    def road(self) -> Road:
        return Road(name="show_place", walk=self, unfinished=nothing_waits, give_up=self._give_up)

    async def __call__(self, step: Step, subject: str) -> None:
        await step("show", self.tellers.show_upload, subject.partition("@")[0])

    async def _give_up(self, subject: str, reason: str) -> None:
        """Say it to whoever brought the file in."""
        reference, file_name = await self.intake.sender_of(subject.partition("@")[0])
        sentence = f"The card of {file_name} could not be shown where it was shared again: {reason}"
        await self.tellers.trouble(reference, sentence)


async def nothing_waits(_before: datetime, _since: datetime) -> Sequence[str]:
    """Whoever shares a file again starts this road; a start that was lost costs one card."""
    return ()
