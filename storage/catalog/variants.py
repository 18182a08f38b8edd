"""Questions about variants, and about what was prepared to make them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from storage.catalog.conditions import among
from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound
from storage.records.base import now
from storage.records.variant import Preparation, Variant, VariantState, VariantWay


async def get(session: Session, variant_id: str) -> Variant:
    """Raise NotFound."""
    found = await session.get(Variant, variant_id)
    if found is None:
        raise NotFound("There is no such variant.")
    return found


async def want(session: Session, variant: Variant) -> Variant:
    """
    Keep *variant* unless its build has one of this generation; return the one that is kept.

    Either way it is from now on the one that was wanted last.
    """
    unique = ["build_id", "generation"]
    await insert_missing(session, Variant, [variant.model_dump()], unique)
    found = await session.exec(
        select(Variant).where(
            Variant.build_id == variant.build_id, Variant.generation == variant.generation
        )
    )
    kept = found.one()
    kept.wanted_at = now()
    session.add(kept)
    return kept


async def ready(session: Session, build_id: str) -> Sequence[Variant]:
    """Return the variants of a build that can be handed out, the last one wanted first."""
    found = await session.exec(
        _ready(build_id).order_by(col(Variant.wanted_at).desc(), col(Variant.id))
    )
    return found.all()


class VariantSigning(NamedTuple):
    """Whom a variant of a build is for, and no more of it."""

    build_id: str
    signing: dict[str, Any]


async def signings(session: Session, build_ids: Collection[str]) -> list[VariantSigning]:
    """Return the signatures of the builds' variants that can be handed out, as `ready` sorts."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(col(Variant.build_id), col(Variant.signing))
        .where(col(Variant.build_id).in_(set(build_ids)), col(Variant.state) == VariantState.READY)
        .order_by(col(Variant.wanted_at).desc(), col(Variant.id))
    )
    return [VariantSigning(*row) for row in found.all()]


async def ready_with_tag(session: Session, build_id: str, beginning: str) -> Variant | None:
    """Return the ready variant whose tag begins so."""
    found = await session.exec(_ready(build_id).where(col(Variant.tag).startswith(beginning)))
    return found.first()


async def signed_anew(session: Session, build_id: str, fingerprint: str) -> Variant | None:
    """Return the newest variant that the full path made with this certificate."""
    found = await session.exec(
        _ready(build_id)
        .where(Variant.fingerprint == fingerprint, Variant.way == VariantWay.FULL)
        .order_by(col(Variant.ready_at).desc())
        .limit(1)
    )
    return found.first()


async def preparation_of(session: Session, build_id: str, source_sha256: str) -> Preparation | None:
    """Return what became of preparing one file of a build."""
    found = await session.exec(
        select(Preparation).where(
            Preparation.build_id == build_id, Preparation.source_sha256 == source_sha256
        )
    )
    return found.first()


async def refusal_of(session: Session, build_id: str, source_sha256: str) -> str:
    """Return why nobody can sign one file of a build again; empty while nothing says so."""
    found = await session.exec(
        select(Preparation.reason).where(
            Preparation.build_id == build_id,
            Preparation.source_sha256 == source_sha256,
            col(Preparation.unfit),
        )
    )
    return found.first() or ""


async def prepared(session: Session, build_id: str, fingerprint: str) -> Preparation | None:
    """Return a base that this certificate's profiles can be spliced into: the upload's, if any."""
    found = await session.exec(
        select(Preparation)
        .where(
            Preparation.build_id == build_id,
            Preparation.fingerprint == fingerprint,
            col(Preparation.base_sha256).is_not(None),
        )
        .order_by(col(Preparation.created_at))
        .limit(1)
    )
    return found.first()


async def keep_preparation(session: Session, preparation: Preparation) -> Preparation:
    """Keep a preparation unless the same file was prepared already; return the one kept."""
    unique = ["build_id", "source_sha256"]
    await insert_missing(session, Preparation, [preparation.model_dump()], unique)
    kept = await preparation_of(session, preparation.build_id, preparation.source_sha256)
    assert kept is not None  # It was written in this very unit of work, or before.
    return kept


async def crowded(session: Session, after: str, *, limit: int) -> Sequence[str]:
    """Return builds with several ready variants, whose ids follow *after*, in their order."""
    found = await session.exec(
        select(Variant.build_id)
        .where(col(Variant.build_id) > after, Variant.state == VariantState.READY)
        .group_by(col(Variant.build_id))
        .having(sa.func.count() > 1)
        .order_by(col(Variant.build_id))
        .limit(limit)
    )
    return found.all()


async def prepared_twice(session: Session, after: str, *, limit: int) -> Sequence[str]:
    """Return builds with several bases, whose ids follow *after*, in their order."""
    found = await session.exec(
        select(Preparation.build_id)
        .where(col(Preparation.build_id) > after, col(Preparation.base_sha256).is_not(None))
        .group_by(col(Preparation.build_id))
        .having(sa.func.count() > 1)
        .order_by(col(Preparation.build_id))
        .limit(limit)
    )
    return found.all()


async def drop(session: Session, ids: Sequence[str], before: datetime) -> int:
    """Forget those of the ready variants that were not wanted since; return how many."""
    done = await session.exec(
        sa.delete(Variant).where(
            among(session, col(Variant.id), ids),
            col(Variant.state) == VariantState.READY,
            col(Variant.wanted_at) < before,
        )
    )
    return done.rowcount


async def drop_unused_bases(session: Session, build_id: str, before: datetime) -> int:
    """
    Forget what was prepared of a build before then, and no variant is made of; return how many.

    It is only done once variants are made of something else.
    """
    used = select(Variant.base_sha256).where(
        Variant.build_id == build_id, col(Variant.base_sha256).is_not(None)
    )
    done = await session.exec(
        sa.delete(Preparation).where(
            col(Preparation.build_id) == build_id,
            col(Preparation.base_sha256).is_not(None),
            col(Preparation.base_sha256).not_in(used),
            col(Preparation.created_at) < before,
            used.exists(),
        )
    )
    return done.rowcount


async def blobs_in_use(session: Session, digests: Sequence[str]) -> set[str]:
    """Return those of *digests* (SHA-256) that a variant, or what it is made from, consists of."""
    found: set[str] = set()
    columns = (
        Variant.base_sha256,
        Variant.fresh_sha256,
        Preparation.base_sha256,
        Preparation.index_sha256,
    )
    for column in columns:
        used = await session.exec(select(column).where(among(session, col(column), digests)))
        found.update(digest for digest in used.all() if digest)
    return found


async def finish(session: Session, variant: Variant) -> Variant:
    """Write down what became of *variant*; one that is ready already stays as it is."""
    values = variant.model_dump(exclude={"id", "build_id", "generation", "created_at", "wanted_at"})
    await session.exec(
        sa.update(Variant)
        .where(col(Variant.id) == variant.id, col(Variant.state) != VariantState.READY)
        .values(**values)
    )
    return await get(session, variant.id)


def _ready(build_id: str) -> SelectOfScalar[Variant]:
    return select(Variant).where(Variant.build_id == build_id, Variant.state == VariantState.READY)
