"""The road after a wave: those who were held for a release are told, now that they can install."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from provisioning.distributing.carrying import Carrying
from provisioning.distributing.covering import Covering
from provisioning.roads.errands import Errands, run_errands
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers
from storage.errors import SlipwayError

BROKE_OFF: Final = (
    "Whoever waited until {app} was signed for their phone was not told that it is. {why} "
    "Distribute it to the same people again to tell them."
)


@dataclass(frozen=True, slots=True)
class TellHeld:
    """
    Find who can, tell each, draw how far it went.

    A subject is a wave and a release: each wave is a start of its own. Nothing of it is left
    unfinished that the next wave's end would not take up.
    """

    carrying: Carrying
    covering: Covering
    tellers: Tellers

    def road(self) -> Road:
        return Road(name="tell_held", walk=self, unfinished=_nothing, give_up=self._give_up)

    async def __call__(self, step: Step, subject: str) -> None:
        found = await step("due", self.covering.due, subject)
        await step("free", self.covering.free, found["recipients"])
        release_id = _release_of(subject)

        async def progress(name: str) -> None:
            await self._show(step, name, release_id)

        errands = Errands(self.carrying, self.tellers)
        works = [errands.word(recipient_id) for recipient_id in found["recipients"]]
        await run_errands(step, works, progress)
        await progress("show")
        for distribution_id in found["acts"]:
            await self._report(step, distribution_id)

    async def _show(self, step: Step, name: str, release_id: str) -> None:
        """Draw the release anew; nothing depends on it."""
        try:
            await step.briefly(name, self.tellers.show_release, release_id)
        except SlipwayError:
            return

    async def _report(self, step: Step, distribution_id: str) -> None:
        """Bring what was said of an act up to date; nothing depends on it."""
        try:
            await step.briefly(f"report {distribution_id}", self.tellers.report, distribution_id)
        except SlipwayError:
            return

    async def _give_up(self, subject: str, reason: str) -> None:
        """Say to whoever sent it that those who were held were not told."""
        sender, app = await self.carrying.sender_of(_release_of(subject))
        await self.tellers.trouble(sender, BROKE_OFF.format(app=app, why=reason))


async def _nothing(_before: datetime, _since: datetime) -> Sequence[str]:
    return ()


def _release_of(subject: str) -> str:
    return subject.partition("@")[2]
