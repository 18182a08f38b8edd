"""
Takes pictures of what becomes of a release after it was sent: for reviews, light and dark.

    uv run --group browser python -m tests.bench.lifecycle_screenshots FOLDER

The script of `slipway demo --script --lifecycle` is walked; whenever it comes to a form, a card or
a page worth looking at, it is photographed on a desktop, pages of testers on a phone as well.
"""

import asyncio
import sys
from pathlib import Path

from bot.sandbox.demo import Demo, running
from bot.sandbox.lifecycle import READY, Lifecycle
from bot.sandbox.new_phone import LINK
from bot.sandbox.script import Walk
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.views import View
from tests.browsers import Browser, Page, chromium
from tests.integration.demo.journey import IPHONE

THEMES = ("light", "dark")


class Album:
    """Photographs places of a demo, as somebody of the workspace sees them."""

    def __init__(self, opened: Browser, demo: Demo, folder: Path) -> None:
        self._browser = opened
        self._demo = demo
        self._folder = folder

    async def place(
        self, name: str, person: str, channel: str, thread: Message | None = None
    ) -> None:
        """Photograph a conversation, or a thread in it, as *person*."""
        who = self._demo.slack.workspace.person(person).user.id
        where = "/".join(filter(None, (who, channel, thread.ts if thread else "")))
        for theme in THEMES:
            page = await self._page(f"{self._demo.slack.url}#/{where}", theme)
            await self._keep(page, f"{name}-{theme}")

    async def tester_page(self, name: str, link: str) -> None:
        """Photograph a page of ours on a phone and on a desktop."""
        for theme in THEMES:
            await self._keep(await self._page(link, theme, phone=True), f"{name}-phone-{theme}")
            await self._keep(await self._page(link, theme), f"{name}-desktop-{theme}")

    async def before(self, person: str, channel: str) -> list[Page]:
        """Open a conversation as *person*, in each theme, for what will open there."""
        who = self._demo.slack.workspace.person(person).user.id
        pages = [
            await self._page(f"{self._demo.slack.url}#/{who}/{channel}", theme) for theme in THEMES
        ]
        for page in pages:
            await _without_guide(page)
        return pages

    async def standing(self, name: str, pages: list[Page]) -> None:
        """Photograph pages as they are."""
        for theme, page in zip(THEMES, pages, strict=True):
            await self._keep(page, f"{name}-{theme}")

    async def _page(self, url: str, theme: str, *, phone: bool = False) -> Page:
        context = await self._browser.new_context(
            viewport={"width": 390, "height": 844} if phone else {"width": 1280, "height": 900},
            device_scale_factor=2 if phone else 1,
            user_agent=IPHONE if phone else None,
            is_mobile=phone,
            has_touch=phone,
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="UTC",
        )
        page = await context.new_page()
        await page.goto(url)
        return page

    async def _keep(self, page: Page, name: str) -> None:
        await page.wait_for_timeout(1200)
        await _without_guide(page)
        path = self._folder / f"{name}.png"
        await page.screenshot(path=path)
        print(path)
        await page.context.close()


async def _without_guide(page: Page) -> None:
    guide = page.get_by_role("button", name="Close the guide")
    if await guide.count() and not await page.get_by_role("dialog").count():
        await guide.click()
        await page.wait_for_timeout(300)


class Photographed(Lifecycle):
    """The lifecycle of the demo, which stands still for a picture here and there."""

    def __init__(self, demo: Demo, walk: Walk, album: Album) -> None:
        super().__init__(demo, walk)
        self._album = album
        self._qa = demo.slack.workspace.channel("#qa").id
        self._builds = demo.slack.workspace.channel("#mobile-builds").id

    async def _form(self, text: str, title: str) -> View:
        pages = await self._album.before("Ann", self._builds)
        form = await super()._form(text, title)
        await self._album.standing(f"form-{text.split(maxsplit=1)[0]}", pages)
        return form

    async def _approve(self) -> None:
        def asked() -> bool:
            return any("asks to send" in m.said() for m in self._workspace.dms("Eve"))

        await self._seen(lambda: asked() or None, "the question to Eve")
        await self._album.place("approval", "Eve", self._workspace.dm("Eve").id)
        await super()._approve()
        await self._album.place("approved", "Eve", self._workspace.dm("Eve").id)

    async def _mandatory(self) -> None:
        await super()._mandatory()
        await self._album.place("mandatory", "Bob", self._qa)

    async def _nudge(self) -> None:
        await super()._nudge()  # Whoever opened the page is counted there, so it is opened later.
        found = LINK.search(str((await self._told("Bob", READY, "2.5.0")).blocks))
        assert found is not None
        await self._album.tester_page("page-mandatory", found.group())
        await self._my_builds()

    async def _my_builds(self) -> None:
        tester_id = await self._demo.house.house.people.testers.id_of(
            self._workspace.person("Bob").user.id
        )
        assert tester_id is not None
        house = self._demo.house.house
        token = await house.installing.pages.token_of(tester_id)
        await self._album.tester_page("my-builds", house.links.me(token))

    async def _recall(self) -> list[str]:
        links = await super()._recall()
        await self._album.place("recalled", "Bob", self._qa)
        await self._album.place("recalled-message", "Bob", self._workspace.dm("Bob").id)
        return links

    async def _roll_back(self) -> str:
        link = await super()._roll_back()
        await self._album.place("rolled-back", "Bob", self._qa)
        return link

    async def pair(self) -> None:
        """Send both halves of a product, which came in the past, to somebody at once."""
        await self._command("products pair harbour harbour-android as Harbour")
        await self._command(f"groups create Duo {self._workspace.person('Cid').mention}")
        await self._seen(lambda: self._answered("Duo") or None, "the group Duo")
        form = await self._form("distribute harbour 2.4.0 to Duo", "Please confirm")
        await self._ann.submit(form)
        told = await self._told("Cid", READY, "2.4.0")
        await self._album.place("product-message", "Cid", self._workspace.dm("Cid").id)
        found = LINK.search(str(told.blocks))
        assert found is not None
        await self._album.tester_page("product-page", found.group())


async def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    async with chromium() as opened:
        async with running(lived_in=True) as demo:
            await demo.past
            await Photographed(demo, Walk(demo), Album(opened, demo, folder)).pair()
        async with running() as demo:
            walk = Walk(demo)
            await walk.walk(None)
            walked = Photographed(demo, walk, Album(opened, demo, folder))
            await walked.walk(walk.given[0])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
