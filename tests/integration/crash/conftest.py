"""Fixtures: a workspace for houses that die."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.sandbox.slack.server import SandboxSlack, Setup
from tests.engines import EngineHome
from tests.integration.crash.scene import Scene
from tests.integration.slack.house import manifest


@pytest.fixture
async def scene(long_engine_home: EngineHome, tmp_path: Path) -> AsyncGenerator[Scene]:
    setup = Setup(manifest=manifest())
    async with SandboxSlack.serve(data_dir=tmp_path / "slack", setup=setup) as slack:
        # A house may die before it has said that it heard, and is told again when it is back.
        slack.delivery.retry_delays = (0.5,) * 60
        yield Scene(slack=slack, home=long_engine_home)
