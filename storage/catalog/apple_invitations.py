"""Questions about one-time links to the page that connects a team at Apple."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session
from storage.records.apple_invitation import AppleInvitation


async def with_token_hash(session: Session, token_hash: str) -> AppleInvitation | None:
    """Return the link with this hash, whatever its state."""
    found = await session.exec(
        select(AppleInvitation).where(AppleInvitation.token_hash == token_hash)
    )
    return found.first()


async def claim(session: Session, invitation_id: str, at: datetime) -> bool:
    """Take a link that holds, and return whether it was there to be taken: one of two gets it."""
    result = await session.exec(
        sa.update(AppleInvitation)
        .where(
            col(AppleInvitation.id) == invitation_id,
            col(AppleInvitation.used_at).is_(None),
            col(AppleInvitation.expires_at) > at,
        )
        .values(used_at=at)
    )
    return result.rowcount == 1


async def give_back(session: Session, invitation_id: str, apple_team_id: str) -> None:
    """Let a link that was claimed hold again, for a team if one was connected by it."""
    await session.exec(
        sa.update(AppleInvitation)
        .where(col(AppleInvitation.id) == invitation_id)
        .values(used_at=None, apple_team_id=apple_team_id)
    )


async def sweep(session: Session, organization_id: str, before: datetime) -> int:
    """Delete links that ended before a time, and return how many."""
    result = await session.exec(
        sa.delete(AppleInvitation).where(
            col(AppleInvitation.organization_id) == organization_id,
            col(AppleInvitation.expires_at) < before,
        )
    )
    return result.rowcount
