"""What people write and what the bot sends is shown as Slack's formatting means it."""

import pytest

from tests.browsers import Page
from tests.unit.bot.sandbox.desk import canned
from tests.unit.bot.sandbox.desk.deskserver import Workspace
from tests.unit.bot.sandbox.desk.visit import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

INSIDE = "nodes => nodes.map(node => [node.localName, node.textContent])"

CASES = [
    ("*bold* and _slanted_", [["strong", "bold"], ["em", "slanted"]]),
    ("*_both_*", [["strong", "both"], ["em", "both"]]),
    ("~gone~", [["s", "gone"]]),
    ("snake_case_name and 2*3*4", []),
    ("* not bold * at all", []),
    ("`a *b* c`", [["code", "a *b* c"]]),
    ("&lt;b&gt; &amp;amp;", []),
    ("<https://example.com/a?b=1&amp;c=2|words>", [["a", "words"]]),
    ("see https://example.com/x.", [["a", "https://example.com/x"]]),
    ("*<https://example.com|linked>*", [["strong", "linked"], ["a", "linked"]]),
    ("<mailto:a@b.example|a@b.example>", [["a", "a@b.example"]]),
]


WORDS = [
    ("&lt;b&gt; &amp;amp; x", "<b> &amp; x"),
    (
        "<@UBOB> <@UGONE|eve> <#CQA> <!subteam^SQA> <!here>",
        "@Bob Baker @eve #qa @qa-team @here",
    ),
    (
        "<!date^1893456000^{date_num} {time}|x> <!date^soon^{date}|one day>",
        "2030-01-01 00:00 one day",
    ),
    ("10:30:45 :no_such_thing:", "10:30:45 :no_such_thing:"),
]


async def test_formatting_becomes_elements(space: Workspace, visitor: Visitor) -> None:
    for text, _ in CASES:
        space.say(canned.EMPTY, user=canned.BOB, text=text)

    page = await visitor.open("#/UANN/CEMPTY")
    await page.locator(".message").last.wait_for()

    shown = [
        await each.locator(":is(strong, em, s, code, a)").evaluate_all(INSIDE)
        for each in await page.locator(".mrkdwn").all()
    ]
    assert dict(zip([text for text, _ in CASES], shown, strict=True)) == dict(CASES)


async def test_entities_escapes_and_shortcodes_become_words(
    space: Workspace, visitor: Visitor
) -> None:
    for text, _ in WORDS:
        space.say(canned.EMPTY, user=canned.BOB, text=text)

    page = await visitor.open("#/UANN/CEMPTY")
    await page.locator(".message").last.wait_for()

    shown = await page.locator(".mrkdwn").all_inner_texts()
    assert shown == [expected for _, expected in WORDS]


async def test_d4_emoji_are_drawn_as_shortcodes_and_as_characters(
    space: Workspace, visitor: Visitor
) -> None:
    space.say(canned.EMPTY, user=canned.BOB, text=":tada: 🎉 👍🏽 ❤️ ✅ :+1: 1 © a:b:c")
    space.say(canned.EMPTY, user=canned.BOB, text="🍕 :pizza:")

    page = await visitor.open("#/UANN/CEMPTY")
    await page.locator(".message").last.wait_for()

    drawn = page.locator(".message").first.locator(".emoji:has(> svg)")
    labels = await drawn.evaluate_all("nodes => nodes.map(node => node.ariaLabel)")
    assert labels == ["tada", "tada", "+1", "heart", "white check mark", "+1"]
    assert (await page.locator(".mrkdwn").first.inner_text()).split() == ["1", "©", "a:b:c"]
    # What we have no drawing of is the system's, or named where it has no font for it.
    named = (await page.locator(".mrkdwn").last.inner_text()).split()
    assert named in ([":pizza:"] * 2, ["🍕"] * 2)


async def test_quotes_lists_and_code_blocks_stand_apart(space: Workspace, visitor: Visitor) -> None:
    space.say(canned.EMPTY, user=canned.BOB, text="&gt; said\n• one\n• two\n```let x = *1*```")

    page = await visitor.open("#/UANN/CEMPTY")
    await page.locator(".message").wait_for()

    assert await page.locator(".mrkdwn blockquote").inner_text() == "said"
    assert await page.locator(".mrkdwn li").all_inner_texts() == ["one", "two"]
    assert await page.locator(".mrkdwn pre").inner_text() == "let x = *1*"


async def test_a_markdown_block_has_headings_lists_and_tables(page: Page) -> None:
    notes = page.locator("#centre .markdown")

    assert await notes.locator("[role=heading]").inner_text() == "What is new"
    assert await notes.locator("ol > li").count() == 2
    assert await notes.locator("td").all_inner_texts() == ["Map", "1.9 s", "0.8 s"]
    assert await notes.locator("pre").inner_text() == "let tide = table.today()"


async def test_what_is_only_for_one_person_says_so(page: Page) -> None:
    only = page.locator("#centre .message--ephemeral")

    assert "Only visible to you" in await only.inner_text()
    await only.get_by_role("button", name="Hide this message").click()
    assert await only.count() == 0
