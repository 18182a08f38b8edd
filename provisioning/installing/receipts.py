"""Receipts: what was seen of an install link."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from storage.catalog import receipts, tallies
from storage.catalog.database import Database, Session
from storage.records.base import now
from storage.records.grant import Receipt, ReceiptKind

#: So many separate pieces of a download are remembered; a client that fetches every other byte
#: must not fill the database. The smallest are forgotten, so that too little is counted, never
#: too much.
PIECES = 256

#: The bytes from the first number up to, but not including, the second.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many people did what with a release."""

    opened: int
    started: int  #: Their phone asked for the manifest, or for bytes of the package.
    fetched: int  #: Their phone has every byte.


class Receipts:
    """Keeps one row per link and kind, whatever the number of requests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def opened(self, grant_id: str) -> None:
        """Note that a browser showed the install page."""
        await self._count(grant_id, ReceiptKind.OPENED)

    async def manifest(self, grant_id: str) -> None:
        """Note that the manifest was fetched."""
        await self._count(grant_id, ReceiptKind.MANIFEST)

    async def began(self, grant_id: str) -> None:
        """Note that the package was asked for of somebody who does not tell what arrived."""
        await self._count(grant_id, ReceiptKind.BINARY)

    async def sent(self, grant_id: str, span: Span, *, size: int) -> bool:
        """
        Note that *span* of a package of *size* bytes was really sent in one answer.

        Return True when with it, for the first time, every byte was sent. An empty span is
        nothing.
        """
        if span[0] >= span[1]:
            return False
        async with self._database.writing() as session:
            receipt = await receipts.claim(session, grant_id, ReceiptKind.BINARY)
            await _seen_again(session, receipt)
            if receipt.completed_at is not None:
                return False
            pieces = merged([*((first, end) for first, end in receipt.ranges), span])
            receipt.ranges = [list(piece) for piece in pieces]
            if pieces != [(0, size)]:
                return False
            receipt.completed_at = receipt.last_at
            await tallies.changed(session, grant_id, receipt.last_at)
            return True

    async def tally(self, release_id: str) -> Tally:
        """Count people, not links: somebody with a renewed link is one."""
        return (await self.tallies([release_id]))[release_id]

    async def tallies(self, release_ids: Collection[str]) -> dict[str, Tally]:
        """Return the same for each of some releases."""
        async with self._database.reading() as session:
            found = await receipts.tallies(session, release_ids)
        nothing = receipts.Tallied(0, 0, 0)
        return {one: Tally(**found.get(one, nothing)._asdict()) for one in release_ids}

    async def _count(self, grant_id: str, kind: ReceiptKind) -> None:
        async with self._database.writing() as session:
            receipt = await receipts.claim(session, grant_id, kind)
            await _seen_again(session, receipt)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same bytes as few sorted spans: those that touch or overlap become one."""
    pieces: list[Span] = []
    for first, end in sorted(spans):
        if pieces and first <= pieces[-1][1]:
            pieces[-1] = (pieces[-1][0], max(end, pieces[-1][1]))
        else:
            pieces.append((first, end))
    if len(pieces) > PIECES:
        longest = sorted(pieces, key=lambda piece: piece[0] - piece[1])[:PIECES]
        pieces = sorted(longest)
    return pieces


async def _seen_again(session: Session, receipt: Receipt) -> None:
    receipt.count += 1
    receipt.last_at = now()
    session.add(receipt)
    if receipt.count == 1:  # Only the first of a kind changes how many people did what.
        await tallies.changed(session, receipt.grant_id, receipt.last_at)
