"""The road of a distribution: from one click to everybody told."""

from dataclasses import dataclass

from provisioning.distributing.carrying import Carrying
from provisioning.distributing.covering import Covering
from provisioning.roads.errands import Errand, Errands, run_errands
from provisioning.roads.looks import come_about
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers
from storage.errors import SlipwayError


@dataclass(frozen=True, slots=True)
class Distribute:
    """Find out who, sign for their phones, announce in the channels, tell each, report."""

    carrying: Carrying
    covering: Covering
    tellers: Tellers

    def road(self) -> Road:
        return Road(
            name="distribute",
            walk=self,
            unfinished=self.carrying.unfinished,
            give_up=self._give_up,
        )

    async def __call__(self, step: Step, distribution_id: str) -> None:
        waiting = await step("resolve", self.carrying.resolve, distribution_id)
        waves = await step("cover", self.covering.cover, distribution_id, waiting)
        if waves:
            # Nobody is told before it is signed, as far as it can be; the others are held.
            await self._progress(step, "show signing", distribution_id)
            await self._say_that_it_waits(step, distribution_id)
            await come_about(step, "signing ", self.covering.have_ended, waves)
            await step("go on", self.covering.go_on, distribution_id, waiting, waves)
        await self._progress(step, "show start", distribution_id)
        places = await step("places", self.tellers.places, distribution_id)
        errands = Errands(self.carrying, self.tellers)
        works = [self._announcement(distribution_id, *place) for place in places]
        works += [errands.word(recipient_id) for recipient_id in waiting]

        async def progress(name: str) -> None:
            await self._progress(step, name, distribution_id)

        await run_errands(step, works, progress)
        await step("finish", self.carrying.finish, distribution_id)
        await step("show", self._show, distribution_id)
        await step("report", self.tellers.report, distribution_id)

    def _announcement(self, distribution_id: str, teller: str, address: str) -> Errand:
        async def missed(why: str) -> None:
            await self.carrying.missed(distribution_id, f"One channel was not told. {why}")

        return Errand(
            name=f"announce {teller} {address}",
            act=self.tellers.announce,
            args=(teller, distribution_id, address),
            given_up=missed,
        )

    async def _progress(self, step: Step, name: str, distribution_id: str) -> None:
        """Show how far it is; nothing depends on it."""
        try:
            await step.briefly(name, self._show, distribution_id)
        except SlipwayError:
            return

    async def _say_that_it_waits(self, step: Step, distribution_id: str) -> None:
        """Say where it was sent from why nobody hears of it yet; nothing depends on it."""
        try:
            await step.briefly("report signing", self.tellers.report, distribution_id)
        except SlipwayError:
            return

    async def _show(self, distribution_id: str) -> None:
        release_id = await self.carrying.release_of(distribution_id)
        await self.tellers.show_release(release_id)

    async def _give_up(self, distribution_id: str, reason: str) -> None:
        """Write down that it broke off, and say so to whoever sent it."""
        await self.carrying.fail(distribution_id, reason)
        await self.tellers.report(distribution_id)
        await self._show(distribution_id)
