"""The install page in a real browser: what shows, and that nothing of a stranger's runs."""

from collections.abc import AsyncGenerator

import pytest

from tests.browsers import Browser, Page, chromium
from tests.integration.web.site import ANDROID, DESKTOP, IPHONE, Offer, Site
from tests.integration.web.test_install_page import PAYLOADS
from tests.shelf import drawn_icon, signed_ad_hoc


@pytest.fixture
async def browser() -> AsyncGenerator[Browser]:
    async with chromium() as opened:
        yield opened


class Watched:
    """A page with everything that it complained about or that popped up."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.heard: list[str] = []
        page.on("console", lambda message: self.heard.append(message.text))
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.on("requestfailed", lambda request: self.heard.append(request.url))
        page.on("dialog", self._on_dialog)

    async def _on_dialog(self, dialog: object) -> None:
        self.heard.append(f"A dialog opened: {dialog!r}")


async def look(
    browser: Browser, site: Site, offer: Offer, agent: str, *, wide: bool = False, **more: bool
) -> Watched:
    size = {"width": 1280, "height": 800} if wide else {"width": 390, "height": 844}
    context = await browser.new_context(
        user_agent=agent,
        viewport={"width": size["width"], "height": size["height"]},
        java_script_enabled=more.get("script", True),
        has_touch=not wide,
    )
    if more.get("tablet"):
        await context.add_init_script(
            "Object.defineProperty(navigator, 'maxTouchPoints', {value: 5})"
        )
    watched = Watched(await context.new_page())
    await watched.page.goto(site.address + offer.path)
    return watched


async def test_a_phone_shows_the_button_on_the_first_screen_without_script(
    browser: Browser, site: Site
) -> None:
    offer = await site.offer(icon=drawn_icon(), release={"notes": "* one\n* two"})
    seen = await look(browser, site, offer, IPHONE, script=False)
    button = await seen.page.get_by_role("link", name="Install", exact=True).bounding_box()

    assert button is not None
    assert button["y"] + button["height"] < 844
    assert button["height"] >= 44
    assert button["width"] > 300


async def test_nothing_is_wider_than_the_phone(browser: Browser, site: Site) -> None:
    long = "Unbreakable" * 12
    offer = await site.offer(
        platform="android",
        facts={"version": long, "build": "9" * 60},
        app={"display_name": long},
        release={"notes": f"# {long}\n\n`{long}`\n\n```\n{long}\n```\n\nhttps://x.example/{long}"},
        tester={"name": long},
    )
    seen = await look(browser, site, offer, ANDROID)

    assert await seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert seen.heard == []


@pytest.mark.slow
async def test_a_tablet_that_says_it_is_a_mac_gets_the_button(browser: Browser, site: Site) -> None:
    offer = await site.offer()
    tablet = await look(browser, site, offer, DESKTOP, wide=True, tablet=True)
    mac = await look(browser, site, offer, DESKTOP, wide=True)
    bare = await look(browser, site, offer, DESKTOP, wide=True, script=False)

    for seen, big in ((tablet, True), (mac, False), (bare, False)):
        assert await seen.page.get_by_text("Install on this iPad").is_visible() is big
        assert await seen.page.get_by_text("This is an iPad: install here").is_visible() is not big
    assert tablet.heard == []


@pytest.mark.slow
async def test_no_script_of_a_stranger_runs(browser: Browser, site: Site) -> None:
    payload = "".join(PAYLOADS)
    offer = await site.offer(
        icon=drawn_icon(),
        facts={"signing": signed_ad_hoc(kind="enterprise", team_name=payload), "min_os": payload},
        app={"display_name": payload[:255]},
        release={"notes": payload},
        tester={"name": payload[:255]},
    )
    for agent, wide in ((IPHONE, False), (DESKTOP, True)):
        seen = await look(browser, site, offer, agent, wide=wide)
        await seen.page.wait_for_timeout(50)
        assert seen.heard == []
        assert await seen.page.locator("main").is_visible()


async def test_the_code_can_be_seen_on_a_desktop(browser: Browser, site: Site) -> None:
    seen = await look(browser, site, await site.offer(), DESKTOP, wide=True)
    drawn = await seen.page.get_by_alt_text("QR code").evaluate("code => code.naturalWidth")

    assert drawn > 100
    assert seen.heard == []


@pytest.mark.parametrize("height", [844, 568])
async def test_c19_the_page_of_an_error_is_not_scrolled_on_a_phone(
    browser: Browser, site: Site, height: int
) -> None:
    context = await browser.new_context(
        user_agent=IPHONE, viewport={"width": 390, "height": height}, color_scheme="dark"
    )
    seen = Watched(await context.new_page())
    await seen.page.goto(site.address + "/i/" + "a" * 43)
    room = await seen.page.evaluate(
        "[document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
    )
    mark = await seen.page.locator(".mark").evaluate("mark => mark.naturalWidth")

    assert room == [height, 390]
    assert mark > 0
