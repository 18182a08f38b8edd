"""The road of an upload: from a file somewhere to a card with a draft."""

from dataclasses import dataclass

from provisioning.intake.intake import Intake
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers
from storage.errors import SlipwayError


@dataclass(frozen=True, slots=True)
class TakeIn:
    """
    Admit, greet, fetch, inspect, keep in the order of posting; the card follows along.

    A build that came in a zip is unwrapped and inspected once more.
    """

    intake: Intake
    tellers: Tellers

    def road(self) -> Road:
        return Road(
            name="take_in",
            walk=self,
            unfinished=self.intake.unfinished,
            give_up=self._give_up,
            at_once=32,
            heavy={"fetch": 2, "inspect": 2, "unwrap": 2, "inspect inside": 2},
        )

    async def __call__(self, step: Step, upload_id: str) -> None:
        if await step("admit", self.intake.admit, upload_id):
            await self._greet(step, upload_id)
            await self._take_in(step, upload_id)
        await step("show", self.tellers.show_upload, upload_id)

    async def _greet(self, step: Step, upload_id: str) -> None:
        """Say that it is being read; a build is taken in all the same when nobody can be told."""
        try:
            await step.briefly("greet", self.tellers.show_upload, upload_id)
        except SlipwayError:
            return

    async def _take_in(self, step: Step, upload_id: str) -> None:
        stored = await step("fetch", self.intake.fetch, upload_id)
        if stored is None:
            return
        read = await step("inspect", self.intake.inspect, upload_id, stored)
        if read is not None and "inside" in read:
            stored = await step("unwrap", self.intake.unwrap, upload_id, stored, read)
            if stored is None:
                return
            read = await step("inspect inside", self.intake.inspect, upload_id, stored)
        if read is None:
            return
        await step("turn", self.intake.wait_turn, upload_id)
        await step("keep", self.intake.keep, upload_id, stored, read)

    async def _give_up(self, upload_id: str, reason: str) -> None:
        """Refuse it, and say so in its places."""
        await self.intake.give_up(upload_id, reason)
        await self.tellers.show_upload(upload_id)
