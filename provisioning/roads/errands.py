"""Errands: things for many places and people, none of which holds up the others."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from provisioning.distributing.carrying import Carrying
from provisioning.roads.road import Step
from provisioning.telling.tellers import Tellers
from storage.errors import SlipwayError

#: After how many people the card says how far it is.
PROGRESS_EVERY = 20

#: Seconds before those who could not be told just now are tried again; then they are given up,
#: which is said aloud with a way to try anew.
PAUSES = (15.0, 60.0, 300.0, 900.0, 1800.0, 3600.0, 3600.0, 7200.0)

TOO_LONG = "It could not be told for hours: {why}"

#: Shows how far it is, as a step of this name.
Progress = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Errand:
    """Something for one place or one person, that must not hold up the others."""

    name: str
    act: Callable[..., Awaitable[None]]
    args: tuple[str, ...]
    given_up: Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Errands:
    """Makes the errands that tell people of a release."""

    carrying: Carrying
    tellers: Tellers

    def word(self, recipient_id: str) -> Errand:
        """Return the errand of telling a recipient, if they wait for it."""

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
            # Whoever did this died before it was noted, and it may have been taken back since.
            await self.tellers.take_back(recipient_id)
            return
        told = await self.tellers.tell(teller, recipient_id)
        if await self.carrying.told(recipient_id, delivered=told.delivered, reason=told.reason):
            return
        # It was taken back from them while they were told.
        await self.tellers.take_back(recipient_id)


async def run_errands(step: Step, errands: Sequence[Errand], progress: Progress) -> None:
    """Run every errand; whoever cannot be reached just now is come back to, ever later."""
    left = [(errand, "") for errand in errands]
    for turn in range(len(PAUSES) + 1):
        left = await _round(step, [one for one, _ in left], turn, progress)
        if not left:
            return
        if turn < len(PAUSES):
            await progress(f"show round {turn}")
            await step.pause(f"pause {turn}", PAUSES[turn])
    for errand, why in left:
        await step(f"give up {errand.name}", errand.given_up, TOO_LONG.format(why=why))


async def _round(
    step: Step, errands: Sequence[Errand], turn: int, progress: Progress
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
            await progress(f"progress {turn}.{count}")
    return left
