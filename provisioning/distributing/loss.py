"""Loss: what a recall takes from whom, and what is current in its place."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from storage.catalog import destinations
from storage.catalog.database import Session
from storage.records.destination import Destination, DestinationKind
from storage.records.distribution import Recipient, RecipientState


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """
    What an order takes: *destinations*, and *lost* recipients.

    `kept` are the recipients of a taken destination whose person has the release by another one.
    """

    destinations: tuple[Destination, ...]
    lost: tuple[Recipient, ...]
    kept: Mapping[str, tuple[str, ...]]

    @property
    def testers(self) -> set[str]:
        return {one.tester_id for one in self.lost}


def loss_of(
    rows: Sequence[Destination],
    given: Sequence[Recipient],
    group_ids: Collection[str],
    tester_ids: Collection[str],
    others: Mapping[str, str],
    *,
    whole: bool,
) -> Loss:
    """Return what an order takes: everything when it is for the *whole*, and never by mistake."""
    wanted = {(DestinationKind.GROUP, one) for one in group_ids}
    wanted |= {(DestinationKind.TESTER, one) for one in tester_ids}
    taken = [
        row
        for row in rows
        if row.recalled_at is None and (whole or (row.kind, row.target_id) in wanted)
    ]
    ids = {row.id for row in taken}
    lost: list[Recipient] = []
    kept: dict[str, list[str]] = {}
    for one in given:
        if one.state is RecipientState.WITHDRAWN:
            continue
        if whole or one.tester_id in tester_ids:
            lost.append(one)
        elif one.destination_id in ids and one.tester_id in others:
            kept.setdefault(others[one.tester_id], []).append(one.id)
        elif one.destination_id in ids:
            lost.append(one)
    return Loss(
        destinations=tuple(taken),
        lost=tuple(lost),
        kept={target: tuple(ids) for target, ids in kept.items()},
    )


async def successors(
    session: Session, app_id: str, taken: Sequence[Destination]
) -> list[Destination]:
    """
    Return what is current again where something current is taken: the newest that was before.

    It may be asked before and after the taking.
    """
    ids = {row.id for row in taken}
    release_ids = {row.release_id for row in taken}
    found: list[Destination] = []
    for kind in {row.kind for row in taken}:
        ended = {row.target_id for row in taken if row.kind is kind and row.superseded_at is None}
        newest: dict[str, Destination] = {}
        for row, _ in await destinations.before(session, app_id, kind, ended):
            if row.id not in ids and row.release_id not in release_ids:
                newest.setdefault(row.target_id, row)
        found += [row for row in newest.values() if row.superseded_at is not None]
    return found
