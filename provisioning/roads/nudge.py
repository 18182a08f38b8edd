"""The road of a nudge: from those who were confirmed to each of them reminded, once."""

from dataclasses import dataclass

from provisioning.following.nudging import Nudging, nudge_of
from provisioning.roads.errands import Errand, run_errands
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers
from storage.errors import SlipwayError


@dataclass(frozen=True, slots=True)
class RemindPeople:
    """Remind each, report. A subject is a nudge and a turn of telling."""

    nudging: Nudging
    tellers: Tellers

    def road(self) -> Road:
        return Road(
            name="nudge",
            walk=self,
            unfinished=self.nudging.unfinished,
            give_up=self._give_up,
        )

    async def __call__(self, step: Step, subject: str) -> None:
        word_ids = await step("resolve", self.nudging.resolve, subject)

        async def progress(name: str) -> None:
            await self._report(step, name, nudge_of(subject))

        await run_errands(step, [self._word(word_id) for word_id in word_ids], progress)
        await step("finish", self.nudging.finish, subject)
        await step("report", self.tellers.report_nudge, nudge_of(subject))

    def _word(self, word_id: str) -> Errand:
        async def unreachable(why: str) -> None:
            await self.nudging.told(word_id, delivered=False, reason=why)

        return Errand(name=f"tell {word_id}", act=self._tell, args=(word_id,), given_up=unreachable)

    async def _tell(self, word_id: str) -> None:
        teller = await self.nudging.waiting(word_id)
        if teller is None:
            return
        told = await self.tellers.tell_nudge(teller, word_id)
        await self.nudging.told(word_id, delivered=told.delivered, reason=told.reason)

    async def _report(self, step: Step, name: str, nudge_id: str) -> None:
        """Say how far it is; nothing depends on it."""
        try:
            await step.briefly(name, self.tellers.report_nudge, nudge_id)
        except SlipwayError:
            return

    async def _give_up(self, subject: str, reason: str) -> None:
        """Write down that it broke off, and say so to whoever asked for it."""
        await self.nudging.fail(subject, reason)
        await self.tellers.report_nudge(nudge_of(subject))
