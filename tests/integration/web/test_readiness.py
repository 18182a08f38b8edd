"""`/readyz`: whether anything can be written, and what it says when not."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.web.app import make_web
from bot.web.health import takes_writing
from storage.blobs.local import LocalBlobs
from storage.blobs.store import StoredBlob
from storage.catalog.database import Database
from storage.errors import NoSpace, NotWritable, SlipwayError
from tests.integration.web.conftest import parts_of, serving
from tests.integration.web.site import Site


class Refusing(LocalBlobs):
    """A store that takes nothing."""

    def __init__(self, root: Path, refusal: SlipwayError) -> None:
        super().__init__(root, spare=0)
        self.refusal: SlipwayError | None = refusal
        self.asked = 0

    async def put(self, chunks: AsyncIterator[bytes], *, limit: int) -> StoredBlob:
        self.asked += 1
        if self.refusal is not None:
            raise self.refusal
        return await super().put(chunks, limit=limit)


async def ready(site: Site, database: Database, blobs: LocalBlobs) -> list[tuple[int, str]]:
    """Return twice what is answered, and said of writing."""
    check = {"writing": takes_writing(database, blobs)}
    said = []
    async with serving(make_web(parts_of(site, ready=check))) as address:
        for _ in range(2):
            async with site.client.get(f"{address}/readyz") as answer:
                said.append((answer.status, (await answer.json())["checks"]["writing"]["sentence"]))
    return said


async def test_b6_readiness_writes_and_leaves_nothing(site: Site) -> None:
    assert await ready(site, site.database, site.blobs) == [(200, "All is well.")] * 2
    assert [blob async for blob in site.blobs.every()] == []


@pytest.mark.parametrize("refusal", [NoSpace(), NotWritable()])
async def test_b6_a_store_that_takes_nothing_is_not_ready(
    site: Site, tmp_path: Path, refusal: SlipwayError
) -> None:
    blobs = Refusing(tmp_path / "other", refusal)

    assert await ready(site, site.database, blobs) == [(503, str(refusal))] * 2


async def test_b6_records_that_take_nothing_are_not_ready(site: Site, tmp_path: Path) -> None:
    read_only = Database(f"sqlite:///file:{tmp_path / 'slipway.db'}?mode=ro&uri=true")
    found = await ready(site, read_only, site.blobs)
    await read_only.close()

    assert found == [(503, str(NotWritable()))] * 2


async def test_b6_many_who_ask_at_once_write_once(site: Site, tmp_path: Path) -> None:
    blobs = Refusing(tmp_path / "other", NoSpace())
    blobs.refusal = None
    await ready(site, site.database, blobs)

    assert blobs.asked == 1
