"""Selects: searching, the keyboard, many at a time, and answers that come late."""

import pytest

from tests.browsers import Locator, Page, expect
from tests.unit.bot.sandbox.desk import canned
from tests.unit.bot.sandbox.desk.deskserver import Workspace

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def select(space: Workspace, page: Page, block: str) -> Locator:
    await expect(page.locator("#centre .message").first).to_be_visible()
    space.tell({"type": "view_opened", "view": canned.modal()})
    face = page.locator(f"[data-block-id={block}] .select__face")
    await face.focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(".popup")).to_be_visible()
    return page.locator(f"[data-block-id={block}]")


async def test_the_bot_is_asked_as_one_types(space: Workspace, page: Page) -> None:
    block = await select(space, page, "groups")
    await expect(page.locator(".option")).to_have_count(4)
    await page.keyboard.type("beta")
    await expect(page.locator(".option")).to_have_count(1)
    await page.keyboard.press("Enter")

    await expect(block.locator(".chip")).to_have_text("Beta testers")
    assert space.asked[0] == ""
    assert space.asked[-1] == "beta"


async def test_a_late_answer_does_not_overwrite_a_newer_one(space: Workspace, page: Page) -> None:
    await select(space, page, "groups")
    await page.keyboard.type("q")
    while "q" not in space.asked:
        await page.wait_for_timeout(10)
    await page.keyboard.type("uay")
    await expect(page.locator(".option")).to_have_text(["Quayside <b>crew</b>7 people"])
    await page.wait_for_timeout(450)

    await expect(page.locator(".option")).to_have_count(1)


async def test_nothing_is_asked_before_enough_letters(space: Workspace, page: Page) -> None:
    await select(space, page, "release")
    await expect(page.locator(".options")).to_have_text("Type at least 2 letters.")
    await page.keyboard.type("b")
    await page.wait_for_timeout(250)
    assert space.asked == []

    await page.keyboard.type("e")
    await expect(page.locator(".option")).to_have_count(1)
    assert space.asked == ["be"]


async def test_many_are_chosen_and_taken_back(space: Workspace, page: Page) -> None:
    block = await select(space, page, "platforms")
    await page.locator(".option", has_text="iOS").click()
    await page.locator(".option", has_text="Android").click()
    await expect(block.locator(".chip")).to_have_text(["iOS", "Android"])

    await page.keyboard.press("Escape")
    await block.get_by_role("button", name="Remove iOS").click()
    await expect(block.locator(".chip")).to_have_text(["Android"])
    await expect(page.locator("dialog")).to_be_visible()


async def test_people_are_found_by_name(space: Workspace, page: Page) -> None:
    block = await select(space, page, "people")
    await page.keyboard.type("dee")
    await expect(page.locator(".option")).to_have_count(1)
    await page.keyboard.press("Enter")

    await expect(block.locator(".chip__words")).to_have_text(["Bob Baker", "Dee Dorn"])


async def test_a_search_without_a_hit_says_so(space: Workspace, page: Page) -> None:
    await select(space, page, "groups")
    await page.keyboard.type("zzz")

    await expect(page.locator(".options")).to_have_text("Nothing fits what you typed.")
