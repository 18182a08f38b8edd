"""The page of Apple's teams on a phone: it fits, is read in light and dark, and needs no script."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.sandbox.samples.identities import signing_identity
from provisioning.codesign.identity.request import make_request
from tests.browsers import Browser, Page, chromium
from tests.integration.web.apple_page import ApplesDesk, apples_desk
from tests.integration.web.site import IPHONE

#: What WCAG asks of text of the usual size.
CONTRAST = 4.5

#: Returns the smallest contrast of any text on the page, and the text.
WEAKEST = """() => {
  const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(
      v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = node => {
    for (let at = node; at; at = at.parentElement) {
      const found = parse(getComputedStyle(at).backgroundColor);
      if (found.length === 3 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  let worst = [99, ''];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim(), node = walk.currentNode.parentElement;
    if (!text || !node.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground(node))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < worst[0]) worst = [contrast, text];
  }
  return worst;
}"""


@pytest.fixture
async def desk(sqlite_url: str, tmp_path: Path) -> AsyncGenerator[ApplesDesk]:
    async with apples_desk(sqlite_url, tmp_path) as desk:
        yield desk


@pytest.fixture
async def browser() -> AsyncGenerator[Browser]:
    async with chromium() as opened:
        yield opened


async def phone(browser: Browser, scheme: str, *, script: bool = True) -> Page:
    context = await browser.new_context(
        user_agent=IPHONE,
        viewport={"width": 390, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=script,
        has_touch=True,
    )
    return await context.new_page()


async def fits(page: Page) -> None:
    """Nothing is wider than the phone, and everything can be read."""
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    contrast, text = await page.evaluate(WEAKEST)
    assert contrast >= CONTRAST, text


async def enter_key(page: Page, desk: ApplesDesk, **change: str) -> None:
    key = desk.team.key
    await page.fill("#issuer_id", change.get("issuer_id", key.issuer_id))
    await page.set_input_files(
        "#p8_file",
        {"name": f"AuthKey_{key.id}.p8", "mimeType": "text/plain", "buffer": key.p8.encode()},
    )


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
async def test_every_state_of_the_page_fits_a_phone_and_can_be_read(
    browser: Browser, desk: ApplesDesk, scheme: str, tmp_path: Path
) -> None:
    for _ in range(3):
        desk.team.certificates.issue(make_request("x").csr_pem.decode(), "DISTRIBUTION")
    page, pictures = await phone(browser, scheme), tmp_path
    await page.goto(desk.address + await desk.link())
    for summary in await page.locator("summary").all():
        await summary.click()
    await page.screenshot(path=pictures / f"1-{scheme}-blank.png", full_page=True)
    await fits(page)

    await enter_key(page, desk, issuer_id="x" * 80)
    await page.check("[value=bring]")
    await page.click("button")
    await page.screenshot(path=pictures / f"2-{scheme}-refused.png", full_page=True)
    await fits(page)
    assert await page.locator("#wrong-p12").is_visible()

    await enter_key(page, desk)
    await page.check("[value=make]")
    await page.click("button")
    await page.screenshot(path=pictures / f"3-{scheme}-full.png", full_page=True)
    await fits(page)
    assert await page.locator("li").count() == 3

    desk.team.revoke(next(iter(desk.team.certificates)).id)
    await page.click("button")
    await page.screenshot(path=pictures / f"4-{scheme}-done.png", full_page=True)
    await fits(page)
    assert await page.get_by_text("This page is used up.").is_visible()

    await page.reload()
    await page.goto(page.url)
    await page.screenshot(path=pictures / f"5-{scheme}-over.png", full_page=True)
    await fits(page)
    assert await page.get_by_text("This link works no more").is_visible()


async def test_a_team_is_connected_without_script(browser: Browser, desk: ApplesDesk) -> None:
    signer = signing_identity()
    desk.team.certificates.adopt(signer.certificate, "IOS_DISTRIBUTION")
    page = await phone(browser, "light", script=False)
    await page.goto(desk.address + await desk.link())

    await enter_key(page, desk)
    assert not await page.locator("#p12").is_visible()
    await page.check("[value=bring]")
    p12 = signer.p12("synthetic")
    await page.set_input_files(
        "#p12", {"name": "a.p12", "mimeType": "application/x-pkcs12", "buffer": p12}
    )
    await page.fill("#password", "synthetic")
    await page.click("button")

    assert await page.get_by_text(signer.fingerprint).is_visible()
    assert [one.fingerprint for one in await desk.identities.every()] == [signer.fingerprint]
