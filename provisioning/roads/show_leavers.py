"""The road of a message to those who manage: who left, or came back."""

from dataclasses import dataclass

from provisioning.leaving.announcing import Announcing
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers


@dataclass(frozen=True, slots=True)
class ShowLeavers:
    """Draw it, for the first time or after somebody gave something back."""

    announcing: Announcing
    tellers: Tellers

    def road(self) -> Road:
        return Road(
            name="show_leavers",
            walk=self,
            unfinished=self.announcing.unshown,
            give_up=self._give_up,
        )

    async def __call__(self, step: Step, subject: str) -> None:
        await step("show", self.tellers.show_leavers, subject.partition("@")[0])
        await step("shown", self.announcing.shown, subject)

    async def _give_up(self, subject: str, reason: str) -> None:
        """Try again later: what was taken from people is not kept from those who manage."""
        del reason  # The engine has it in the log.
        await self.announcing.put_off(subject)
