"""Adding a device in a real browser: what shows on the first screen, in either light."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest

from tests.browsers import Browser, Page, chromium
from tests.integration.web.enrolling import BOB, EnrolSite, given, open_enrolment
from tests.integration.web.site import DESKTOP, IPHONE
from tests.integration.web.test_in_a_browser import Watched
from tests.unit.provisioning.devices.enrolment.authority import DeviceAuthorities

Light = Literal["light", "dark"]


@pytest.fixture
async def site(
    sqlite_url: str, tmp_path: Path, authority: DeviceAuthorities
) -> AsyncGenerator[EnrolSite]:
    async with open_enrolment(sqlite_url, tmp_path, authority) as opened:
        opened.links.base_url = opened.address  # The browser is led about on this very machine.
        yield opened


@pytest.fixture
async def browser() -> AsyncGenerator[Browser]:
    async with chromium() as opened:
        yield opened


@asynccontextmanager
async def looking(
    browser: Browser,
    site: EnrolSite,
    path: str,
    *,
    agent: str = IPHONE,
    light: Light = "light",
    script: bool = True,
) -> AsyncGenerator[Watched]:
    """Open a page of the site, on a phone or on a desk."""
    wide, high = (390, 844) if agent == IPHONE else (1280, 800)
    context = await browser.new_context(
        user_agent=agent,
        viewport={"width": wide, "height": high},
        color_scheme=light,
        java_script_enabled=script,
    )
    watched = Watched(await context.new_page())
    await watched.page.goto(site.address + path)
    yield watched
    assert watched.heard == []
    await context.close()


async def width(page: Page) -> int:
    return int(await page.evaluate("document.documentElement.scrollWidth"))


async def contrast(page: Page, selector: str) -> float:
    """Return how well a text stands out from what is behind it (WCAG: 4.5 is enough)."""
    return float(
        await page.locator(selector).first.evaluate(
            """element => {
              const numbers = color => color.match(/[0-9.]+/g).map(Number);
              const shine = color => numbers(color).slice(0, 3)
                .map(one => one / 255)
                .map(one => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
                .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
              const own = shine(getComputedStyle(element).color);
              let behind = element;
              while (numbers(getComputedStyle(behind).backgroundColor)[3] === 0) {
                behind = behind.parentElement;
              }
              const ground = shine(getComputedStyle(behind).backgroundColor);
              return (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
            }"""
        )
    )


@pytest.mark.parametrize("light", ["light", pytest.param("dark", marks=pytest.mark.slow)])
async def test_the_button_is_on_the_first_screen_and_everything_can_be_read(
    browser: Browser, site: EnrolSite, light: Light
) -> None:
    page = await site.link()
    async with looking(browser, site, page, light=light, script=False) as seen:
        button = seen.page.get_by_role("link", name="Download the profile")
        box = await button.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 844
        assert (box["width"] > 300, box["height"] >= 44) == (True, True)
    async with looking(browser, site, page, light=light) as seen:
        assert await width(seen.page) == 390
        for text in (".button", ".steps li", ".steps strong", ".quiet", "summary", "footer p"):
            assert await contrast(seen.page, text) >= 4.5, text


@pytest.mark.parametrize("light", ["light", pytest.param("dark", marks=pytest.mark.slow)])
async def test_the_result_fits_and_can_be_read(
    browser: Browser, site: EnrolSite, light: Light
) -> None:
    await site.connect_a_team()
    asked = await site.ask(await site.link())
    led = await site.led(asked.path, site.signed(asked))

    for path in (led, "/enroll/refused/device_taken"):
        async with looking(browser, site, path, light=light) as seen:
            assert await width(seen.page) == 390
            for text in ("h1", ".alone p", *([".notice strong"] if path == led else [])):
                assert await contrast(seen.page, text) >= 4.5, text


@pytest.mark.slow
async def test_a_tablet_that_says_it_is_a_mac_gets_the_button(
    browser: Browser, site: EnrolSite
) -> None:
    page = await site.link()
    for touching, big in ((5, True), (0, False)):
        async with looking(browser, site, "/healthz", agent=DESKTOP) as seen:
            await seen.page.add_init_script(
                f"Object.defineProperty(navigator, 'maxTouchPoints', {{value: {touching}}})"
            )
            await seen.page.goto(site.address + page)
            here = seen.page.get_by_text("Download the profile on this iPad")
            link = seen.page.get_by_text("This is an iPad: download the profile here")
            assert await here.is_visible() is big
            assert await link.is_visible() is not big
            assert await seen.page.get_by_alt_text("QR code").evaluate("it => it.naturalWidth") > 99


@pytest.mark.slow
async def test_a_click_on_the_install_page_leads_there_without_script(
    browser: Browser, site: EnrolSite
) -> None:
    install = await given(site, "adhoc")
    async with looking(browser, site, install, script=False) as seen:
        await seen.page.get_by_role("button", name="not in the build yet? Add it").click()
        await seen.page.wait_for_url(f"{site.address}/enroll/*")

        assert await seen.page.get_by_role("heading", name="Add this iPhone").is_visible()
        assert seen.page.url == site.address + await site.link(BOB)
