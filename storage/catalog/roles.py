"""Questions about who holds which role."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.records.role import HolderKind, Role, RoleHolding
from storage.records.tester import Tester


async def every(session: Session, organization_id: str) -> Sequence[RoleHolding]:
    found = await session.exec(
        select(RoleHolding)
        .where(RoleHolding.organization_id == organization_id)
        .order_by(col(RoleHolding.role), col(RoleHolding.created_at))
    )
    return found.all()


async def of_person(session: Session, organization_id: str, slack_id: str) -> Sequence[RoleHolding]:
    """
    Return what may be held by a person: theirs by any identity, every user group's, everybody's.

    Whether they are in a user group, or a full member, is for others to say.
    """
    email = (
        select("email:" + col(Tester.email))
        .where(Tester.organization_id == organization_id, Tester.slack_id == slack_id)
        .scalar_subquery()
    )
    kind = col(RoleHolding.holder_kind)
    named = col(RoleHolding.holder_id).in_([f"slack:{slack_id}", email])
    # Each way is a range of the index; a condition of both would read all holdings.
    ways = (
        sa.select(col(RoleHolding.id)).where(
            col(RoleHolding.organization_id) == organization_id, *which
        )
        for which in (
            (kind == HolderKind.USERGROUP,),
            (kind == HolderKind.EVERYBODY,),
            (kind == HolderKind.PERSON, named),
        )
    )
    found = await session.exec(
        select(RoleHolding).where(col(RoleHolding.id).in_(sa.union_all(*ways)))
    )
    return found.all()


async def named(session: Session, organization_id: str, holder_id: str) -> Sequence[RoleHolding]:
    """Return what a person holds by name, by one of their identities, in no order."""
    found = await session.exec(
        select(RoleHolding).where(
            RoleHolding.organization_id == organization_id,
            RoleHolding.holder_kind == HolderKind.PERSON,
            RoleHolding.holder_id == holder_id,
        )
    )
    return found.all()


async def is_given(session: Session, organization_id: str, role: Role) -> bool:
    """Return whether anybody holds a role everywhere: for one app or group does not count."""
    found = await session.exec(
        select(RoleHolding.id)
        .where(
            RoleHolding.organization_id == organization_id,
            RoleHolding.role == role,
            RoleHolding.app_id == "",
            RoleHolding.group_id == "",
        )
        .limit(1)
    )
    return found.first() is not None


async def give(session: Session, holding: RoleHolding) -> bool:
    """Return whether it is news."""
    unique = ["organization_id", "role", "holder_kind", "holder_id", "app_id", "group_id"]
    return bool(await insert_missing(session, RoleHolding, [holding.model_dump()], unique))


async def take(session: Session, holding: RoleHolding) -> bool:
    """Return whether there was such a holding."""
    result = await session.exec(
        sa.delete(RoleHolding).where(
            col(RoleHolding.organization_id) == holding.organization_id,
            col(RoleHolding.role) == holding.role,
            col(RoleHolding.holder_kind) == holding.holder_kind,
            col(RoleHolding.holder_id) == holding.holder_id,
            col(RoleHolding.app_id) == holding.app_id,
            col(RoleHolding.group_id) == holding.group_id,
        )
    )
    return bool(getattr(result, "rowcount", 0))
