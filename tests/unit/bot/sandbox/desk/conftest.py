"""One browser and one server for all tests of the page; a fresh workspace and profile for each."""

from collections.abc import AsyncGenerator

import pytest_asyncio

from tests import browsers
from tests.browsers import Browser, Page
from tests.unit.bot.sandbox.desk.deskserver import Workspace, serving
from tests.unit.bot.sandbox.desk.visit import Doors, Visitor


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncGenerator[Browser]:
    async with browsers.chromium("--process-per-site") as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def served(chromium: Browser) -> AsyncGenerator[Workspace]:
    assert chromium.is_connected()
    async with serving() as workspace:
        yield workspace


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def doors(chromium: Browser, served: Workspace) -> Doors:
    return await Doors.of(chromium, served.base)


@pytest_asyncio.fixture(loop_scope="session")
async def space(served: Workspace) -> Workspace:
    served.begin_anew()
    return served


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(doors: Doors, space: Workspace) -> AsyncGenerator[Visitor]:
    """Somebody who has closed the guide, on a desktop unless they say that it is a phone."""
    visitor = Visitor(doors, space)
    yield visitor
    await visitor.leave()
    assert visitor.troubles == []


@pytest_asyncio.fixture(loop_scope="session")
async def page(visitor: Visitor) -> Page:
    return await visitor.open("#/UANN/CBUILDS")
