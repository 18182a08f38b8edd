"""Questions about who holds which role."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

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


class MayHold(NamedTuple):
    """What a person may hold, and whether anybody holds a certain role everywhere."""

    holdings: list[RoleHolding]
    is_given: bool


async def of_person(session: Session, organization_id: str, slack_id: str, role: Role) -> MayHold:
    """
    Return what may be held by a person: theirs by any identity, every user group's, everybody's.

    Whether they are in a user group, or a full member, is for others to say. Whether anybody holds
    *role* everywhere, as `is_given` says it, is wanted together with it.
    """
    values = {
        "organization_id": organization_id,
        "slack_id": slack_id,
        "reference": f"slack:{slack_id}",
        "role": role,
    }
    found = (await session.exec(_of_person(), params=values)).all()
    return MayHold([one for one, _ in found if one is not None], bool(found[0][1]))


@cache
def _of_person() -> Any:  # noqa: ANN401 - SQLModel knows no outer row
    """Build the question, which is asked before almost every answer; it always has a row."""
    own = sa.bindparam("organization_id", type_=sa.String)
    email = (
        select("email:" + col(Tester.email))
        .where(Tester.organization_id == own, Tester.slack_id == sa.bindparam("slack_id"))
        .scalar_subquery()
    )
    kind = col(RoleHolding.holder_kind)
    named = col(RoleHolding.holder_id).in_([sa.bindparam("reference", type_=sa.String), email])
    # Each way is a range of the index; a condition of both would read all holdings.
    ways = (
        sa.select(col(RoleHolding.id)).where(col(RoleHolding.organization_id) == own, *which)
        for which in (
            (kind == HolderKind.USERGROUP,),
            (kind == HolderKind.EVERYBODY,),
            (kind == HolderKind.PERSON, named),
        )
    )
    theirs = sa.union_all(*ways).subquery()
    one_row = sa.select(
        sa.exists().where(*_everywhere(own, sa.bindparam("role"))).label("is_given")
    ).subquery()
    return (
        select(RoleHolding, one_row.c.is_given)
        .select_from(one_row)
        .outerjoin(theirs, sa.true())
        .outerjoin(RoleHolding, col(RoleHolding.id) == theirs.c.id)
    )


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
    which = _everywhere(organization_id, role)
    found = await session.exec(select(RoleHolding.id).where(*which).limit(1))
    return found.first() is not None


def _everywhere(organization_id: object, role: object) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(RoleHolding.organization_id) == organization_id,
        col(RoleHolding.role) == role,
        col(RoleHolding.app_id) == "",
        col(RoleHolding.group_id) == "",
    )


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
