"""
The browser that tests steer: Chromium by Playwright, either of which a machine may lack.

Playwright takes 160 MB, so that only the dependency group *browser* has it. Without it the tests
that ask for a browser are skipped, with the reason.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tests.programs import BROWSERS, needed

THERE = find_spec("playwright") is not None

if TYPE_CHECKING or THERE:
    from playwright.async_api import (
        Browser,
        BrowserContext,
        FilePayload,
        Locator,
        Page,
        Route,
        async_playwright,
        expect,
    )
else:  # Names for what is not reached.
    Browser = BrowserContext = FilePayload = Locator = Page = Route = async_playwright = expect = (
        object
    )

__all__ = [
    "Browser",
    "BrowserContext",
    "FilePayload",
    "Locator",
    "Page",
    "Route",
    "chromium",
    "expect",
]

QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@asynccontextmanager
async def chromium(*more: str) -> AsyncGenerator[Browser]:
    """Run Chromium with *more* arguments; where there is none, skip the test."""
    program = needed(*BROWSERS)
    if not THERE:
        pytest.skip("Playwright is not installed: `uv run --group browser pytest` runs this, too.")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=program, args=[*QUIET, *more])
        yield opened
        await opened.close()
