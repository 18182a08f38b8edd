"""Questions about who may have signed an app."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.records.signer import AppSigner, SignerStanding


async def of_app(session: Session, app_id: str) -> Sequence[AppSigner]:
    """Return the signers of an app that were accepted, the first one first."""
    found = await session.exec(
        select(AppSigner)
        .where(AppSigner.app_id == app_id)
        .order_by(col(AppSigner.accepted_at), col(AppSigner.signer))
    )
    return found.all()


async def accept(session: Session, row: AppSigner) -> None:
    """
    Keep a signer. One that is pinned takes the place of the one before.

    Whoever pins has locked the app.
    """
    if row.standing is SignerStanding.PINNED:
        await session.exec(
            sa.update(AppSigner)
            .where(
                col(AppSigner.app_id) == row.app_id,
                col(AppSigner.standing) == SignerStanding.PINNED,
            )
            .values(standing=SignerStanding.FORMER)
            .execution_options(synchronize_session=False)
        )
    await insert_missing(session, AppSigner, [row.model_dump()], ["app_id", "signer"])
    await session.exec(
        sa.update(AppSigner)
        .where(col(AppSigner.app_id) == row.app_id, col(AppSigner.signer) == row.signer)
        .values(
            standing=row.standing,
            release_id=row.release_id,
            accepted_by=row.accepted_by,
            accepted_at=row.accepted_at,
        )
        .execution_options(synchronize_session=False)
    )
