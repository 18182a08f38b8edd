"""The road of a distribution: from one click to everybody told."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from provisioning.distributing.carrying import Carrying
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers
from storage.errors import SlipwayError

#: After how many people the card says how far it is.
PROGRESS_EVERY = 20

#: Seconds before those who could not be told just now are tried again; then they are given up,
#: which is said aloud with a way to try anew.
PAUSES = (15.0, 60.0, 300.0, 900.0, 1800.0, 3600.0, 3600.0, 7200.0)

TOO_LONG = "It could not be told for hours: {why}"


@dataclass(frozen=True, slots=True)
class Errand:
    """Something for one place or one person, that must not hold up the others."""

    name: str
    act: Callable[..., Awaitable[None]]
    args: tuple[str, ...]
    given_up: Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Distribute:
    """Find out who, announce in the channels, tell each, report."""

    carrying: Carrying
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
        await self._progress(step, "show start", distribution_id)
        places = await step("places", self.tellers.places, distribution_id)
        errands = [self._announcement(distribution_id, *place) for place in places]
        errands += [self._word(recipient_id) for recipient_id in waiting]
        await self._run(step, distribution_id, errands)
        await step("finish", self.carrying.finish, distribution_id)
        await step("show", self._show, distribution_id)
        await step("report", self.tellers.report, distribution_id)

    async def _run(self, step: Step, distribution_id: str, errands: Sequence[Errand]) -> None:
        """Run every errand; whoever cannot be reached just now is come back to, ever later."""
        left = [(errand, "") for errand in errands]
        for turn in range(len(PAUSES) + 1):
            left = await self._round(step, distribution_id, [one for one, _ in left], turn)
            if not left:
                return
            if turn < len(PAUSES):
                await self._progress(step, f"show round {turn}", distribution_id)
                await step.pause(f"pause {turn}", PAUSES[turn])
        for errand, why in left:
            await step(f"give up {errand.name}", errand.given_up, TOO_LONG.format(why=why))

    async def _round(
        self, step: Step, distribution_id: str, errands: Sequence[Errand], turn: int
    ) -> list[tuple[Errand, str]]:
        """Return the errands that failed in a way that may pass, each with why."""
        left: list[tuple[Errand, str]] = []
        for count, errand in enumerate(errands, start=1):
            name = f"{errand.name} {turn}" if turn else errand.name
            try:
                await step.briefly(name, errand.act, *errand.args)
            except SlipwayError as failure:
                if failure.transient:
                    left.append((errand, str(failure)))
                else:
                    await step(f"note {errand.name}", errand.given_up, str(failure))
            if count % PROGRESS_EVERY == 0:
                await self._progress(step, f"progress {turn}.{count}", distribution_id)
        return left

    def _announcement(self, distribution_id: str, teller: str, address: str) -> Errand:
        async def missed(why: str) -> None:
            await self.carrying.missed(distribution_id, f"One channel was not told. {why}")

        return Errand(
            name=f"announce {teller} {address}",
            act=self.tellers.announce,
            args=(teller, distribution_id, address),
            given_up=missed,
        )

    def _word(self, recipient_id: str) -> Errand:
        async def unreachable(why: str) -> None:
            await self.carrying.told(recipient_id, delivered=False, reason=why)

        return Errand(
            name=f"tell {recipient_id}",
            act=self._tell,
            args=(recipient_id,),
            given_up=unreachable,
        )

    async def _tell(self, recipient_id: str) -> None:
        teller = await self.carrying.waiting(recipient_id)
        if teller is None:
            return
        told = await self.tellers.tell(teller, recipient_id)
        await self.carrying.told(recipient_id, delivered=told.delivered, reason=told.reason)

    async def _progress(self, step: Step, name: str, distribution_id: str) -> None:
        """Show how far it is; nothing depends on it."""
        try:
            await step.briefly(name, self._show, distribution_id)
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
