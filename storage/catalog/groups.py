"""Questions about distribution groups."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog import testers
from storage.catalog.database import Session, insert_missing
from storage.catalog.testers import TesterRow
from storage.errors import NotFound
from storage.records.approval import ApprovalPolicy
from storage.records.group import Group, GroupChannel, GroupMember, GroupUserGroup
from storage.records.group_roll import GroupRoll
from storage.records.tester import Tester


async def get(session: Session, group_id: str) -> Group:
    """Raise NotFound."""
    found = await session.get(Group, group_id)
    if found is None:
        raise NotFound("There is no such group.")
    return found


async def with_slug(session: Session, organization_id: str, slug: str) -> Group | None:
    found = await session.exec(
        select(Group).where(Group.organization_id == organization_id, Group.slug == slug)
    )
    return found.first()


async def every(session: Session, organization_id: str) -> Sequence[Group]:
    """Return all groups by name."""
    found = await session.exec(
        select(Group).where(Group.organization_id == organization_id).order_by(col(Group.slug))
    )
    return found.all()


async def add(session: Session, group: Group) -> Group:
    """Keep a new group. Raise AlreadyExists on leaving when its name is taken."""
    session.add(group)
    await session.flush()
    return group


async def remove(session: Session, group_id: str) -> None:
    """Forget a group with all that belongs to it; the destinations of old releases stay."""
    for record in (GroupMember, GroupUserGroup, GroupChannel, GroupRoll, ApprovalPolicy):
        await session.exec(sa.delete(record).where(col(record.group_id) == group_id))
    await session.exec(sa.delete(Group).where(col(Group.id) == group_id))


async def those(session: Session, group_ids: Collection[str]) -> dict[str, Group]:
    """Return groups by id; an id that is none is left out."""
    found = await session.exec(select(Group).where(col(Group.id).in_(set(group_ids))))
    return {group.id: group for group in found.all()}


async def members(session: Session, group_ids: Collection[str]) -> list[tuple[str, TesterRow]]:
    """Return the testers added to any of the groups one by one, by name, each with the group."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(col(GroupMember.group_id), *testers.ROW)
        .join(Tester, col(Tester.id) == GroupMember.tester_id)
        .where(col(GroupMember.group_id).in_(set(group_ids)))
        .order_by(col(Tester.name), col(Tester.id))
    )
    return [(row[0], TesterRow(*row[1:])) for row in found.all()]


async def member_accounts(
    session: Session, group_ids: Collection[str]
) -> Sequence[tuple[str, str]]:
    """
    Return who was added to any of the groups one by one and is active: the group's id with theirs.

    Theirs is their Slack id, or the tester's own id where they have no account.
    """
    account = sa.func.coalesce(col(Tester.slack_id), col(Tester.id))
    found = await session.exec(
        select(GroupMember.group_id, account)
        .join(Tester, col(Tester.id) == GroupMember.tester_id)
        .where(col(GroupMember.group_id).in_(set(group_ids)), col(Tester.active))
    )
    return found.all()


async def names_of(session: Session, tester_ids: Collection[str]) -> Sequence[tuple[str, str]]:
    """Return the groups that testers were added to one by one, by name: tester id and name."""
    found = await session.exec(
        select(GroupMember.tester_id, Group.name)
        .join(Group, col(Group.id) == GroupMember.group_id)
        .where(col(GroupMember.tester_id).in_(set(tester_ids)))
        .order_by(col(Group.name))
    )
    return found.all()


async def add_members(session: Session, group_id: str, tester_ids: Sequence[str]) -> int:
    """Return how many were not in it before."""
    rows = [{"group_id": group_id, "tester_id": tester_id} for tester_id in tester_ids]
    return await insert_missing(session, GroupMember, rows, ["group_id", "tester_id"])


async def has_member(session: Session, group_id: str, tester_id: str) -> bool:
    """Return whether a tester was added to a group one by one."""
    return await session.get(GroupMember, (group_id, tester_id)) is not None


async def remove_members(session: Session, group_id: str, tester_ids: Sequence[str]) -> int:
    """Return how many were in it."""
    result = await session.exec(
        sa.delete(GroupMember).where(
            col(GroupMember.group_id) == group_id, col(GroupMember.tester_id).in_(tester_ids)
        )
    )
    return int(getattr(result, "rowcount", 0))


async def remove_everywhere(session: Session, tester_id: str) -> None:
    """Take a tester out of every group that they were added to by name."""
    await session.exec(sa.delete(GroupMember).where(col(GroupMember.tester_id) == tester_id))


async def usergroups(session: Session, group_ids: Collection[str]) -> Sequence[GroupUserGroup]:
    """Return the user groups that belong to any of the groups."""
    found = await session.exec(
        select(GroupUserGroup)
        .where(col(GroupUserGroup.group_id).in_(set(group_ids)))
        .order_by(col(GroupUserGroup.group_id), col(GroupUserGroup.usergroup_id))
    )
    return found.all()


async def add_usergroup(session: Session, group_id: str, usergroup_id: str, handle: str) -> int:
    row = {"group_id": group_id, "usergroup_id": usergroup_id, "handle": handle}
    return await insert_missing(session, GroupUserGroup, [row], ["group_id", "usergroup_id"])


