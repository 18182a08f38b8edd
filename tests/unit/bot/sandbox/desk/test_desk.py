"""The page as a whole: who I am, what is live, the guide, the phone, the themes."""

import asyncio

import pytest

from tests.browsers import Browser, Page, Route, expect
from tests.unit.bot.sandbox.desk import canned
from tests.unit.bot.sandbox.desk.canned import Json
from tests.unit.bot.sandbox.desk.deskserver import Workspace, serving
from tests.unit.bot.sandbox.desk.visit import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAMPLE = "Harbour-2.5.0-251.ipa"


async def test_one_can_be_somebody_else(space: Workspace, page: Page) -> None:
    await page.get_by_role("button", name="You are Ann Archer").click()
    await page.get_by_role("menuitemradio", name="Bob Baker").click()

    await expect(page.get_by_role("button", name="You are Bob Baker")).to_be_visible()
    await page.get_by_label("Message #mobile-builds").fill("It is me")
    await page.keyboard.press("Enter")
    await expect(page.locator("#centre .message").last).to_contain_text("It is me")
    assert space.messages[canned.BUILDS][-1]["user"] == "UBOB"


async def test_unread_channels_are_marked(page: Page) -> None:
    await expect(page.get_by_role("link", name="qa 2 unread")).to_be_visible()
    await expect(page).to_have_title("(3) Ann · Slipway sandbox")


async def test_a_message_appears_by_itself(space: Workspace, page: Page) -> None:
    await expect(page.locator("#centre .message").first).to_be_visible()
    space.say(canned.BUILDS, user=canned.BOB, text="Just now")

    await expect(page.locator("#centre .message").last).to_contain_text("Just now")


async def test_news_leaves_an_open_menu_alone(space: Workspace, page: Page) -> None:
    message = page.locator("#centre .message", has_text="Morning!")
    await message.hover()
    await message.get_by_role("button", name="More about this message").click()
    space.say(canned.BUILDS, user=canned.BOB, text="Just now")
    await expect(page.locator("#centre .message").last).to_contain_text("Just now")

    await expect(page.get_by_role("menu")).to_be_visible()


async def test_a_silent_server_is_said_and_its_return_is_seen(chromium: Browser) -> None:
    async with serving() as first:
        port = int(first.base.rsplit(":", 1)[1])
        context = await chromium.new_context()
        page = await context.new_page()
        await page.goto(f"{first.base}/#/UANN/CEMPTY")
        await expect(page.get_by_text("No messages yet")).to_be_visible()
    banner = page.locator("#banner")
    await expect(banner).to_contain_text("The sandbox is not answering.")

    async with serving(port) as second:
        second.say(canned.EMPTY, user=canned.BOB, text="Back again")
        await expect(page.locator("#centre")).to_contain_text("Back again", timeout=15_000)
        await expect(banner).to_be_empty()
        await context.close()


async def test_the_guide_posts_a_sample_and_opens_its_thread(
    space: Workspace, visitor: Visitor
) -> None:
    page = await visitor.open("#/UANN/CQA", guide=True)
    await page.get_by_role("button", name="Post Harbour 2.5.0 as Cid").click()
    await expect(page.locator("#thread .file")).to_contain_text(SAMPLE)

    assert space.samples == [SAMPLE]
    said = space.messages[canned.BUILDS][-1]
    assert (said["user"], said["files"][0]["size"]) == (canned.CID, len(SAMPLE) * 1000)
    done = page.get_by_role("button", name="Station 1: What changed, done")
    await expect(done).to_have_attribute("aria-pressed", "false")
    chosen = page.get_by_role("button", name="Station 2: One click")
    await expect(chosen).to_have_attribute("aria-pressed", "true")


async def test_the_newest_address_wins_when_an_older_one_is_answered_late(
    space: Workspace, page: Page
) -> None:
    ts = space.messages[canned.BUILDS][0]["ts"]
    asked = list[Route]()

    async def held(route: Route) -> None:
        asked.append(route)
        if len(asked) > 1:
            await route.continue_()

    await page.route("**/desk/channels*", held)
    await page.evaluate("location.hash = '#/UANN/CQA'")
    while not asked:  # noqa: ASYNC110 - the browser asks by itself; there is nothing to wait on
        await asyncio.sleep(0.01)
    await page.evaluate(f"location.hash = '#/UANN/CBUILDS/{ts}'")
    await expect(page.locator("#thread")).to_contain_text("Morning!")
    await asked[0].continue_()

    await page.wait_for_timeout(300)
    await expect(page.locator("#thread")).to_contain_text("Morning!")
    assert await page.evaluate("location.hash") == f"#/UANN/CBUILDS/{ts}"


