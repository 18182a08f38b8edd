"""Fixtures: a world of its own for each test."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.sandbox.apple.server import SandboxApple
from tests.engines import EngineHome
from tests.integration.provision.world import ProvisionWorld, opened, small_app


@pytest.fixture(scope="session")
def small_ipa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_app(tmp_path_factory.mktemp("small") / "small.ipa")


@pytest.fixture
async def provision(
    sqlite_engine_home: EngineHome, small_ipa: Path
) -> AsyncGenerator[ProvisionWorld]:
    """Lend a world on SQLite; Apple must find nothing to complain of."""
    async with (
        SandboxApple.serve() as apple,
        opened(sqlite_engine_home, small_ipa, apple) as world,
    ):
        yield world
        assert apple.violations == []
