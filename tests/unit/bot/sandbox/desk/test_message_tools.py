"""The tools of a message, which lie over nothing that is to be read."""

import pytest

from tests.browsers import Page, expect
from tests.unit.bot.sandbox.desk import canned
from tests.unit.bot.sandbox.desk.deskserver import Workspace
from tests.unit.bot.sandbox.desk.visit import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = "A sentence that is as long as the line is wide, and goes on in the next one as well. " * 2
#: Returns the words that the tools of a message lie over, wherever in the list they stand.
COVERED = """
(tools) => {
  const box = tools.getBoundingClientRect();
  const walk = document.createTreeWalker(tools.closest(".messages"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) {
    if (tools.contains(walk.currentNode) || !walk.currentNode.data.trim()) continue;
    const range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    for (const line of range.getClientRects()) {
      const apart = line.right <= box.left || line.left >= box.right
        || line.bottom <= box.top || line.top >= box.bottom;
      if (!apart) found.push(walk.currentNode.data);
    }
  }
  return found;
}
"""


async def covered(page: Page, pane: str) -> list[str]:
    """Return what is covered by the tools of any message, each hovered in its turn."""
    found: list[str] = []
    for message in await page.locator(f"{pane} .message:has(> .tools)").all():
        await message.hover()
        tools = message.locator("> .tools")
        await expect(tools).to_have_css("opacity", "1")
        found += await tools.evaluate(COVERED)
    return found


@pytest.mark.parametrize("is_phone", [False, True], ids=["desktop", "phone"])
async def test_d7_the_tools_of_a_message_cover_no_words(
    space: Workspace, visitor: Visitor, *, is_phone: bool
) -> None:
    first = space.say(canned.EMPTY, user=canned.ANN, text=LONG)
    for text in (LONG, "Short.", LONG):
        space.say(canned.EMPTY, user=canned.ANN, text=text)
    space.say(canned.EMPTY, user=canned.BOB, text=LONG)
    for text in (LONG, LONG):
        space.say(canned.EMPTY, user=canned.BOB, text=text, thread_ts=first)
    thread = "" if is_phone else f"/{first}"
    page = await visitor.open(f"#/UANN/{canned.EMPTY}{thread}", is_phone=is_phone)
    panes = ["#centre"] if is_phone else ["#centre", "#thread"]

    for pane in panes:
        await expect(page.locator(f"{pane} .message--compact").first).to_be_visible()

    assert [await covered(page, pane) for pane in panes] == [[] for _ in panes]
    short = page.locator("#centre .message", has_text="Short.")
    box = await short.bounding_box()
    assert box is not None
    assert box["height"] < 40
