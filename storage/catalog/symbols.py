"""Questions about symbols."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.conditions import among
from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound
from storage.records.build import Build
from storage.records.symbols import Symbols


async def with_version(session: Session, symbols_id: str) -> tuple[Symbols, tuple[str, str] | None]:
    """Return symbols with version and build of what they were made with. Raise NotFound."""
    found = await session.exec(
        select(Symbols, Build.version, Build.build)
        .join(Build, col(Build.id) == Symbols.build_id, isouter=True)
        .where(Symbols.id == symbols_id)
    )
    row = found.first()
    if row is None:
        raise NotFound("There are no such symbols.")
    own, version, build = row
    return own, None if own.build_id is None else (version, build)


async def keep(session: Session, symbols: Symbols) -> Symbols:
    """Keep symbols unless the same bytes are here; return the ones that are kept."""
    unique = ["organization_id", "sha256"]
    await insert_missing(session, Symbols, [symbols.model_dump()], unique)
    found = await session.exec(
        select(Symbols).where(
            Symbols.organization_id == symbols.organization_id, Symbols.sha256 == symbols.sha256
        )
    )
    return found.one()


async def without_build(session: Session, organization_id: str, platform: str) -> Sequence[Symbols]:
    """Return symbols that came before the build they were made with."""
    found = await session.exec(
        select(Symbols).where(
            Symbols.organization_id == organization_id,
            col(Symbols.build_id).is_(None),
            Symbols.platform == platform,
        )
    )
    return found.all()


async def tie(session: Session, symbols_ids: Sequence[str], build_id: str) -> None:
    """Write down which build symbols were made with."""
    await session.exec(
        sa.update(Symbols).where(col(Symbols.id).in_(symbols_ids)).values(build_id=build_id)
    )


async def blobs_in_use(session: Session, digests: Sequence[str]) -> set[str]:
    """Return those of *digests* (SHA-256) that are symbols."""
    found = await session.exec(
        select(Symbols.sha256).where(among(session, col(Symbols.sha256), digests))
    )
    return set(found.all())