async def test_d4_the_past_comes_along_in_sight_and_the_guide_waits_for_it(
    space: Workspace, visitor: Visitor
) -> None:
    page = await visitor.open("#/UANN/CQA", guide=True)
    strip, post = page.locator("#progress"), page.get_by_role("button", name="Post Harbour 2.5.0")
    await expect(strip).to_be_hidden()
    under_way: Json = {"type": "progress", "done": 3, "of": 13, "doing": "Bob and Dee install it"}

    space.tell({**under_way, "ready": False, "over": False})
    await expect(strip).to_have_text("Bob and Dee install it…")
    await expect(post).to_be_disabled()
    space.tell({**under_way, "done": 8, "ready": True, "over": False})
    await expect(post).to_be_enabled()
    space.tell({**under_way, "ready": True, "over": True, "trouble": "It broke off."})
    await expect(strip).to_have_text("It broke off.")
    space.tell({**under_way, "done": 13, "ready": True, "over": True, "trouble": ""})
    await expect(strip).to_be_hidden()


async def test_the_guide_leads_to_bobs_messages(visitor: Visitor) -> None:
    page = await visitor.open("#/UANN/CQA", guide=True)
    await page.get_by_role("button", name="Station 3: Install").click()
    await page.get_by_role("button", name="Be Bob").click()

    await expect(page.get_by_role("button", name="You are Bob Baker")).to_be_visible()
    await expect(page.get_by_label("Messages in Slipway")).to_be_visible()


async def test_a_closed_guide_stays_closed_until_it_is_asked_for(visitor: Visitor) -> None:
    page = await visitor.open("#/UANN/CQA", guide=True)
    await page.get_by_role("button", name="Close the guide").click()
    await page.reload()
    await expect(page.locator("#centre .pane")).to_be_visible()
    await expect(page.locator("#guide")).to_be_hidden()

    await page.get_by_role("button", name="Guide", exact=True).click()
    await expect(page.locator("#guide")).to_be_visible()


async def test_nothing_scrolls_sideways_on_a_phone(space: Workspace, visitor: Visitor) -> None:
    page = await visitor.open("#/UANN/CQA", is_phone=True, guide=True)
    for place in ("CBUILDS", "CQA", "CGENERAL", "CEMPTY", "DBOT", "home"):
        await page.goto(f"{space.base}/#/UANN/{place}")
        await page.locator(
            f"#centre[data-place={place}] :is(.message, .empty, .header)"
        ).last.wait_for()

        assert await sideways(page) == [], place


async def sideways(page: Page) -> object:
    return await page.evaluate("""() => {
      const page = document.documentElement;
      const wide = [page, ...document.querySelectorAll(".messages, .home, .modal__body, .guide")];
      return wide.filter((node) => node.checkVisibility() && node.scrollWidth > node.clientWidth)
        .map((node) => node.className || node.localName);
    }""")


async def test_a_phone_shows_list_channel_thread_and_modal_one_at_a_time(
    space: Workspace, visitor: Visitor
) -> None:
    page = await visitor.open("#/UANN/CBUILDS", is_phone=True)
    await page.locator("#centre").get_by_role("button", name="Show channels").click()
    await page.get_by_role("link", name="qa").click()
    await expect(page.get_by_role("heading", name="qa")).to_be_visible()
    await expect(page.locator("#sidebar")).to_be_hidden()

    await page.goto(f"{space.base}/#/UANN/CBUILDS")
    await page.locator("#centre .replies").click()
    await expect(page.locator("#centre")).to_be_hidden()
    assert await sideways(page) == []
    await page.locator("#thread").get_by_role("button", name="Distribute…").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await sideways(page) == []
    box = await page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (390, 844)

    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Back to the channel").click()
    await expect(page.locator("#centre .messages")).to_be_visible()


async def test_the_theme_can_be_chosen_and_is_remembered(page: Page) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(ground)
    await page.get_by_role("button", name="Switch to the dark theme").click()
    dark = await page.evaluate(ground)
    await page.reload()
    await expect(page.locator("#centre .pane")).to_be_visible()

    assert light != dark
    assert await page.evaluate(ground) == dark


async def test_the_keyboard_alone_reaches_a_button_of_a_card(
    space: Workspace, visitor: Visitor
) -> None:
    root = space.messages[canned.BUILDS][1]["ts"]
    page = await visitor.open(f"#/UANN/CBUILDS/{root}")
    await expect(page.locator("#thread .blocks--card")).to_be_visible()
    await page.get_by_label("Reply in the thread").focus()
    for _ in range(12):
        await page.keyboard.press("Shift+Tab")
        named = await page.evaluate("document.activeElement.textContent")
        if named == "Distribute…":
            break
    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("dialog")).to_be_visible()
    assert outline == "solid"
