"""Receipts: one row a kind, whatever the number of requests, and complete only with every byte."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlmodel import select

from provisioning.installing.grants import Grants
from provisioning.installing.receipts import PIECES, Receipts, Span, Tally, merged
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.grant import Grant, Receipt, ReceiptKind
from tests.shelf import Shelf, change, stock

SIZE = 1000


@pytest.fixture
def receipts(database: Database) -> Receipts:
    return Receipts(database)


@pytest.fixture
async def shelf(database: Database) -> Shelf:
    return await stock(database)


@pytest.fixture
async def grant(database: Database, shelf: Shelf) -> Grant:
    grants = Grants(database, b"key", timedelta(days=1))
    return await grants.give(shelf.release.id, shelf.tester.id)


async def kept(database: Database, grant: Grant) -> dict[ReceiptKind, Receipt]:
    async with database.reading() as session:
        found = await session.exec(select(Receipt).where(Receipt.grant_id == grant.id))
        return {receipt.kind: receipt for receipt in found.all()}


async def test_opening_the_page_is_one_row_that_counts(
    receipts: Receipts, database: Database, grant: Grant
) -> None:
    await receipts.opened(grant.id)
    await receipts.opened(grant.id)
    await receipts.manifest(grant.id)

    rows = await kept(database, grant)
    assert rows[ReceiptKind.OPENED].count == 2
    assert rows[ReceiptKind.OPENED].last_at >= rows[ReceiptKind.OPENED].first_at
    assert rows[ReceiptKind.MANIFEST].count == 1
    assert ReceiptKind.BINARY not in rows


async def test_a_package_is_complete_once_every_byte_was_sent(
    receipts: Receipts, database: Database, grant: Grant
) -> None:
    first = await receipts.sent(grant.id, (600, 1000), size=SIZE)
    second = await receipts.sent(grant.id, (0, 500), size=SIZE)
    third = await receipts.sent(grant.id, (400, 700), size=SIZE)

    assert (first, second, third) == (False, False, True)
    row = (await kept(database, grant))[ReceiptKind.BINARY]
    assert row.ranges == [[0, 1000]]
    assert row.count == 3
    assert row.completed_at is not None


async def test_one_missing_byte_is_not_complete(
    receipts: Receipts, database: Database, grant: Grant
) -> None:
    await receipts.sent(grant.id, (0, 499), size=SIZE)
    await receipts.sent(grant.id, (500, 1000), size=SIZE)

    row = (await kept(database, grant))[ReceiptKind.BINARY]
    assert row.completed_at is None
    assert row.ranges == [[0, 499], [500, 1000]]


async def test_a_second_download_does_not_complete_again(
    receipts: Receipts, database: Database, grant: Grant
) -> None:
    assert await receipts.sent(grant.id, (0, 1000), size=SIZE)
    before = (await kept(database, grant))[ReceiptKind.BINARY].completed_at

    assert not await receipts.sent(grant.id, (0, 1000), size=SIZE)
    row = (await kept(database, grant))[ReceiptKind.BINARY]
    assert row.completed_at == before
    assert row.count == 2


async def test_no_bytes_leave_no_trace(
    receipts: Receipts, database: Database, grant: Grant
) -> None:
    assert not await receipts.sent(grant.id, (10, 10), size=SIZE)

    assert await kept(database, grant) == {}


async def test_answers_that_end_at_once_add_up(
    receipts: Receipts, database: Database, grant: Grant
) -> None:
    spans = [(start, start + 100) for start in range(0, SIZE, 100)]
    done = await asyncio.gather(*(receipts.sent(grant.id, span, size=SIZE) for span in spans))

    assert sorted(done) == [False] * 9 + [True]
    row = (await kept(database, grant))[ReceiptKind.BINARY]
    assert row.count == 10
    assert row.ranges == [[0, SIZE]]


async def test_somebody_with_two_links_is_one_person(
    receipts: Receipts, database: Database, grant: Grant, shelf: Shelf
) -> None:
    grants = Grants(database, b"key", timedelta(days=1))
    await change(database, grant, expires_at=now() - timedelta(seconds=1))
    renewed = await grants.give(shelf.release.id, shelf.tester.id)
    for link in (grant, renewed):
        await receipts.opened(link.id)
        await receipts.manifest(link.id)
    await receipts.sent(renewed.id, (0, 10), size=SIZE)

    assert await receipts.tally(shelf.release.id) == Tally(opened=1, started=1, fetched=0)

    await receipts.sent(renewed.id, (10, SIZE), size=SIZE)

    assert await receipts.tally(shelf.release.id) == Tally(opened=1, started=1, fetched=1)
    assert await receipts.tally("0" * 32) == Tally(opened=0, started=0, fetched=0)


SPANS = some.lists(
    some.tuples(some.integers(0, 60), some.integers(1, 20)).map(lambda at: (at[0], at[0] + at[1]))
)


@settings(deadline=None)  # The machine may be busy.
@given(SPANS)
def test_merged_spans_hold_the_same_bytes_and_never_touch(spans: list[Span]) -> None:
    pieces = merged(spans)

    assert bytes_in(pieces) == bytes_in(spans)
    assert all(left[1] < right[0] for left, right in pairwise(pieces))


def bytes_in(spans: list[Span]) -> set[int]:
    return {number for first, end in spans for number in range(first, end)}


def test_every_other_byte_does_not_fill_the_database() -> None:
    crumbs = [(number * 2, number * 2 + 1) for number in range(PIECES * 3)]
    whole = (10_000, 20_000)

    pieces = merged([*crumbs, whole])

    assert len(pieces) == PIECES
    assert whole in pieces
    assert bytes_in(pieces) <= bytes_in([*crumbs, whole])
