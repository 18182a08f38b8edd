"""What people are shown of a pending order, as the records have it now."""

from dataclasses import dataclass
from datetime import datetime

from provisioning.distributing.wishes import asker_of, groups_in, order_of
from provisioning.releases.cards import GroupChip, ReleaseCard
from provisioning.releases.reading import Cards
from storage.catalog import groups, pending_orders
from storage.catalog.database import Database
from storage.records.pending_order import PendingOrder, PendingState


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingCard:
    """
    A pending order with what it is about.

    `platforms` are those that had no build when it was asked. `count` is how many releases go out
    together. With `acts` it ended in acts, and without in requests for an approval.
    """

    order_id: str
    state: PendingState
    by: str
    at: datetime
    due_at: datetime
    reason: str
    ended_by: str | None
    release: ReleaseCard
    version: str
    platforms: tuple[str, ...]
    count: int
    groups: tuple[GroupChip, ...]
    singles: int
    mandatory: bool
    notify: bool
    acts: bool

    @property
    def waits(self) -> bool:
        return self.state is PendingState.WAITING


class PendingCards:
    """Answers what is to be shown now of what waits, or waited, for another platform."""

    def __init__(self, database: Database, cards: Cards) -> None:
        self._database = database
        self._cards = cards

    async def one(self, order_id: str) -> PendingCard:
        """Raise NotFound."""
        async with self._database.reading() as session:
            order = await pending_orders.get(session, order_id)
            known = await groups.those(session, groups_in(order))
        return _card(
            order,
            await self._cards.release(order.release_id),
            tuple(
                GroupChip(id=one, name=known[one].name if one in known else "a deleted group")
                for one in groups_in(order)
            ),
        )


def _card(order: PendingOrder, release: ReleaseCard, chips: tuple[GroupChip, ...]) -> PendingCard:
    wish = order_of(order, key=order.key, by=asker_of(order))
    return PendingCard(
        order_id=order.id,
        state=order.state,
        by=order.requested_by,
        at=order.created_at,
        due_at=order.due_at,
        reason=order.reason,
        ended_by=order.ended_by,
        release=release,
        version=order.version,
        platforms=tuple(order.platforms),
        count=1 + len(order.app_ids),
        groups=chips,
        singles=len(wish.people),
        mandatory=wish.mandatory,
        notify=wish.notify,
        acts=order.distribution_id is not None,
    )
