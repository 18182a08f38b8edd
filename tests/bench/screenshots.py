"""
Takes the pictures of the demo that the README and reviews need.

    uv run --group browser python -m tests.bench.screenshots FOLDER

Each station of the guide is photographed in the light and in the dark, the install page on a phone
and on a desktop as well, and the page where there is room for one thing only.
"""

import asyncio
import sys
from pathlib import Path

from bot.sandbox.demo import running
from tests.browsers import Browser, Page, chromium
from tests.integration.demo.journey import Journey, Theme


async def photograph(opened: Browser, folder: Path, theme: Theme) -> None:
    """Walk the road once and keep a picture of each step."""

    async def camera(page: Page, name: str) -> None:
        await page.wait_for_timeout(800)
        path = folder / f"{name}-{theme}.png"
        await page.screenshot(path=path)
        print(f"{path}  {path.stat().st_size / 1000:.0f} kB")

    async with running(lived_in=True) as demo:
        journey = Journey(opened, theme=theme, camera=camera)
        link = await journey.walk(demo.slack.url)
        await camera(await journey.on_a_phone(link), "install-phone")
        await camera(await journey.on_a_desktop(link), "install-desktop")
        await journey.ask(demo.slack.url, "/release help", "All that one can do")
        await journey.ask(demo.slack.url, "/release groups show QA", "QA")
        await journey.ask(demo.slack.url, "/release list", "Newest releases")
        await journey.home(demo.slack.url)
        await journey.on_a_small_screen(demo.slack.url)


async def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    async with chromium() as opened:
        await photograph(opened, folder, "light")
        await photograph(opened, folder, "dark")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
