"""Buttons in messages: confirm dialogs, links, menus, and what the server is told."""

import pytest

from tests.browsers import Locator, Page, expect
from tests.unit.bot.sandbox.desk import canned
from tests.unit.bot.sandbox.desk.deskserver import Workspace
from tests.unit.bot.sandbox.desk.visit import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def card(space: Workspace, visitor: Visitor) -> Locator:
    root = space.messages[canned.BUILDS][1]["ts"]
    page = await visitor.open(f"#/UANN/CBUILDS/{root}")
    found = page.locator("#thread .blocks--card")
    await expect(found).to_be_visible()
    return found


async def heard(space: Workspace, page: Page) -> None:
    for _ in range(100):
        if space.actions:
            return
        await page.wait_for_timeout(20)


async def test_a_click_names_the_message_the_block_and_the_value(
    space: Workspace, visitor: Visitor
) -> None:
    deeds = await card(space, visitor)
    await deeds.get_by_role("button", name="Dismiss").click()
    await heard(space, deeds.page)

    action = space.actions[0]
    assert action["container"]["type"] == "message"
    assert action["container"]["channel"] == canned.BUILDS
    assert (action["block_id"], action["action_id"], action["value"]) == ("deeds", "dismiss", "v1")


async def test_a_confirm_that_is_denied_sends_nothing(space: Workspace, visitor: Visitor) -> None:
    deeds = await card(space, visitor)
    await deeds.get_by_role("button", name="Distribute to QA").click()
    asked = deeds.page.get_by_role("alertdialog", name="Distribute to QA?")
    await expect(asked).to_contain_text("12 people")
    await asked.get_by_role("button", name="Not yet").click()
    await expect(asked).to_have_count(0)
    await deeds.page.wait_for_timeout(100)
    assert space.actions == []

    await deeds.get_by_role("button", name="Distribute to QA").click()
    await deeds.page.keyboard.press("Escape")
    await deeds.page.wait_for_timeout(100)
    assert space.actions == []


async def test_a_confirm_that_is_granted_acts_once(space: Workspace, visitor: Visitor) -> None:
    deeds = await card(space, visitor)
    await deeds.get_by_role("button", name="Distribute to QA").click()
    await deeds.page.get_by_role("alertdialog").get_by_role("button", name="Distribute").click()
    await heard(space, deeds.page)

    assert [each["action_id"] for each in space.actions] == ["quick"]


async def test_a_button_opens_its_modal(space: Workspace, visitor: Visitor) -> None:
    deeds = await card(space, visitor)
    await deeds.get_by_role("button", name="Distribute…").click()

    await expect(deeds.page.get_by_role("dialog", name="Distribute a release")).to_be_visible()
    assert space.actions[0]["action_id"] == "distribute"


async def test_an_overflow_menu_sends_the_option(space: Workspace, visitor: Visitor) -> None:
    deeds = await card(space, visitor)
    await deeds.get_by_role("button", name="More").click()
    await deeds.page.get_by_role("menuitem", name="All facts").click()
    await heard(space, deeds.page)

    assert space.actions[0]["selected_option"]["value"] == "raw"


async def test_a_link_button_opens_a_deaf_tab_and_tells_the_bot(
    space: Workspace, page: Page
) -> None:
    button = page.locator("#centre").get_by_role("link", name="Install")
    assert await button.get_attribute("rel") == "noopener noreferrer"
    async with page.context.expect_page() as opening:
        await button.click()
    await heard(space, page)

    await (await opening.value).close()
    assert space.actions[0]["action_id"] == "install"


async def test_the_messages_menu_offers_the_bots_shortcuts(space: Workspace, page: Page) -> None:
    message = page.locator("#centre .message", has_text="Morning!")
    await message.hover()
    await message.get_by_role("button", name="More about this message").click()
    await page.get_by_role("menuitem", name="Distribute this build").click()
    await heard(space, page)

    ts = space.messages[canned.BUILDS][0]["ts"]
    wanted = {"callback_id": "distribute", "type": "message", "channel": "CBUILDS", "ts": ts}
    assert space.actions == [wanted]
