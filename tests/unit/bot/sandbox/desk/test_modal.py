"""Modals: what is typed, what is sent, what is wrong with it, and how they stack."""

import asyncio

import pytest

from tests.browsers import Locator, Page, expect
from tests.unit.bot.sandbox.desk import canned
from tests.unit.bot.sandbox.desk.deskserver import Workspace

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def opened(space: Workspace, page: Page) -> Locator:
    await expect(page.locator("#centre .message").first).to_be_visible()
    space.tell({"type": "view_opened", "view": canned.modal()})
    dialog = page.locator("dialog")
    await expect(dialog).to_be_visible()
    return dialog


async def choose_group(dialog: Locator) -> None:
    await dialog.locator("[data-block-id=groups] .select__face").click()
    await dialog.locator(".option").first.click()
    await dialog.page.keyboard.press("Escape")


async def test_the_state_has_slacks_shape(space: Workspace, page: Page) -> None:
    dialog = await opened(space, page)
    await choose_group(dialog)
    await dialog.get_by_label("Mandatory").check()
    await dialog.get_by_role("button", name="Distribute").click()
    await expect(dialog).to_have_count(0)

    state = space.submitted[0]
    chosen = state["groups"]["value"]["selected_options"]
    assert [each["value"] for each in chosen] == ["QA"]
    assert state["notes"]["value"] == {
        "type": "plain_text_input",
        "value": "Tide tables open at *today*.",
    }
    assert state["mail"]["value"]["value"] is None
    assert state["day"]["value"] == {"type": "datepicker", "selected_date": "2030-01-31"}
    assert state["people"]["value"]["selected_users"] == ["UBOB"]
    assert state["where"]["value"]["selected_channel"] == "CQA"
    assert state["rules"]["value"]["selected_options"][0]["value"] == "must"
    assert state["notify"]["value"]["selected_option"]["value"] == "dm"
    assert state["platform"]["value"]["selected_option"] is None


async def test_errors_stand_under_their_block(space: Workspace, page: Page) -> None:
    dialog = await opened(space, page)
    await choose_group(dialog)
    wrong = {"response_action": "errors", "errors": {"notes": "Nobody would understand this."}}
    space.answers.append(wrong)
    await dialog.get_by_role("button", name="Distribute").click()

    notes = dialog.locator("[data-block-id=notes]")
    await expect(notes.locator(".error")).to_have_text("Nobody would understand this.")
    await expect(notes.locator("textarea")).to_be_focused()
    await expect(notes.locator("textarea")).to_have_attribute("aria-invalid", "true")

    await dialog.get_by_role("button", name="Distribute").click()
    await expect(dialog).to_have_count(0)


MISTAKES = [
    ("notes", "abc", "Please enter at least 5 characters."),
    ("notes", "", "Please fill this in."),
    ("mail", "nobody", "Please enter an e-mail address."),
    ("site", "example", "Please enter a full address, such as https://example.com."),
    ("count", "1.5", "Please enter a whole number."),
]


async def test_what_the_page_can_see_to_be_wrong_is_not_sent(space: Workspace, page: Page) -> None:
    dialog = await opened(space, page)
    for block, typed, sentence in MISTAKES:
        field = dialog.locator(f"[data-block-id={block}] .field")
        right = await field.input_value()
        await field.fill(typed)
        await dialog.get_by_role("button", name="Distribute").click()
        await expect(dialog.locator(f"[data-block-id={block}] .error")).to_have_text(sentence)
        await field.fill(right)

    await expect(dialog.locator("[data-block-id=groups] .error")).to_have_text(
        "Please fill this in."
    )
    assert space.submitted == []


async def test_no_more_is_typed_than_the_element_takes(space: Workspace, page: Page) -> None:
    dialog = await opened(space, page)
    field = dialog.locator("[data-block-id=notes] textarea")
    await field.fill("")
    await field.press_sequentially("x" * 20)
    await field.evaluate("node => { node.maxLength = 20; }")
    await field.press_sequentially("yyy")

    assert await field.input_value() == "x" * 20


async def test_news_of_the_view_keeps_what_was_typed(space: Workspace, page: Page) -> None:
    dialog = await opened(space, page)
    field = dialog.locator("[data-block-id=notes] textarea")
    await field.fill("half a sentence")
    changed = canned.modal()
    changed["blocks"][0]["text"]["text"] = "*Harbour* 2.4.1 (119)"
    changed["blocks"][2]["hint"] = canned.plain("Now with a preview.")
    space.tell({"type": "view_updated", "view": changed})

    await expect(dialog).to_contain_text("2.4.1 (119)")
    await expect(dialog).to_contain_text("Now with a preview.")
    assert await field.input_value() == "half a sentence"
    await expect(field).to_be_focused()


async def hears_of(space: Workspace, view_id: str) -> None:
    """Wait until the server heard that a view was closed, which comes after it is gone."""
    async with asyncio.timeout(10):
        while space.closed != [view_id]:  # noqa: ASYNC110 - it is the page's event
            await asyncio.sleep(0.02)


async def test_a_pushed_view_lies_on_top_and_goes_back(space: Workspace, page: Page) -> None:
    dialog = await opened(space, page)
    await choose_group(dialog)
    on_top = canned.short_modal("V2", "Are they all?", "Twelve people.")
    space.answers.append({"response_action": "push", "view": on_top})
    await dialog.get_by_role("button", name="Distribute").click()
    await expect(dialog.get_by_role("heading")).to_have_text("Are they all?")

    await dialog.get_by_role("button", name="Back to the previous view").click()
    await expect(dialog.get_by_role("heading")).to_have_text("Distribute a release")
    await hears_of(space, "V2")
    await expect(dialog.locator(".chip").first).to_contain_text("QA")


async def test_an_updated_view_takes_the_place_of_the_one_before(
    space: Workspace, page: Page
) -> None:
    dialog = await opened(space, page)
    await choose_group(dialog)
    instead = canned.short_modal("V1", "On its way", "Twelve people hear of it.")
    space.answers.append({"response_action": "update", "view": instead})
    await dialog.get_by_role("button", name="Distribute").click()
    await expect(dialog.get_by_role("heading")).to_have_text("On its way")

    await dialog.get_by_role("button", name="Done").click()
    await expect(dialog).to_have_count(0)


async def test_escape_closes_and_the_bot_hears_of_it(space: Workspace, page: Page) -> None:
    dialog = await opened(space, page)
    await page.keyboard.press("Escape")

    await expect(dialog).to_have_count(0)
    await hears_of(space, "V1")


async def test_a_field_that_dispatches_tells_on_enter_and_sends_nothing_else(
    space: Workspace, page: Page
) -> None:
    dialog = await opened(space, page)
    field = dialog.locator("[data-block-id=search] .field")
    await field.fill("tide")
    await field.press("Enter")
    await expect(dialog).to_be_visible()

    for _ in range(50):
        if space.actions:
            break
        await page.wait_for_timeout(20)
    assert space.actions[0]["container"] == {"type": "view", "view_id": "V1"}
    assert space.actions[0]["value"] == "tide"
    assert space.actions[0]["state"]["search"]["value"]["value"] == "tide"
    assert space.submitted == []
