"""The road of an upload: from a file somewhere to a card with a draft."""

from dataclasses import dataclass

from provisioning.intake.intake import Intake
from provisioning.intake.preparing import Preparing
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers
from storage.errors import SlipwayError


@dataclass(frozen=True, slots=True)
class TakeIn:
    """
    Admit, greet, fetch, inspect, keep in the order of posting; the card follows along.

    A build that came in a zip is unwrapped and inspected once more. Once its card is there, it is
    prepared for the phones of testers who come later.
    """

    intake: Intake
    preparing: Preparing
    tellers: Tellers

    def road(self) -> Road:
        return Road(
            name="take_in",
            walk=self,
            unfinished=self.intake.unfinished,
            give_up=self._give_up,
            at_once=32,
            heavy={"fetch": 2, "inspect": 2, "unwrap": 2, "inspect inside": 2, "prepare": 1},
        )

    async def __call__(self, step: Step, upload_id: str) -> None:
        kept = False
        if await step("admit", self.intake.admit, upload_id):
            await self._greet(step, upload_id)
            kept = await self._take_in(step, upload_id)
        await step("show", self.tellers.show_upload, upload_id)
        if kept:
            await self._prepare(step, upload_id)

    async def _greet(self, step: Step, upload_id: str) -> None:
        """Say that it is being read; a build is taken in all the same when nobody can be told."""
        try:
            await step.briefly("greet", self.tellers.show_upload, upload_id)
        except SlipwayError:
            return

    async def _take_in(self, step: Step, upload_id: str) -> bool:
        """Return whether something was kept; if not, its record says why."""
        stored = await step("fetch", self.intake.fetch, upload_id)
        if stored is None:
            return False
        read = await step("inspect", self.intake.inspect, upload_id, stored)
        if read is not None and "inside" in read:
            stored = await step("unwrap", self.intake.unwrap, upload_id, stored, read)
            if stored is None:
                return False
            read = await step("inspect inside", self.intake.inspect, upload_id, stored)
        if read is None:
            return False
        await step("turn", self.intake.wait_turn, upload_id)
        await step("keep", self.intake.keep, upload_id, stored, read)
        return True

    async def _prepare(self, step: Step, upload_id: str) -> None:
        """Prepare a build that is kept already; what fails here is tried anew when it is signed."""
        try:
            if await step.briefly("prepare", self.preparing.prepare, upload_id):
                await step("show prepared", self.tellers.show_upload, upload_id)
        except SlipwayError:
            return

    async def _give_up(self, upload_id: str, reason: str) -> None:
        """Refuse it, and say so in its places."""
        await self.intake.give_up(upload_id, reason)
        await self.tellers.show_upload(upload_id)
