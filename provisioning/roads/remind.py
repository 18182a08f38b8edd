"""The road of a milestone: what is mandatory says so, and who has to update is reminded."""

from dataclasses import dataclass

from provisioning.distributing.reminding import Reminding
from provisioning.roads.errands import Errand, run_errands
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers


@dataclass(frozen=True, slots=True)
class Remind:
    """
    Draw the release anew, remind those who have not fetched it, name whom nobody could remind.

    A subject is a milestone and its turn; it begins when the moment has come, by a tick of the
    clock.
    """

    reminding: Reminding
    tellers: Tellers

    def road(self) -> Road:
        return Road(name="remind", walk=self, unfinished=self.reminding.due, give_up=self._give_up)

    async def __call__(self, step: Step, subject: str) -> None:
        found = await step("resolve", self.reminding.resolve, subject)
        works = [
            Errand(f"show {one}", self.tellers.show_release, (one,), _left)
            for one in found["releases"]
        ]
        works += [self._word(one) for one in found["reminders"]]
        await run_errands(step, works, _quietly)
        missed = await step("finish", self.reminding.finish, subject)
        if missed:
            await step("say who was missed", self.tellers.trouble, *missed)

    def _word(self, reminder_id: str) -> Errand:
        async def unreachable(why: str) -> None:
            await self.reminding.told(reminder_id, delivered=False, reason=why)

        return Errand(
            name=f"remind {reminder_id}",
            act=self._tell,
            args=(reminder_id,),
            given_up=unreachable,
        )

    async def _tell(self, reminder_id: str) -> None:
        teller = await self.reminding.waiting(reminder_id)
        if teller is None:
            return
        told = await self.tellers.remind(teller, reminder_id)
        await self.reminding.told(reminder_id, delivered=told.delivered, reason=told.reason)

    async def _give_up(self, subject: str, reason: str) -> None:
        """Write down that it broke off, and say so to whoever made it mandatory."""
        if missed := await self.reminding.finish(subject, reason):
            await self.tellers.trouble(*missed)


async def _left(_why: str) -> None:
    """Leave it: the next milestone, or the next change, draws it."""


async def _quietly(_name: str) -> None:
    """Nobody waits for how far it is."""
