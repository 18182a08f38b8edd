"""Questions about who holds which role."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.records.role import RoleHolding


async def every(session: Session, organization_id: str) -> Sequence[RoleHolding]:
    found = await session.exec(
        select(RoleHolding)
        .where(RoleHolding.organization_id == organization_id)
        .order_by(col(RoleHolding.role), col(RoleHolding.created_at))
    )
    return found.all()


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
