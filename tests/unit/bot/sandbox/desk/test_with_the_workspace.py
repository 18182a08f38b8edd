"""The page against the sandbox's own Slack server, with an app that really answers."""

import pytest

from bot.sandbox.slack.server import SandboxSlack
from tests.browsers import FilePayload, Page, expect
from tests.unit.bot.sandbox.desk.answering import answering
from tests.unit.bot.sandbox.desk.visit import Doors

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def post_a_build(page: Page) -> None:
    field = page.get_by_label("Message #mobile-builds")
    build: FilePayload = {
        "name": "harbour.ipa",
        "mimeType": "application/zip",
        "buffer": b"PK" * 5000,
    }
    await page.locator("#centre input[type=file]").set_input_files(build)
    await field.fill("new & shiny for @bob")
    await field.press("Enter")
    await page.locator("#centre .replies").click()


async def distribute(page: Page) -> None:
    await page.locator("#thread").get_by_role("button", name="Distribute…").click()
    dialog = page.get_by_role("dialog", name="Distribute")
    await dialog.locator("[data-block-id=groups] .select__face").click()
    await page.keyboard.type("beta")
    await expect(page.locator(".option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await dialog.get_by_role("button", name="Distribute").click()
    notes = dialog.locator("[data-block-id=notes]")
    await expect(notes.locator(".error")).to_have_text("Say please.")
    await notes.locator("textarea").fill("please")
    await dialog.get_by_role("button", name="Distribute").click()
    await expect(dialog).to_have_count(0)


async def test_a_build_is_posted_distributed_and_spoken_about(doors: Doors) -> None:
    async with SandboxSlack.serve() as slack, answering(slack):
        page = await doors.desktop.new_page()
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        await page.goto(slack.url)
        await post_a_build(page)
        await expect(page.locator("#thread .message").first).to_contain_text(
            "new & shiny for @Bob Baker"
        )
        await distribute(page)

        await page.get_by_label("Message #mobile-builds").fill("/release list @bob")
        await page.keyboard.press("Enter")
        bob = slack.workspace.person("Bob")
        said = page.locator("#centre .message--ephemeral")
        await expect(said).to_contain_text("You said list")

        await page.get_by_role("link", name="slipway home").click()
        await expect(page.locator(".home__blocks")).to_contain_text("What you can install")

        assert bob.id in slack.workspace.messages("#mobile-builds")[0].text
        assert slack.violations == []
        assert troubles == []
        await page.evaluate("localStorage.clear()")
        await page.close()
