"""The road of an upload: from a file somewhere to a card with a draft."""

from dataclasses import dataclass

from provisioning.intake.intake import Intake
from provisioning.ports import Announcer
from provisioning.roads.road import Step


@dataclass(frozen=True, slots=True)
class TakeIn:
    """Fetch, inspect, keep; the card follows along."""

    intake: Intake
    announcer: Announcer

    async def __call__(self, step: Step, upload_id: str) -> None:
        await step("greet", self.announcer.show_upload, upload_id)
        try:
            await self._take_in(step, upload_id)
        except Exception:
            # Whatever nobody foresaw still gets a sentence in the thread; the engine logs the rest.
            await step("give up", self.intake.give_up, upload_id)
            await step("show failure", self.announcer.show_upload, upload_id)
            raise
        await step("show", self.announcer.show_upload, upload_id)

    async def _take_in(self, step: Step, upload_id: str) -> None:
        stored = await step("fetch", self.intake.fetch, upload_id)
        if stored is None:
            return
        read = await step("inspect", self.intake.inspect, upload_id, stored)
        if read is None:
            return
        await step("keep", self.intake.keep, upload_id, stored, read)
