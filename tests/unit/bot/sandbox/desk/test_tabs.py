"""Several tabs of one person: each has its own form, and all have the same messages."""

import pytest

from bot.sandbox.slack.server import SandboxSlack
from tests.browsers import Page, expect
from tests.unit.bot.sandbox.desk.answering import answering
from tests.unit.bot.sandbox.desk.visit import CLOSED_GUIDE, Doors

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def looking_at_a_card(doors: Doors, slack: SandboxSlack, ts: str) -> Page:
    page = await doors.desktop.new_page()
    await page.add_init_script(CLOSED_GUIDE)
    ann, builds = slack.workspace.person("Ann").id, slack.workspace.channel("#mobile-builds").id
    await page.goto(f"{slack.url}/#/{ann}/{builds}/{ts}")
    await expect(page.locator("#thread").get_by_role("button", name="Distribute…")).to_be_visible()
    return page


async def test_d7_a_form_opens_in_the_tab_that_asked_for_it_and_in_no_other(doors: Doors) -> None:
    async with SandboxSlack.serve() as slack, answering(slack):
        workspace = slack.workspace
        posted = await workspace.person("Ann").post("#mobile-builds", "A build", files=[__file__])
        await workspace.eventually(lambda: workspace.thread(posted))
        first = await looking_at_a_card(doors, slack, posted.ts)
        second = await looking_at_a_card(doors, slack, posted.ts)

        await first.locator("#thread").get_by_role("button", name="Distribute…").click()
        await expect(first.get_by_role("dialog", name="Distribute")).to_be_visible()
        # What everybody hears arrives after the form would have.
        await workspace.person("Bob").post("#mobile-builds", "Later news", thread=posted)
        await expect(second.locator("#thread")).to_contain_text("Later news")
        await expect(second.get_by_role("dialog")).to_have_count(0)

        await second.locator("#thread").get_by_role("button", name="Distribute…").click()
        await expect(second.get_by_role("dialog", name="Distribute")).to_be_visible()
        await second.keyboard.press("Escape")
        await expect(second.get_by_role("dialog")).to_have_count(0)
        field = first.get_by_role("dialog").locator("[data-block-id=notes] textarea")
        await field.fill("please")
        await first.get_by_role("dialog").locator("[data-block-id=groups] .select__face").click()
        await first.keyboard.type("beta")
        await expect(first.locator(".option")).to_have_count(1)
        await first.keyboard.press("Enter")
        await first.keyboard.press("Escape")
        await first.get_by_role("dialog").get_by_role("button", name="Distribute").click()
        await expect(first.get_by_role("dialog")).to_have_count(0)
        assert await first.locator(".notice").count() == 0
        for page in (first, second):
            await page.close()


async def test_d7_what_is_done_without_a_page_is_seen_in_each_tab(doors: Doors) -> None:
    async with SandboxSlack.serve() as slack, answering(slack):
        workspace = slack.workspace
        posted = await workspace.person("Ann").post("#mobile-builds", "A build", files=[__file__])
        (card,) = await workspace.eventually(lambda: workspace.thread(posted))
        page = await looking_at_a_card(doors, slack, posted.ts)

        await workspace.person("Ann", tab="another").click(card, "distribute")
        await workspace.eventually(lambda: workspace.view_of("Ann"))
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await workspace.person("Ann").click(card, "distribute")
        await expect(page.get_by_role("dialog", name="Distribute")).to_be_visible()
        await page.close()
