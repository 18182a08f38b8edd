"""Somebody who opens the page, on a desktop or on a phone."""

from contextlib import AsyncExitStack

from playwright.async_api import Browser, Page

from tests.unit.bot.sandbox.desk.deskserver import Workspace

CLOSED_GUIDE = "localStorage.setItem('slipway.guide.T1', JSON.stringify({open: false}))"
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""


class Visitor:
    """Opens pages with a profile of their own and notes what went wrong in them."""

    def __init__(self, browser: Browser, space: Workspace, stack: AsyncExitStack) -> None:
        self.browser = browser
        self.space = space
        self.stack = stack
        self.troubles: list[str] = []

    async def open(self, where: str, *, is_phone: bool = False, guide: bool = False) -> Page:
        size = {"width": 390, "height": 844} if is_phone else {"width": 1280, "height": 800}
        context = await self.browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            has_touch=is_phone,
            is_mobile=is_phone,
            reduced_motion="reduce",
            timezone_id="UTC",
            locale="en-GB",
        )
        self.stack.push_async_callback(context.close)
        context.set_default_timeout(5000)
        await context.add_init_script(WATCH if guide else WATCH + CLOSED_GUIDE)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        await page.goto(f"{self.space.base}/{where}")
        await page.locator("#centre .pane").wait_for()
        return page
