"""What the clock begins: whatever a road calls unfinished and the engine does not know of."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.engine.sweeping import GRACE, ROADS_FOR, Sweeping
from provisioning.roads.road import Step
from storage.blobs.local import LocalBlobs
from storage.catalog.database import Database
from storage.errors import DatabaseDown
from tests.engines import EngineHome, road
from tests.unit.bot.engine.flying import ended, flying, until


async def test_every_road_s_unfinished_is_begun_once_whatever_its_neighbours_do(
    sqlite_engine_home: EngineHome, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    walked: list[str] = []
    asked: list[tuple[datetime, datetime]] = []

    async def walk(_step: Step, subject: str) -> None:
        walked.append(subject)

    async def broken(_before: datetime, _since: datetime) -> Sequence[str]:
        raise DatabaseDown

    async def unfinished(before: datetime, since: datetime) -> Sequence[str]:
        asked.append((before, since))
        return ["s1", "s2", "s3"]

    roads = (
        replace(road(walk, name="first"), unfinished=broken),
        replace(road(walk, name="second"), unfinished=unfinished),
    )
    database = Database(sqlite_engine_home.database_url)
    async with flying(sqlite_engine_home, *roads) as engine:
        sweeping = Sweeping(
            database=database, engine=engine, blobs=LocalBlobs(tmp_path / "blobs"), roads=roads
        )
        await engine.start("second", "s2")
        for _ in range(2):
            await sweeping.begin_what_was_not_begun()
            await until(lambda: ended(engine))
    await database.close()

    assert sorted(walked) == ["s1", "s2", "s3"]
    assert len(asked) == 2
    for before, since in asked:
        assert abs(before - since - (ROADS_FOR - GRACE)) < timedelta(seconds=1)
    assert "What is unfinished on the road first was not begun." in caplog.text
