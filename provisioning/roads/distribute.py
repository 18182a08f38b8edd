"""The road of a distribution: from one click to everybody told."""

from dataclasses import dataclass

from provisioning.distributing.distributions import Distributions
from provisioning.ports import Announcer
from provisioning.roads.road import Step

#: After how many people the card says how far it is.
PROGRESS_EVERY = 20


@dataclass(frozen=True, slots=True)
class Distribute:
    """Find out who, announce in the channels, tell each, report."""

    distributions: Distributions
    announcer: Announcer

    async def __call__(self, step: Step, distribution_id: str) -> None:
        waiting = await step("resolve", self.distributions.resolve, distribution_id)
        await step("show start", self._show, distribution_id)
        for channel_id in await step("channels", self.distributions.channels, distribution_id):
            await step(
                f"announce {channel_id}", self.announcer.announce, distribution_id, channel_id
            )
        for count, delivery_id in enumerate(waiting, start=1):
            await step(f"tell {delivery_id}", self._tell, delivery_id)
            if count % PROGRESS_EVERY == 0:
                await step(f"progress {count}", self._show, distribution_id)
        await step("finish", self.distributions.finish, distribution_id)
        await step("show", self._show, distribution_id)
        await step("report", self.announcer.report, distribution_id)

    async def _tell(self, delivery_id: str) -> None:
        if not await self.distributions.is_waiting(delivery_id):
            return
        told = await self.announcer.tell(delivery_id)
        await self.distributions.told(delivery_id, delivered=told.delivered, reason=told.reason)

    async def _show(self, distribution_id: str) -> None:
        release_id = await self.distributions.release_of(distribution_id)
        await self.announcer.show_release(release_id)
