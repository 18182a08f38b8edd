"""What somebody sees who opens the demo and follows its guide."""

import re

import pytest

from bot.sandbox.demo import running
from tests.browsers import chromium, expect
from tests.integration.demo.journey import Journey


@pytest.mark.slow
async def test_d4_the_guide_leads_through_its_stations_and_each_is_true() -> None:
    async with chromium() as opened, running(lived_in=True) as demo:
        journey = Journey(opened)
        link = await journey.walk(demo.slack.url)

        phone = await journey.on_a_phone(link)
        await expect(phone.get_by_role("heading", name="Harbour", exact=True)).to_be_visible()
        await expect(phone.locator(".version")).to_have_text(re.compile(r"2\.5\.0"))
        install = phone.get_by_role("link", name=re.compile("^(Install|Try it anyway)"))
        assert (await install.get_attribute("href") or "").startswith("itms-services://?")
        await expect(phone.locator("footer")).to_contain_text("for Bob Baker alone")
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert await phone.evaluate(wide) is False

        desktop = await journey.on_a_desktop(link)
        await expect(desktop.get_by_alt_text("QR code of this page")).to_be_visible()
        await expect(desktop.get_by_role("heading", name="Scan it with")).to_be_visible()

        await journey.ask(demo.slack.url, "/release groups show QA", "QA")
        await journey.home(demo.slack.url)
        await journey.on_a_small_screen(demo.slack.url)

        assert journey.troubles == []
        assert demo.slack.violations == []
