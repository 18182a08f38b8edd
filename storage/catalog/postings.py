"""Questions about our messages in Slack."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.conditions import begins
from storage.catalog.database import Session, insert_missing
from storage.records.base import now
from storage.records.posting import Posting


async def get(session: Session, key: str) -> Posting | None:
    return await session.get(Posting, key)


async def intend(
    session: Session, key: str, *, team_id: str, channel_id: str, thread_ts: str | None
) -> tuple[Posting, bool]:
    """Return the posting of *key*, and whether it was made by this call."""
    row = {"key": key, "team_id": team_id, "channel_id": channel_id, "thread_ts": thread_ts}
    new = await insert_missing(session, Posting, [row], ["key"])
    found = await session.exec(select(Posting).where(Posting.key == key))
    return found.one(), bool(new)


async def posted(session: Session, key: str, *, ts: str, digest: str) -> None:
    """Remember where the message is and what it shows."""
    await session.exec(
        sa.update(Posting)
        .where(col(Posting.key) == key)
        .values(ts=ts, digest=digest, posted_at=now())
    )


async def lost(session: Session, key: str) -> None:
    """Forget where a message was that is gone from Slack: the next drawing posts it anew."""
    await session.exec(
        sa.update(Posting)
        .where(col(Posting.key) == key)
        .values(ts=None, digest="", intended_at=now())
    )


async def at(session: Session, channel_id: str, ts: str) -> Posting | None:
    """Return our posting at a place in Slack."""
    found = await session.exec(
        select(Posting).where(Posting.channel_id == channel_id, Posting.ts == ts)
    )
    return found.first()


async def starting_with(session: Session, prefix: str) -> Sequence[Posting]:
    """Return the postings whose key begins with *prefix*."""
    found = await session.exec(
        select(Posting).where(begins(col(Posting.key), prefix)).order_by(col(Posting.intended_at))
    )
    return found.all()
