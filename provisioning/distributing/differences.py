"""Differences: what is other about a group than when something was last distributed to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from provisioning.people.audience import Gathered
from storage.catalog import testers
from storage.catalog.database import Session
from storage.catalog.group_rolls import GroupWithRoll
from storage.records.destination import DestinationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class LostChannel:
    """A channel that hears nothing any more, and why."""

    id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDifference:
    """
    Who joined and who left a group since something was last distributed to it, and its channels.

    `since` is None where nothing is known of a last time.
    """

    name: str
    since: datetime | None
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    lost: tuple[LostChannel, ...] = ()
    renamed: tuple[str, ...] = ()

    @property
    def is_of_people(self) -> bool:
        return bool(self.joined or self.left)

    @property
    def is_any(self) -> bool:
        return bool(self.is_of_people or self.lost or self.renamed)


async def differences(
    session: Session, known: Mapping[str, GroupWithRoll], gathered: Gathered
) -> tuple[GroupDifference, ...]:
    """Return those groups that are other than they were; names are asked where somebody left."""
    now_in = _inside(known, gathered)
    gone = {
        tester_id
        for group_id, one in known.items()
        if one.roll is not None
        for tester_id in set(one.roll.tester_ids) - now_in[group_id].keys()
    }
    rows = await testers.rows(session, gone) if gone else []
    names = {one.id: one.name for one in rows}
    # Whom Slack does not tell of has neither joined nor left.
    is_sure = not gathered.shortfall
    found = [
        _difference(one, now_in[group_id] if is_sure else None, names)
        for group_id, one in known.items()
    ]
    return tuple(one for one in found if one.is_any)


def _inside(known: Mapping[str, GroupWithRoll], gathered: Gathered) -> dict[str, dict[str, str]]:
    """Return who is in each group, by tester id, or by account where they are none yet: names."""
    found: dict[str, dict[str, str]] = {group_id: {} for group_id in known}
    for one in gathered.members:
        for kind, target_id in one.targets:
            if kind is DestinationKind.GROUP and target_id in found:
                found[target_id][one.tester_id or one.slack_id or one.name] = one.name
    return found


def _difference(
    one: GroupWithRoll, inside: Mapping[str, str] | None, names: Mapping[str, str]
) -> GroupDifference:
    since = one.roll.at if one.roll else None
    joined: list[str] = []
    left: list[str] = []
    if one.roll is not None and inside is not None:
        before = set(one.roll.tester_ids)
        joined = sorted(inside[key] for key in inside.keys() - before)
        left = sorted(names[key] for key in before - inside.keys() if key in names)
    return GroupDifference(
        name=one.group.name,
        since=since,
        joined=tuple(joined),
        left=tuple(left),
        lost=tuple(
            LostChannel(id=row.channel_id, why=row.broken) for row in one.channels if row.broken
        ),
        renamed=tuple(
            row.channel_id
            for row in one.channels
            if since and row.renamed_at and row.renamed_at > since and not row.broken
        ),
    )
