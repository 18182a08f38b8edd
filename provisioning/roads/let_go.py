"""The road of somebody who left: what they still have is taken from them."""

from dataclasses import dataclass

from provisioning.distributing.release_approvals import ReleaseApprovals
from provisioning.leaving.departures import Departures
from provisioning.leaving.letting_go import LettingGo
from provisioning.roads.road import Road, Step


@dataclass(frozen=True, slots=True)
class LetGo:
    """
    Take part after part; those who manage are told by the clock, of all who left at once.

    What they asked for, or said yes to, of releases is looked at anew.
    """

    departures: Departures
    letting_go: LettingGo
    approvals: ReleaseApprovals

    def road(self) -> Road:
        return Road(
            name="let_go",
            walk=self,
            unfinished=self.departures.unfinished,
            give_up=self.letting_go.break_off,
        )

    async def __call__(self, step: Step, departure_id: str) -> None:
        for part in await step("parts", self.letting_go.parts, departure_id):
            await step(part, self.letting_go.take, departure_id, part)
        await step("approvals", self._look_at_approvals, departure_id)
        await step("done", self.letting_go.done, departure_id)

    async def _look_at_approvals(self, departure_id: str) -> None:
        await self.approvals.returned(await self.departures.reference_of(departure_id))
