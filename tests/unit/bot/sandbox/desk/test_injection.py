"""Nothing that somebody writes anywhere may become markup, script or a link to follow blindly."""

import pytest

from tests.browsers import Page
from tests.unit.bot.sandbox.desk import canned
from tests.unit.bot.sandbox.desk.canned import Json
from tests.unit.bot.sandbox.desk.deskserver import Workspace
from tests.unit.bot.sandbox.desk.visit import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAYLOADS = [
    "<script>window.pwned = 1</script>",
    "<img src=x onerror='window.pwned = 1'>",
    "<svg/onload=window.pwned=1>",
    "\"><iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<style>*{display:none}</style>",
    "<javascript:window.pwned=1|a harmless link>",
    "<data:text/html,pwned|another>",
    '<http://x.example/" onmouseover="window.pwned=1|third>',
    "[text](javascript:window.pwned=1) ![i](data:text/html,x)",
    "<!subteam^S1|<b>x</b>> <@U1|<img src=x>> <!date^1^{date}^javascript:pwned()|<i>d</i>>",
    "&lt;img src=x onerror=window.pwned=1&gt;",
    ":<img src=x onerror=window.pwned=1>: `<b>` *<b>* ```<script>pwned()</script>```",
]
PAYLOAD = " ".join(PAYLOADS)
BAD_ADDRESSES = ["javascript:window.pwned=1", "data:text/html,<script>1</script>", " vbscript:x"]

FOUND = """() => {
  const inside = [...document.querySelectorAll("#desk, dialog, .popup, #notices")];
  const all = inside.flatMap((node) => [...node.querySelectorAll("*")]);
  const bad = all.filter((node) =>
    ["SCRIPT", "IFRAME", "OBJECT", "EMBED", "STYLE", "BASE", "META", "LINK"].includes(node.tagName)
    || [...node.attributes].some(({name}) => /^on|srcdoc/i.test(name)));
  const links = all.filter((node) => node.hasAttribute("href")).map((node) => node.href);
  const followed = links.filter((href) => !/^(https?|mailto):/.test(href));
  return {
    pwned: window.pwned ?? null,
    bad: bad.map((node) => node.outerHTML),
    followed,
    violations: window.violations,
    newTabsAreDeaf: all.filter((node) => node.target === "_blank")
      .every((node) => node.rel.includes("noopener")),
  };
}"""
CLEAN: Json = {"pwned": None, "bad": [], "followed": [], "violations": [], "newTabsAreDeaf": True}


def hostile(value: object, key: str = "") -> object:
    """Put the payload into every text of a block, and a bad address into every address."""
    if isinstance(value, dict):
        return {name: hostile(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [hostile(inner, key) for inner in value]
    if key in {"url", "image_url"}:
        return BAD_ADDRESSES[0]
    if key in {"text", "alt_text", "name", "username", "purpose", "title", "role_hint"}:
        return value if value in {"mrkdwn", "plain_text"} else PAYLOAD
    return value


def every_block() -> list[Json]:
    made = [*canned.card("x"), *canned.announcement("x"), *canned.rich_text()]
    made.append({"type": "image", "block_id": "i", "image_url": "x", "alt_text": "x"})
    made.append({"type": PAYLOAD, "block_id": "unknown"})
    link = {"type": "link", "url": BAD_ADDRESSES[1], "text": PAYLOAD}
    section = {"type": "rich_text_section", "elements": [link]}
    made.append({"type": "rich_text", "block_id": "r2", "elements": [section]})
    given = [block | {"block_id": f"b{index}"} for index, block in enumerate(made)]
    spoiled = hostile(given)
    assert isinstance(spoiled, list)
    return spoiled


async def found_in(page: Page) -> object:
    await page.wait_for_timeout(150)
    return await page.evaluate(FOUND)


async def test_a_message_full_of_markup_stays_text(space: Workspace, visitor: Visitor) -> None:
    for text in [*PAYLOADS, *(f"<{address}|go>" for address in BAD_ADDRESSES)]:
        space.say(canned.EMPTY, user=canned.BOB, text=text)
    space.say(canned.EMPTY, user="UNOBODY", bot=True, username=PAYLOAD, blocks=every_block())
    gift = {"id": PAYLOAD, "name": PAYLOAD, "url": BAD_ADDRESSES[0], "size": 1}
    picture = gift | {"mimetype": "image/png", "thumb": BAD_ADDRESSES[0]}
    space.say(canned.EMPTY, user=canned.CID, text=PAYLOAD, files=[gift, picture])

    page = await visitor.open("#/UANN/CEMPTY")

    shown = await page.locator("#centre .messages").inner_text()
    assert "<script>window.pwned = 1</script>" in shown
    assert await found_in(page) == CLEAN


async def test_names_full_of_markup_stay_text(space: Workspace, visitor: Visitor) -> None:
    space.people = [each | {"real_name": PAYLOAD, "role_hint": PAYLOAD} for each in space.people]
    for channel in space.channels:
        channel.update(name=PAYLOAD, purpose=PAYLOAD)

    page = await visitor.open("#/UANN/CBUILDS")
    await page.locator(".me__button").click()
    await page.locator(".menu").wait_for()

    assert await found_in(page) == CLEAN
    await page.keyboard.press("Escape")
    await page.locator(".composer__field").fill("@")
    await page.locator(".hints").wait_for()
    assert await found_in(page) == CLEAN


async def test_a_modal_full_of_markup_stays_text(space: Workspace, page: Page) -> None:
    view = hostile(canned.modal())
    assert isinstance(view, dict)
    space.tell({"type": "view_opened", "view": view})
    for name in ("multi_external_select", "static_select"):
        await page.locator("dialog").wait_for()
        blocks = [block for block in view["blocks"] if block.get("element", {}).get("type") == name]
        await page.locator(f"[data-block-id='{blocks[0]['block_id']}'] .select__face").click()
        await page.locator(".option").first.wait_for()
        assert await found_in(page) == CLEAN
        await page.keyboard.press("Escape")

    space.answers.append({"response_action": "errors", "errors": {"groups": PAYLOAD}})
    await page.locator("[data-block-id=groups] .select__face").click()
    await page.locator(".option").first.click()
    await page.keyboard.press("Escape")
    await page.locator("[data-block-id=notes] textarea").fill("Long enough")
    await page.locator("dialog button[type=submit]").click()
    await page.locator("[data-block-id=groups] .error").filter(has_text="script").wait_for()

    assert await found_in(page) == CLEAN


async def test_a_home_full_of_markup_stays_text(space: Workspace, visitor: Visitor) -> None:
    space.home = every_block()

    page = await visitor.open("#/UBOB/home")
    await page.locator(".home__blocks").wait_for()

    assert await found_in(page) == CLEAN


async def test_news_of_an_error_stays_text(space: Workspace, page: Page) -> None:
    space.tell({"type": "error", "text": PAYLOAD})
    await page.locator(".notice--error").wait_for()

    assert PAYLOADS[0] in await page.locator(".notice--error").inner_text()
    assert await found_in(page) == CLEAN
