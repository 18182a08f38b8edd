"""The road that the guide shows, walked in a browser by somebody who only looks and clicks."""

import re
from collections.abc import Awaitable, Callable
from typing import Literal, TypeAlias

from tests.browsers import Browser, Page, expect

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)
#: A busy machine takes its time; what is there is seen at once.
PATIENCE = 30_000

Theme: TypeAlias = Literal["light", "dark"]
#: Called with a page and a name whenever there is something worth keeping a picture of.
Camera: TypeAlias = Callable[[Page, str], Awaitable[None]]


async def no_camera(page: Page, name: str) -> None:
    """Take no picture."""


class Journey:
    """Ann and Bob in one browser, as on the page of the demo; and Bob's phone in another."""

    def __init__(
        self, opened: Browser, *, theme: Theme = "light", camera: Camera = no_camera
    ) -> None:
        self._browser = opened
        self._theme = theme
        self._camera = camera
        self.troubles: list[str] = []

    async def walk(self, url: str) -> str:
        """Walk from an empty channel to Bob's install link, and return the link."""
        page = await self._page(url, width=1280, height=860)
        await self._post(page)
        await self._create_app(page)
        await self._distribute(page)
        await self._read_announcement(page)
        return await self._find_link(page)

    async def ask(self, url: str, text: str, answer: str) -> None:
        """Type something as Ann and wait for the words of the answer, which only she sees."""
        page = await self._page(url, width=1280, height=860)
        await page.get_by_role("button", name="Close the guide").click()
        await page.get_by_label("Message #mobile-builds").fill(text)
        await page.keyboard.press("Enter")
        await expect(page.locator("#centre .message--ephemeral").last).to_contain_text(answer)
        await self._camera(page, text.removeprefix("/release ").replace(" ", "-"))

    async def home(self, url: str, words: str) -> None:
        """Open the Home tab as Ann."""
        page = await self._page(url, width=1280, height=860)
        await page.get_by_role("button", name="Close the guide").click()
        await page.get_by_role("link", name="slipway home").click()
        await expect(page.locator("#centre")).to_contain_text(words)
        await self._camera(page, "home")

    async def on_a_phone(self, link: str) -> Page:
        """Open the install link as an iPhone does."""
        return await self._page(link, width=390, height=844, agent=IPHONE)

    async def on_a_desktop(self, link: str) -> Page:
        return await self._page(link, width=1280, height=860)

    async def _page(self, url: str, *, width: int, height: int, agent: str | None = None) -> Page:
        context = await self._browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=2 if agent else 1,
            user_agent=agent,
            is_mobile=agent is not None,
            has_touch=agent is not None,
            color_scheme=self._theme,
            reduced_motion="reduce",
            timezone_id="UTC",
            locale="en-GB",
        )
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        await page.goto(url)
        return page

    async def _post(self, page: Page) -> None:
        guide = page.get_by_role("region", name="Guide")
        await expect(guide).to_contain_text("Three steps to a phone")
        await self._camera(page, "guide")
        await guide.get_by_role("button", name="Post the sample iOS build").click()
        await expect(page.locator("#thread")).to_contain_text("New app.")

    async def _create_app(self, page: Page) -> None:
        thread = page.locator("#thread")
        await self._camera(page, "new-app")
        await thread.get_by_role("button", name="Create app…").click()
        dialog = page.get_by_role("dialog", name="Create app")
        await self._camera(page, "create-app")
        await dialog.get_by_role("button", name="Create", exact=True).click()
        await expect(dialog).to_have_count(0)
        await expect(thread).to_contain_text("Draft")
        await self._camera(page, "card")

    async def _distribute(self, page: Page) -> None:
        await page.locator("#thread").get_by_role("button", name="Distribute…").click()
        dialog = page.get_by_role("dialog", name="Distribute")
        await dialog.locator("[data-block-id=distribute_groups] .select__face").click()
        await page.keyboard.type("qa")
        await expect(page.locator(".option")).to_have_count(1)
        await page.keyboard.press("Enter")
        await page.keyboard.press("Escape")
        await expect(dialog.locator(".chip")).to_have_text(["QA"])
        await self._camera(page, "distribute")
        await dialog.get_by_role("button", name="Continue").click()
        asked = page.get_by_role("dialog", name="Please confirm")
        await expect(asked).to_contain_text("goes to 1 person: QA.")
        await self._camera(page, "confirm")
        await asked.get_by_role("button", name="Distribute to 1").click()
        await expect(asked).to_have_count(0)
        await expect(page.locator("#thread")).to_contain_text("1/1 reached")
        await self._camera(page, "live")

    async def _read_announcement(self, page: Page) -> None:
        await page.get_by_role("link", name=re.compile("^qa")).click()
        centre = page.locator("#centre")
        await expect(centre).to_contain_text("Harbour 2.4.0 (241)")
        await expect(centre).to_contain_text("Live · release 1")
        await expect(centre.get_by_role("img", name="Icon of Harbour")).to_be_visible()
        await self._camera(page, "announcement")

    async def _find_link(self, page: Page) -> str:
        await page.get_by_role("button", name="You are Ann Archer").click()
        await page.get_by_role("menuitemradio", name="Bob Baker").click()
        await page.get_by_role("link", name=re.compile("^slipway(?! home)")).click()
        install = page.get_by_role("link", name="Install", exact=True)
        await expect(install).to_be_visible()
        await self._camera(page, "message")
        async with page.expect_popup() as opening:
            await install.click()
        opened = await opening.value
        await opened.wait_for_load_state()
        return opened.url
