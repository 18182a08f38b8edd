"""The road that the guide shows, walked in a browser by somebody who only looks and clicks."""

import re
from collections.abc import Awaitable, Callable
from typing import Literal, TypeAlias

from tests.browsers import Browser, Locator, Page, expect

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)
#: A busy machine takes its time; what is there is seen at once.
PATIENCE = 30_000
#: What happened before one looks takes longer than a click.
THE_PAST = 180_000

Theme: TypeAlias = Literal["light", "dark"]
#: Called with a page and a name whenever there is something worth keeping a picture of.
Camera: TypeAlias = Callable[[Page, str], Awaitable[None]]


async def no_camera(page: Page, name: str) -> None:
    """Take no picture."""


class Journey:
    """A newcomer in one browser, being this person and that; and Bob's phone in another."""

    def __init__(
        self, opened: Browser, *, theme: Theme = "light", camera: Camera = no_camera
    ) -> None:
        self._browser = opened
        self._theme = theme
        self._camera = camera
        self.troubles: list[str] = []

    async def walk(self, url: str) -> str:
        """Follow the guide through all of its stations; return Bob's install link."""
        page = await self._page(url, width=1280, height=860)
        guide = page.get_by_role("region", name="Guide")
        await expect(guide).to_contain_text("From a build to a phone")
        await self._camera(page, "filling")
        await self._compare(page, guide)
        await self._distribute(page, guide)
        await self._read_announcement(page)
        link = await self._install(page, guide)
        await self._read_receipts(page, guide)
        await self._add_the_new_phone(page, guide)
        await self._hear_alarm(page, guide)
        await expect(guide).to_contain_text("That is the whole road")
        return link

    async def on_a_small_screen(self, url: str) -> None:
        """Look at the guide, a card, a channel and Home where there is room for one thing only."""
        page = await self._page(url, width=390, height=844, agent=IPHONE)
        await self._camera(page, "small-guide")
        await page.get_by_role("button", name="Close the guide").click()
        await page.locator("#centre .replies").last.click()
        await expect(page.locator("#thread .blocks--card").first).to_be_visible()
        await self._camera(page, "small-card")
        for place, words in (("qa", "Harbour"), ("slipway home", "Recent releases")):
            await page.goto(url)
            await page.get_by_role("button", name="Show channels and people").first.click()
            await page.get_by_role("link", name=re.compile(f"^{place}")).click()
            await expect(page.locator("#centre")).to_contain_text(words)
            await self._camera(page, f"small-{place.replace(' ', '-')}")

    async def ask(self, url: str, text: str, answer: str) -> None:
        """Type something as Ann and wait for the words of the answer, which only she sees."""
        page = await self._page(url, width=1280, height=860)
        await page.get_by_role("button", name="Close the guide").click()
        await page.get_by_label("Message #mobile-builds").fill(text)
        await page.keyboard.press("Enter")
        await expect(page.locator("#centre .message--ephemeral").last).to_contain_text(answer)
        await self._camera(page, text.removeprefix("/release ").replace(" ", "-"))

    async def home(self, url: str) -> None:
        """Open the Home tab as Ann, and look for an old release there."""
        page = await self._page(url, width=1280, height=860)
        await page.get_by_role("button", name="Close the guide").click()
        await page.get_by_role("link", name="slipway home").click()
        centre = page.locator("#centre")
        await expect(centre).to_contain_text("Recent releases")
        await expect(centre.get_by_role("img", name="Icon of Beacon").first).to_be_visible()
        await expect(centre.get_by_role("button", name="Create a group…")).to_be_visible()
        await self._camera(page, "home")
        await centre.locator(".select__face").click()
        await page.keyboard.type("2.3.0")
        await expect(page.locator(".option")).to_have_count(1)
        await self._camera(page, "home-search")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog")).to_contain_text("Harbour 2.3.0 (230)")
        await self._camera(page, "home-details")

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

    async def _compare(self, page: Page, guide: Locator) -> None:
        await expect(page.locator("#progress")).to_be_hidden(timeout=THE_PAST)
        await self._camera(page, "guide")
        await guide.get_by_role("button", name="Post Harbour 2.5.0 as Cid").click()
        thread = page.locator("#thread")
        await expect(thread).to_contain_text("Compared with 2.4.0 (241)")
        await expect(thread).to_contain_text("Minimum system iOS 15.0 became iOS 16.0.")
        await self._camera(page, "comparison")

    async def _distribute(self, page: Page, guide: Locator) -> None:
        await guide.get_by_role("button", name="Be Ann, at the card").click()
        thread = page.locator("#thread")
        await thread.get_by_role("button", name="Distribute…").click()
        dialog = page.get_by_role("dialog", name="Distribute")
        await expect(dialog.locator("[data-block-id=distribute_groups]")).to_be_visible()
        await self._camera(page, "distribute")
        await page.keyboard.press("Escape")
        await thread.get_by_role("button", name="Distribute to QA").click()
        asked = page.get_by_role("alertdialog", name="Distribute to QA?")
        await expect(asked).to_contain_text("goes to everybody in QA")
        await self._camera(page, "one-click")
        await asked.get_by_role("button", name="Distribute").click()
        await expect(thread).to_contain_text("2/2 reached")
        await self._camera(page, "live")

    async def _read_announcement(self, page: Page) -> None:
        await page.get_by_role("link", name=re.compile("^qa")).click()
        centre = page.locator("#centre")
        await expect(centre).to_contain_text("Harbour 2.5.0 (251)")
        await expect(centre).to_contain_text("Live · release 4")
        await expect(centre.get_by_role("img", name="Icon of Harbour").last).to_be_visible()
        await self._camera(page, "announcement")

    async def _install(self, page: Page, guide: Locator) -> str:
        await guide.get_by_role("button", name="Be Bob").click()
        link = await self._find_link(page)
        await guide.get_by_role("button", name="Station 3").click()
        phone = guide.get_by_role("button", name="Let his iPhone install it")
        await phone.click()
        await expect(phone).not_to_have_attribute("aria-busy", "true")
        return link

    async def _read_receipts(self, page: Page, guide: Locator) -> None:
        await guide.get_by_role("button", name="Station 4").click()
        await guide.get_by_role("button", name="Show Ann the receipts").click()
        answer = page.locator("#centre .message--ephemeral").last
        await expect(answer).to_contain_text("Harbour 2.5.0 (251)")
        await expect(answer).to_contain_text("2 of 2 people reached.")
        await expect(answer).to_contain_text("1 person opened the install page, 1 has all of it.")
        await self._camera(page, "receipts")

    async def _add_the_new_phone(self, page: Page, guide: Locator) -> None:
        centre = page.locator("#centre")
        await guide.get_by_role("button", name="Station 5").click()
        await guide.get_by_role("button", name="Send its UDID as Bob").click()
        await expect(centre).to_contain_text("approve")
        await self._camera(page, "new-phone")
        await guide.get_by_role("button", name="Be Ann, who approves it").click()
        approve = centre.get_by_role("button", name="Approve", exact=True).last
        await expect(approve).to_be_visible()
        await self._camera(page, "approval")
        await approve.click()
        await guide.get_by_role("button", name="Station 3").click()
        await guide.get_by_role("button", name="Be Bob").click()
        await expect(centre).to_contain_text("You can install Harbour")
        await self._camera(page, "new-phone-ready")
        await guide.get_by_role("button", name="Station 5").click()
        await guide.get_by_role("button", name="Let the new iPhone install it").click()
        done = guide.get_by_role("button", name="Station 5: A new phone, done")
        await expect(done).to_be_visible()
        await guide.get_by_role("button", name="Station 6").click()

    async def _hear_alarm(self, page: Page, guide: Locator) -> None:
        await guide.get_by_role("button", name="Post it as Cid").click()
        thread = page.locator("#thread")
        await expect(thread).to_contain_text("Another team signed this build: Lighthouse Works")
        await self._camera(page, "alarm")

    async def _find_link(self, page: Page) -> str:
        centre = page.locator("#centre")
        await expect(centre).to_contain_text("Harbour 2.5.0 (251) is ready for you.")
        install = centre.get_by_role("link", name="Install", exact=True).last
        await expect(install).to_be_visible()
        await self._camera(page, "message")
        async with page.expect_popup() as opening:
            await install.click()
        opened = await opening.value
        await opened.wait_for_load_state()
        return opened.url
