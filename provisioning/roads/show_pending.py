"""The road of a pending order: everybody who should sees that it waits, or what became of it."""

from dataclasses import dataclass
from typing import Final

from provisioning.distributing.pending_orders import PendingOrders
from provisioning.roads.errands import Errand, run_errands
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers

UNSEEN: Final = (
    "What you asked to send together could not be shown on its card and in its thread. Look at the "
    "card: it says whether it waits still. {why}"
)


@dataclass(frozen=True, slots=True)
class ShowPending:
    """
    Show on the cards, in the release's thread, and to whoever asked, how a pending order stands.

    A subject is an order and the turn of it that is shown: each change has a road of its own. What
    it says has come about before the road begins.
    """

    orders: PendingOrders
    tellers: Tellers

    def road(self) -> Road:
        return Road(
            name="show_pending",
            walk=self,
            unfinished=self.orders.unshown,
            give_up=self._give_up,
        )

    async def __call__(self, step: Step, subject: str) -> None:
        found = await step("begin", self.orders.begun, subject)
        order_id, release_id = found["order"], found["release"]
        works = [
            Errand(name="cards", act=self.tellers.show_release, args=(release_id,), given_up=_left),
            Errand(name="log", act=self.tellers.report_pending, args=(order_id,), given_up=_left),
            Errand(name="tell", act=self.tellers.tell_pending, args=(order_id,), given_up=_left),
        ]
        await run_errands(step, works, _quietly)
        await step("finish", self.orders.shown, subject)

    async def _give_up(self, subject: str, reason: str) -> None:
        """Say so to whoever asked, and leave the rest to the card."""
        found = await self.orders.begun(subject)
        await self.orders.shown(subject)
        await self.tellers.trouble(found["by"], UNSEEN.format(why=reason))


async def _left(_why: str) -> None:
    """Leave it: whoever draws the card next shows how it stands."""


async def _quietly(_name: str) -> None:
    """Nobody waits for how far it is."""
