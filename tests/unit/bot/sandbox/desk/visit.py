"""Somebody who opens the page, on a desktop or on a phone."""

from dataclasses import dataclass

from tests.browsers import Browser, BrowserContext, Page
from tests.unit.bot.sandbox.desk.deskserver import Workspace

CLOSED_GUIDE = "localStorage.setItem('slipway.guide.T1', JSON.stringify({open: false}))"
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """
    The two ways in. They stay open for all tests, since a new profile is slow to make.

    In each a page without anything in it stays as well: it keeps the process that draws the others,
    and making that takes longer than most tests.
    """

    desktop: BrowserContext
    phone: BrowserContext

    @classmethod
    async def of(cls, browser: Browser, base: str) -> "Doors":
        doors = cls(
            desktop=await cls._door(browser, width=1280, height=800),
            phone=await cls._door(browser, width=390, height=844, is_phone=True),
        )
        for context in (doors.desktop, doors.phone):
            page = await context.new_page()
            await page.goto(f"{base}/nothing")
        return doors

    @staticmethod
    async def _door(
        browser: Browser, *, width: int, height: int, is_phone: bool = False
    ) -> BrowserContext:
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=is_phone,
            is_mobile=is_phone,
            reduced_motion="reduce",
            timezone_id="UTC",
            locale="en-GB",
        )
        context.set_default_timeout(10_000)
        await context.add_init_script(WATCH)
        return context


class Visitor:
    """Opens pages and notes what went wrong in them; leaves no memory behind."""

    def __init__(self, doors: Doors, space: Workspace) -> None:
        self.doors = doors
        self.space = space
        self.pages: list[Page] = []
        self.troubles: list[str] = []

    async def open(self, where: str, *, is_phone: bool = False, guide: bool = False) -> Page:
        page = await (self.doors.phone if is_phone else self.doors.desktop).new_page()
        self.pages.append(page)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        if not guide:
            await page.add_init_script(CLOSED_GUIDE)
        await page.goto(f"{self.space.base}/{where}")
        await page.locator("#centre .pane").wait_for()
        return page

    async def leave(self) -> None:
        for page in self.pages:
            await page.evaluate("localStorage.clear()")
            await page.close()
