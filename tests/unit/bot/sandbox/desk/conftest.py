"""One browser for all tests of the page, a fresh workspace and a fresh profile for each."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.unit.bot.sandbox.desk.deskserver import Workspace, fill, serving
from tests.unit.bot.sandbox.desk.visit import Visitor

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncGenerator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("no chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def space() -> AsyncGenerator[Workspace]:
    async with serving() as workspace:
        fill(workspace)
        yield workspace


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(chromium: Browser, space: Workspace) -> AsyncGenerator[Visitor]:
    """Somebody who has closed the guide and sits at a desktop."""
    async with AsyncExitStack() as stack:
        visitor = Visitor(chromium, space, stack)
        yield visitor
        assert visitor.troubles == []


@pytest_asyncio.fixture(loop_scope="session")
async def page(visitor: Visitor) -> Page:
    return await visitor.open("#/UANN/CBUILDS")
