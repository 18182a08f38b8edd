"""The road of a mandate: from terms that hold to every message that says so."""

from dataclasses import dataclass

from provisioning.distributing.mandates import Mandates
from provisioning.distributing.reminding import Reminding
from provisioning.roads.errands import Errand, run_errands
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers


@dataclass(frozen=True, slots=True)
class MandateRoad:
    """
    Draw the release anew, say in its threads who did it, then draw what people were told of it.

    What an act says holds before the road begins.
    """

    mandates: Mandates
    reminding: Reminding
    tellers: Tellers

    def road(self) -> Road:
        return Road(
            name="mandate",
            walk=self,
            unfinished=self.mandates.unfinished,
            give_up=self.reminding.end_mandate,
        )

    async def __call__(self, step: Step, subject: str) -> None:
        found = await step("resolve", self.reminding.resolve_mandate, subject)
        tellers = self.tellers
        works = [
            Errand(f"show {one}", tellers.show_release, (one,), _left) for one in found["releases"]
        ]
        works.append(Errand("report", tellers.report_mandate, (subject,), _left))
        works += [
            Errand(f"redraw {one}", tellers.redraw, (one,), _left) for one in found["recipients"]
        ]
        works += [
            Errand(f"remind {one}", tellers.redraw_reminder, (one,), _left)
            for one in found["reminders"]
        ]
        await run_errands(step, works, _quietly)
        await step("finish", self.reminding.end_mandate, subject)


async def _left(_why: str) -> None:
    """Leave an old message: the install page and Home say what holds."""


async def _quietly(_name: str) -> None:
    """Nobody waits for how far it is."""
