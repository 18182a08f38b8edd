"""What was seen before receipts said of which release and of whom they are."""

from datetime import timedelta

from provisioning.installing.grants import Grants
from provisioning.installing.receipts import Receipts, Tally
from storage.catalog.database import Database
from storage.migrations import migrate
from tests.shelf import stock


async def test_what_was_seen_stays_counted(database_url: str) -> None:
    database = Database(database_url)
    shelf = await stock(database)
    grant = await Grants(database, b"key", timedelta(days=1)).give(
        shelf.release.id, shelf.tester.id
    )
    receipts = Receipts(database)
    await receipts.opened(grant.id)
    await receipts.sent(grant.id, (0, 10), size=10)

    await migrate.downgrade(database_url, "0024")
    await migrate.upgrade(database_url)

    assert await receipts.tally(shelf.release.id) == Tally(opened=1, started=1, fetched=1)
    await database.close()
