"""Places: what is current where a release is sent, and what becomes of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from provisioning.people.audience import Audience, Target
from storage.catalog import destinations
from storage.catalog.database import Database, Session
from storage.records.destination import Destination, DestinationKind
from storage.records.release import Release


class OrderOutcome(Enum):
    """What becomes of a place when a release is sent there."""

    FIRST = auto()  #: It has nothing of the app: the release is its current one.
    NEWER = auto()  #: The release takes the place of an older one.
    SAME = auto()  #: It has this one.
    BESIDE = auto()  #: It has a newer one, which stays current.
    INSTEAD = auto()  #: The release takes the place of a newer one, since somebody wants that.


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlace:
    """
    A group or a tester that a release is sent to.

    `there` is what is current there, with the number of its release. With `had` it has the release
    already. `is_moved`: what the release was to take the place of is not current there any more.
    """

    target: Target
    outcome: OrderOutcome
    had: bool
    there: tuple[Destination, int] | None = None
    is_moved: bool = False

    @property
    def becomes_current(self) -> bool:
        return self.outcome in {OrderOutcome.FIRST, OrderOutcome.NEWER, OrderOutcome.INSTEAD}

    @property
    def returns(self) -> bool:
        """Whether the release was current there before, and is so again."""
        return self.had and self.becomes_current

    @property
    def replaced(self) -> str | None:
        """The id of the release that people are told to leave for this one."""
        told = self.returns or self.outcome is OrderOutcome.INSTEAD
        return self.there[0].release_id if self.there and told else None


async def places_of(
    session: Session, release: Release, targets: Collection[Target], over: Mapping[str, str]
) -> list[OrderPlace]:
    """
    Return what becomes of some targets when a release is sent to them, in their order.

    *over* has the releases that it is to take the place of though they are newer, by target.
    """
    kept = await destinations.of_releases(session, [release.id])
    having = {(row.kind, row.target_id) for row in kept if row.recalled_at is None}
    there: dict[Target, tuple[Destination, int]] = {}
    for kind in {kind for kind, _ in targets}:
        ids = [target_id for one, target_id in targets if one is kind]
        for row, number in await destinations.current(session, release.app_id, kind, ids):
            there[row.kind, row.target_id] = (row, number)  # The highest number comes last.
    return [
        _place(release, target, there.get(target), had=target in having, over=over.get(target[1]))
        for target in dict.fromkeys(targets)
    ]


def _place(
    release: Release,
    target: Target,
    there: tuple[Destination, int] | None,
    *,
    had: bool,
    over: str | None,
) -> OrderPlace:
    outcome = _outcome(release, there, over)
    moved = over is not None and outcome is not OrderOutcome.INSTEAD
    return OrderPlace(target=target, outcome=outcome, had=had, there=there, is_moved=moved)


def _outcome(
    release: Release, there: tuple[Destination, int] | None, over: str | None
) -> OrderOutcome:
    if there is None:
        return OrderOutcome.FIRST
    row, number = there
    if row.release_id == release.id:
        return OrderOutcome.SAME
    if number < release.number:
        return OrderOutcome.NEWER
    return OrderOutcome.INSTEAD if row.release_id == over else OrderOutcome.BESIDE


async def with_newer(
    database: Database, audience: Audience, release: Release, targets: Collection[Target]
) -> set[str]:
    """
    Return the testers for whom a newer release is current by something else than *targets*.

    Whoever is in two groups keeps the newer one when one of them goes back. Of whom Slack does not
    say where they are, nothing is known.
    """
    async with database.reading() as session:
        rows = await destinations.current_above(session, release.app_id, release.number)
    left = _elsewhere(rows, targets)
    if not left:
        return set()
    gathered = await audience.of(
        [target_id for kind, target_id in left if kind is DestinationKind.GROUP],
        tester_ids=[target_id for kind, target_id in left if kind is DestinationKind.TESTER],
    )
    return {one.tester_id for one in gathered.members if one.tester_id}


def _elsewhere(rows: Sequence[Destination], targets: Collection[Target]) -> list[Target]:
    own = set(targets)
    found = dict.fromkeys((row.kind, row.target_id) for row in rows)
    return [target for target in found if target not in own]
