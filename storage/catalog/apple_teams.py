"""Questions about teams at Apple."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session
from storage.errors import NotFound
from storage.records.apple_team import AppleTeam
from storage.records.identity import SigningIdentity


async def get(session: Session, organization_id: str, row_id: str) -> AppleTeam:
    """Raise NotFound, for a team of another organization as well."""
    found = await session.get(AppleTeam, row_id)
    if found is None or found.organization_id != organization_id:
        raise NotFound("This team is not connected any more.")
    return found


async def every(session: Session, organization_id: str | None = None) -> Sequence[AppleTeam]:
    """Return the teams of an organization, or of all, oldest first."""
    wanted = select(AppleTeam).order_by(col(AppleTeam.created_at), col(AppleTeam.id))
    if organization_id is not None:
        wanted = wanted.where(AppleTeam.organization_id == organization_id)
    return (await session.exec(wanted)).all()


async def of_issuer(session: Session, organization_id: str, issuer_id: str) -> AppleTeam | None:
    """Return the team that App Store Connect knows by this issuer id, in lower case."""
    found = await session.exec(
        select(AppleTeam).where(
            AppleTeam.organization_id == organization_id, AppleTeam.issuer_id == issuer_id
        )
    )
    return found.first()


async def connected(session: Session, organization_id: str) -> frozenset[str]:
    """Return the ids, as certificates have them, of the teams with an API key or a signing key."""
    keys = select(AppleTeam.team_id).where(AppleTeam.organization_id == organization_id)
    identities = select(SigningIdentity.team_id).where(
        SigningIdentity.organization_id == organization_id,
        sa.func.length(SigningIdentity.sealed_key) > 0,
    )
    either = sa.union(keys, identities).subquery()
    found = await session.exec(select(either.c.team_id))
    return frozenset(filter(None, found.all()))
