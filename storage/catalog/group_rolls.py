"""Questions about who was in groups when something was last distributed to them."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, put
from storage.records.approval import ApprovalPolicy
from storage.records.base import now
from storage.records.group import Group, GroupChannel
from storage.records.group_roll import GroupRoll


class GroupWithRoll(NamedTuple):
    """
    A group, its roll if something was distributed to it, and its channels to be looked at.

    `policy` is what it takes if it takes an approval.
    """

    group: Group
    roll: GroupRoll | None
    policy: ApprovalPolicy | None
    channels: tuple[GroupChannel, ...]


async def those(session: Session, group_ids: Collection[str]) -> dict[str, GroupWithRoll]:
    """
    Return groups by id with their rolls; an id that is none is left out.

    Of their channels there are those that hear nothing or got another name.
    """
    touched = sa.or_(col(GroupChannel.broken) != "", col(GroupChannel.renamed_at).is_not(None))
    own = sa.and_(col(GroupChannel.group_id) == Group.id, touched)
    found = await session.exec(
        select(Group, GroupRoll, ApprovalPolicy, GroupChannel)
        .join(GroupRoll, col(GroupRoll.group_id) == Group.id, isouter=True)
        .join(ApprovalPolicy, col(ApprovalPolicy.group_id) == Group.id, isouter=True)
        .join(GroupChannel, own, isouter=True)
        .where(col(Group.id).in_(set(group_ids)))
        .order_by(col(Group.id), col(GroupChannel.channel_id))
    )
    rows: Sequence[tuple[Group, GroupRoll | None, ApprovalPolicy | None, GroupChannel | None]] = (
        found.all()
    )
    known: dict[str, GroupWithRoll] = {}
    for group, roll, policy, channel in rows:
        before = known.get(group.id, GroupWithRoll(group, roll, policy, ()))
        seen = (*before.channels, channel) if channel is not None else before.channels
        known[group.id] = before._replace(channels=seen)
    return known


async def keep(session: Session, members: Mapping[str, Collection[str]]) -> None:
    """Remember who is in each group now, in place of what was known."""
    # Both halves of a joint order find out at once who is in their groups.
    rows = [
        GroupRoll(group_id=one, tester_ids=sorted(members[one]), at=now()).model_dump()
        for one in sorted(members)
    ]
    await put(session, GroupRoll, rows, ["group_id"])
