"""Writing: messages, commands, files, edits."""

import pytest

from tests.browsers import Page, expect
from tests.unit.bot.sandbox.desk import canned
from tests.unit.bot.sandbox.desk.deskserver import Workspace
from tests.unit.bot.sandbox.desk.visit import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_is_typed_is_sent_in_slacks_wire_form(space: Workspace, page: Page) -> None:
    field = page.get_by_label("Message #mobile-builds")
    await field.fill("<b> & @bob look at #qa, @qa-team and a@bob.example")
    await field.press("Enter")
    await expect(page.locator("#centre .message").last).to_contain_text("<b> & @Bob Baker look")

    said = space.messages[canned.BUILDS][-1]
    assert said["user"] == "UANN"
    assert said["text"] == (
        "&lt;b&gt; &amp; <@UBOB> look at <#CQA|qa>, <!subteam^SQA|@qa-team> and a@bob.example"
    )
    await expect(field).to_have_value("")


async def test_a_command_goes_to_the_bot_and_not_into_the_channel(
    space: Workspace, page: Page
) -> None:
    before = len(space.messages[canned.BUILDS])
    field = page.get_by_label("Message #mobile-builds")
    await field.fill("/release groups add QA @bob")
    await field.press("Enter")
    await expect(page.locator(".message--ephemeral").last).to_contain_text("Try help")

    assert space.commands == [
        {"channel": "CBUILDS", "command": "/release", "text": "groups add QA <@UBOB|bob>"}
    ]
    assert len(space.messages[canned.BUILDS]) == before + 1


async def test_a_bot_that_does_not_answer_is_named(space: Workspace, page: Page) -> None:
    field = page.get_by_label("Message #mobile-builds")
    await field.fill("/release sleep")
    await field.press("Enter")

    said = page.get_by_role("alert").filter(has_text="Slipway did not answer")
    await expect(said).to_be_visible()
    await expect(field).to_have_value("/release sleep")
    assert len(space.commands) == 1


async def test_a_slash_shows_what_can_be_said(page: Page) -> None:
    field = page.get_by_label("Message #mobile-builds")
    await field.fill("/")
    await expect(page.locator(".hint-row")).to_have_count(1)
    await page.keyboard.press("Tab")
    await expect(field).to_have_value("/release ")
    await page.keyboard.type("di")
    await expect(page.locator(".hint-row")).to_contain_text("/release distribute")


async def test_a_name_is_completed(page: Page) -> None:
    field = page.get_by_label("Message #mobile-builds")
    await field.press_sequentially("ask @de")
    await page.keyboard.press("Enter")

    await expect(field).to_have_value("ask @dee ")


async def test_a_dropped_file_is_posted_with_its_words(space: Workspace, page: Page) -> None:
    drop = """node => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["abc".repeat(1000)], "harbour 2 ü.ipa"));
      for (const type of ["dragenter", "dragover", "drop"]) {
        node.dispatchEvent(new DragEvent(type, {dataTransfer, bubbles: true, cancelable: true}));
      }
    }"""
    await page.locator("#centre .messages").evaluate(drop)
    await expect(page.locator(".attachment")).to_contain_text("harbour 2 ü.ipa")
    field = page.get_by_label("Message #mobile-builds")
    await field.fill("new map")
    await field.press("Enter")
    await expect(page.locator("#centre .file").last).to_contain_text("harbour 2 ü.ipa")

    said = space.messages[canned.BUILDS][-1]
    assert said["text"] == "new map"
    assert [(file["name"], file["size"]) for file in said["files"]] == [("harbour 2 ü.ipa", 3000)]
    await expect(page.locator(".attachment")).to_have_count(0)


async def test_an_own_message_is_edited_and_deleted(space: Workspace, page: Page) -> None:
    message = page.locator("#centre .message", has_text="Morning!")
    await message.hover()
    await message.get_by_role("button", name="More about this message").click()
    await page.get_by_role("menuitem", name="Edit").click()
    await page.get_by_label("Edit the message").fill("Evening!")
    await page.keyboard.press("Enter")
    edited = page.locator("#centre .message", has_text="Evening!")
    await expect(edited).to_contain_text("(edited)")

    await edited.hover()
    await edited.get_by_role("button", name="More about this message").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    await expect(edited).to_have_count(0)
    assert all(said["text"] != "Evening!" for said in space.messages[canned.BUILDS])


async def test_nobody_elses_message_can_be_edited(page: Page) -> None:
    message = page.locator("#centre .message", has_text="Built from")
    await message.hover()
    await message.get_by_role("button", name="More about this message").click()

    await expect(page.get_by_role("menuitem", name="Reply in thread")).to_be_visible()
    await expect(page.get_by_role("menuitem", name="Edit")).to_have_count(0)


async def test_a_command_in_a_thread_is_explained(space: Workspace, visitor: Visitor) -> None:
    root = space.messages[canned.BUILDS][1]["ts"]
    page = await visitor.open(f"#/UANN/CBUILDS/{root}")
    field = page.get_by_label("Reply in the thread")
    await field.fill("/release help")
    await field.press("Enter")

    await expect(page.get_by_role("alert")).to_contain_text("do not work in threads")
    assert space.commands == []