async def remove_usergroup(session: Session, group_id: str, usergroup_id: str) -> int:
    result = await session.exec(
        sa.delete(GroupUserGroup).where(
            col(GroupUserGroup.group_id) == group_id,
            col(GroupUserGroup.usergroup_id) == usergroup_id,
        )
    )
    return int(getattr(result, "rowcount", 0))


async def channels(session: Session, group_ids: Sequence[str]) -> Sequence[GroupChannel]:
    """Return the channels connected to any of the groups."""
    found = await session.exec(
        select(GroupChannel)
        .where(col(GroupChannel.group_id).in_(group_ids))
        .order_by(col(GroupChannel.channel_id), col(GroupChannel.group_id))
    )
    return found.all()


async def heard_in(session: Session, organization_id: str, channel_id: str) -> Sequence[Group]:
    """Return the groups that a channel is connected to, by name."""
    found = await session.exec(
        select(Group)
        .join(GroupChannel, col(GroupChannel.group_id) == Group.id)
        .where(Group.organization_id == organization_id, GroupChannel.channel_id == channel_id)
        .order_by(col(Group.slug))
    )
    return found.all()


async def lock(session: Session, group_id: str) -> None:
    """Let other changes of a group wait until this unit of work ends; SQLite has one at a time."""
    await session.exec(select(Group.id).where(Group.id == group_id).with_for_update())


async def changed(session: Session, group_id: str, *, by: str, at: datetime) -> int:
    """Note that others are in a group than before; return the turn of this change, 0 for none."""
    result = await session.exec(
        sa.update(Group)
        .where(col(Group.id) == group_id)
        .values(turn=col(Group.turn) + 1, changed_at=at, changed_by=by)
        .returning(col(Group.turn))
        .execution_options(synchronize_session=False)
    )
    return int(result.scalar_one_or_none() or 0)


async def settled(session: Session, group_id: str, turn: int) -> None:
    """Note that the releases of a group have followed a change."""
    await session.exec(
        sa.update(Group)
        .where(col(Group.id) == group_id, col(Group.settled) < turn)
        .values(settled=turn)
        .execution_options(synchronize_session=False)
    )


async def unsettled(session: Session, before: datetime, since: datetime) -> Sequence[Group]:
    """Return the groups that changed between two moments and whose releases have not followed."""
    found = await session.exec(
        select(Group)
        .where(
            col(Group.changed_at) < before,
            col(Group.changed_at) > since,
            col(Group.settled) < col(Group.turn),
        )
        .order_by(col(Group.changed_at), col(Group.id))
    )
    return found.all()


async def with_usergroup(session: Session, usergroup_id: str) -> Sequence[str]:
    """Return the ids of the groups that a user group belongs to."""
    found = await session.exec(
        select(GroupUserGroup.group_id)
        .where(GroupUserGroup.usergroup_id == usergroup_id)
        .order_by(col(GroupUserGroup.group_id))
    )
    return found.all()


async def of_usergroups(session: Session, organization_id: str) -> Sequence[str]:
    """Return the ids of the groups that user groups belong to."""
    found = await session.exec(
        select(Group.id)
        .join(GroupUserGroup, col(GroupUserGroup.group_id) == Group.id)
        .where(Group.organization_id == organization_id)
        .distinct()
        .order_by(col(Group.id))
    )
    return found.all()


async def connect(session: Session, group_id: str, channel_id: str, by: str) -> int:
    """Connect a channel, or mend a broken connection."""
    row = {"group_id": group_id, "channel_id": channel_id, "connected_by": by}
    new = await insert_missing(session, GroupChannel, [row], ["group_id", "channel_id"])
    if not new:
        await set_broken(session, channel_id, "")
    return new


async def disconnect(session: Session, group_id: str, channel_id: str) -> int:
    result = await session.exec(
        sa.delete(GroupChannel).where(
            col(GroupChannel.group_id) == group_id, col(GroupChannel.channel_id) == channel_id
        )
    )
    return int(getattr(result, "rowcount", 0))


async def set_broken(session: Session, channel_id: str, reason: str) -> Sequence[GroupChannel]:
    """Say why a channel cannot be posted in (empty: it can again); return what changed."""
    found = await session.exec(
        select(GroupChannel).where(
            GroupChannel.channel_id == channel_id, GroupChannel.broken != reason
        )
    )
    rows = found.all()
    for row in rows:
        row.broken = reason
        session.add(row)
    return rows


async def channel_renamed(session: Session, channel_id: str, *, at: datetime) -> None:
    """Note that a channel has another name; its id is the same."""
    await session.exec(
        sa.update(GroupChannel)
        .where(col(GroupChannel.channel_id) == channel_id)
        .values(renamed_at=at)
    )


async def memberships_of(session: Session, tester_id: str) -> Sequence[Group]:
    """Return the groups that a tester was added to by name, by name."""
    found = await session.exec(
        select(Group)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .where(GroupMember.tester_id == tester_id)
        .order_by(col(Group.slug))
    )
    return found.all()


async def rename_channel(session: Session, old_id: str, new_id: str) -> None:
    """Slack gave a channel another id (`channel_id_changed`)."""
    await session.exec(
        sa.update(GroupChannel)
        .where(col(GroupChannel.channel_id) == old_id)
        .values(channel_id=new_id)
    )
