"""A small Apple, and a client that speaks to it."""

from collections.abc import AsyncGenerator

import pytest

from provisioning.appstore.client import AppStore
from tests.unit.provisioning.appstore.wire_apple import WireApple, team_of


@pytest.fixture
def apple() -> WireApple:
    return WireApple()


@pytest.fixture
async def team(apple: WireApple) -> AsyncGenerator[AppStore]:
    async with team_of(apple) as client:
        yield client
