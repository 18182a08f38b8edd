"""The road of a recall: from links that answer no more to everybody told who may have it."""

from dataclasses import dataclass

from provisioning.distributing.taking_back import TakingBack, recall_of
from provisioning.roads.errands import Errand, run_errands
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers
from storage.errors import SlipwayError


@dataclass(frozen=True, slots=True)
class TakeBack:
    """
    Find out who may have it, show it, tell them, take the buttons off old messages, report.

    The links stopped before the road began. A subject is a recall and a turn of telling.
    """

    taking_back: TakingBack
    tellers: Tellers

    def road(self) -> Road:
        return Road(
            name="recall",
            walk=self,
            unfinished=self.taking_back.unfinished,
            give_up=self._give_up,
        )

    async def __call__(self, step: Step, subject: str) -> None:
        recall_id = recall_of(subject)
        found = await step("resolve", self.taking_back.resolve, subject)
        await self._progress(step, "show start", found["releases"])
        works = [self._word(notice_id) for notice_id in found["notices"]]
        works += [self._old_message(one) for one in found["recipients"]]

        async def progress(name: str) -> None:
            await self._report(step, name, recall_id)

        await run_errands(step, works, progress)
        await step("finish", self.taking_back.finish, subject)
        for release_id in found["releases"]:
            await step(f"show {release_id}", self.tellers.show_release, release_id)
        await step("report", self.tellers.report_recall, recall_id)

    def _word(self, notice_id: str) -> Errand:
        async def unreachable(why: str) -> None:
            await self.taking_back.told(notice_id, delivered=False, reason=why)

        return Errand(
            name=f"tell {notice_id}", act=self._tell, args=(notice_id,), given_up=unreachable
        )

    def _old_message(self, recipient_id: str) -> Errand:
        async def left(_why: str) -> None:
            """Its link answers no more, whatever the message says."""

        return Errand(
            name=f"take back {recipient_id}",
            act=self.tellers.take_back,
            args=(recipient_id,),
            given_up=left,
        )

    async def _tell(self, notice_id: str) -> None:
        teller = await self.taking_back.waiting(notice_id)
        if teller is None:
            return
        told = await self.tellers.tell_recall(teller, notice_id)
        await self.taking_back.told(notice_id, delivered=told.delivered, reason=told.reason)

    async def _progress(self, step: Step, name: str, release_ids: list[str]) -> None:
        """Show it where it stands, as soon as may be; the end of the road shows it for good."""
        for release_id in release_ids:
            try:
                await step.briefly(f"{name} {release_id}", self.tellers.show_release, release_id)
            except SlipwayError:
                continue

    async def _report(self, step: Step, name: str, recall_id: str) -> None:
        """Say how far it is; nothing depends on it."""
        try:
            await step.briefly(name, self.tellers.report_recall, recall_id)
        except SlipwayError:
            return

    async def _give_up(self, subject: str, reason: str) -> None:
        """Write down that the telling broke off, and say so to whoever recalled it."""
        await self.taking_back.fail(subject, reason)
        await self.tellers.report_recall(recall_of(subject))
