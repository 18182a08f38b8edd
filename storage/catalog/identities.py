"""Questions about signing identities."""

from collections.abc import Sequence

from sqlmodel import col, select

from storage.catalog.database import Session
from storage.errors import NotFound
from storage.records.identity import SigningIdentity


async def get(session: Session, organization_id: str, identity_id: str) -> SigningIdentity:
    """Raise NotFound, for an identity of another organization as well."""
    found = await session.get(SigningIdentity, identity_id)
    if found is None or found.organization_id != organization_id:
        raise NotFound("There is no such signing identity.")
    return found


async def of_certificate(
    session: Session, organization_id: str, fingerprint: str
) -> SigningIdentity | None:
    """Return the identity whose certificate has this SHA-256."""
    found = await session.exec(
        select(SigningIdentity).where(
            SigningIdentity.organization_id == organization_id,
            SigningIdentity.fingerprint == fingerprint,
        )
    )
    return found.first()


async def every(session: Session, organization_id: str | None = None) -> Sequence[SigningIdentity]:
    """Return the identities of an organization, or of all, oldest first."""
    wanted = select(SigningIdentity).order_by(
        col(SigningIdentity.created_at), col(SigningIdentity.id)
    )
    if organization_id is not None:
        wanted = wanted.where(SigningIdentity.organization_id == organization_id)
    return (await session.exec(wanted)).all()
