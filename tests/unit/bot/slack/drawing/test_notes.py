"""Release notes in every place of Slack: the beginning of them, and where the rest is."""

import random
import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.drawing import notes
from bot.slack.features.distribution import messages as distribution
from bot.slack.features.distribution.noting import views as noting
from bot.slack.features.home.views import Installable, OwnShelf, home
from bot.slack.features.releases import messages as releases
from bot.slack.features.uploads import messages as uploads
from bot.slack.kit import markdown
from bot.slack.kit.blocks import Block
from provisioning.releases.notes import LONGEST, checked, fitted, to_html
from tests.blockkit import validity
from tests.unit.bot.slack import samples

URL = "https://slipway.example.com/i/abc"


def _card(written: str) -> list[str]:
    card = samples.live(notes=written)
    message = uploads.release(samples.kept(card), card, None)
    return [text.removeprefix("*Notes*\n") for text in _said(message.blocks) if "*Notes*" in text]


def _waiting(written: str) -> list[str]:
    card = samples.upload(notes=written, build=samples.build())
    message = uploads.unclaimed(card, samples.build(), None)
    head = "*Proposed notes*\n"
    return [text.removeprefix(head) for text in _said(message.blocks) if text.startswith(head)]


def _announcement(written: str) -> list[str]:
    return _said(distribution.announcement(samples.live(notes=written), None).blocks)[1:]


def _personal(written: str) -> list[str]:
    card = samples.recipient(notes=written)
    return _said(distribution.personal(card, URL, None).blocks)[1:]


def _home(written: str) -> list[str]:
    given_ = samples.given(samples.line(notes=written))
    one = Installable(given=given_, url=URL, verdict=samples.READY)
    view = home(OwnShelf(installable=[one]), None)
    assert validity.view_complaints(view) == []
    return [_texts(view["blocks"])[0].partition("\n")[2]]


def _sheet(written: str) -> list[str]:
    card = samples.live(notes=written, changes=())
    shown = _said(releases.full(card, with_reach=False).blocks)
    return shown[shown.index("*Notes*") + 1 :]


def _draft(written: str) -> list[str]:
    shown = _said(
        releases.full(samples.release(notes=written), with_reach=True, distributes=True).blocks
    )
    start = shown.index("*Notes*") + 1
    return [text for text in shown[start:] if not text.startswith("*Since ")]


def _preview(written: str) -> list[str]:
    form = noting.preview(samples.live(notes=written), written)
    assert validity.view_complaints(form.view()) == []
    return _texts(form.blocks)[1:]


#: What shows notes, how much room there is for them, and where it says that the rest is.
PLACES: dict[str, tuple[Callable[[str], list[str]], int, str]] = {
    "card": (_card, notes.CARD, "`/release show harbour 7`"),
    "waiting": (_waiting, notes.CARD, "in the message that brought the file"),
    "announcement": (_announcement, notes.ANNOUNCEMENT, "`/release show harbour 7`"),
    "direct message": (_personal, notes.ANNOUNCEMENT, f"<{URL}|open>"),
    "home": (_home, notes.HOME, f"<{URL}|open>"),
    "show": (_sheet, notes.SHEET, "on its install page"),
    "show to a manager": (_draft, notes.SHEET, releases.ON_A_PAGE),
    "preview": (_preview, notes.PREVIEW, "under *Edit on a page…*"),
}
IN_ONE = [name for name, (_, room, _) in PLACES.items() if room <= notes.ANNOUNCEMENT]


def _said(shown: Sequence[Block]) -> list[str]:
    assert validity.message_complaints(shown) == []
    return _texts(shown)


def _texts(shown: Sequence[Block]) -> list[str]:
    return [
        block["text"]["text"] for block in shown if "text" in block and block["type"] != "header"
    ]


def test_c1_a_heading_and_one_long_list_are_cut_between_items() -> None:
    written = "# Fixed\n\n" + "".join(f"- thing number {i} works again\n" for i in range(200))

    for name, (shown, room, rest) in PLACES.items():
        text = "\n".join(shown(written))
        *lines, last = text.split("\n")
        assert lines[0] == "*Fixed*", name
        assert lines[1:] == [f"• thing number {i} works again" for i in range(len(lines) - 1)], name
        if last.startswith("…"):
            assert last == f"… {200 - len(lines) + 1} more lines: {rest}", name
            assert room - 120 < len(text) <= room, name
        else:
            assert len(lines) == 200, name


@pytest.mark.parametrize("name", PLACES)
def test_c1_what_fits_is_shown_whole_and_nothing_is_said_to_be_left(name: str) -> None:
    shown, _, _ = PLACES[name]

    assert shown("**New**\n- one\n- two") == ["*New*\n• one\n• two"]


@pytest.mark.parametrize("name", IN_ONE)
def test_c1_a_paragraph_is_cut_after_a_sentence(name: str) -> None:
    shown, room, rest = PLACES[name]
    written = "Boats sail. Others (see the log.) wait! " * 200

    [text] = shown(written)

    body, _, last = text.rpartition("\n")
    assert body[-1] in ".!)"
    assert written.startswith(body)
    left = len(written.split()) - len(body.split())
    assert last == f"… {left} more words: {rest}"
    assert len(text) > room - 120


@pytest.mark.parametrize("name", IN_ONE)
@pytest.mark.parametrize(("written", "cut"), [("word " * 20_000, "word"), ("船" * 20_000, "船")])
def test_c1_without_any_end_of_a_sentence_the_room_is_used_all_the_same(
    name: str, written: str, cut: str
) -> None:
    shown, room, _ = PLACES[name]

    [text] = shown(written)

    assert text.partition("\n")[0].endswith(cut)
    assert len(text) > room - 120


@pytest.mark.parametrize("name", PLACES)
def test_c1_a_long_block_of_code_is_closed(name: str) -> None:
    shown, _, rest = PLACES[name]

    parts = shown("```\n" + "let x = `1`\n" * 4_000 + "```\n\nAfter it.")

    assert all(part.startswith("```\nlet x") for part in parts)
    assert all(part.count("```") == 2 for part in parts)
    assert parts[-1].endswith(rest)


@settings(deadline=None, max_examples=60)
@given(st.randoms(use_true_random=True))
def test_c1_every_place_shows_the_beginning_and_says_what_is_left(chance: random.Random) -> None:
    written = fitted(_markdown(chance))
    whole = markdown.to_mrkdwn(written)

    for name, (shown, room, rest) in PLACES.items():
        parts = shown(written)
        text = "\n".join(parts)
        body, left = _parted(text, rest)
        assert all(part.count("```") % 2 == 0 for part in parts), name
        assert _bare(whole).startswith(_bare(body)), name
        assert (left is None) == (_bare(whole) == _bare(body)), name
        assert len(text) <= room + 8 * len(parts), name
        assert _links(whole)[: len(_links(body))] == _links(body), name
        if left is not None and name in IN_ONE:
            _is_cut_well(whole, body, left, room)
    html = to_html(written)
    assert set(re.findall(r'href="([^"]*)"', html)) >= {url for url, _ in _links(whole)}


def _is_cut_well(whole: str, body: str, left: str, room: int) -> None:
    """Fail unless it is cut after a line or a sentence, or a word where much room was left."""
    lines, taken = _lines(whole), _lines(body)
    complete = sum(one == other for one, other in zip(lines, taken, strict=False))
    if left.endswith(("lines", "line")):
        assert int(left.split(maxsplit=1)[0]) == len(lines) - complete
    else:
        assert complete == len(lines) - 1
    assert complete >= len(taken) - 1
    if complete < len(taken):
        used = len("\n".join(taken[:-1]))
        ended = re.search(r"[.!?…][\"'”»)\]]*[*_~`]*$", taken[-1])
        assert ended or used <= room / 2


def _parted(text: str, rest: str) -> tuple[str, str | None]:
    """Return what is shown, and what is said to be left of it."""
    found = re.search(rf"(?:^|\n)… (\d+ more (?:lines?|words?)): {re.escape(rest)}$", text)
    return (text[: found.start()], found[1]) if found else (text, None)


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if not line.endswith("```")]


def _bare(text: str) -> str:
    """Return the words alone: styles, the frames of code and quotes may begin and end anew."""
    words = "".join(re.sub(r"^(?:> ?)+", "", line.strip()) for line in _lines(text))
    return re.sub(r"[\s*_~`]", "", words)


def _links(text: str) -> list[tuple[str, str]]:
    return re.findall(r"<(https?://[^|>]+)\|([^>]*)>", text)


WORDS = (
    *("boat", "harbour", "*bold*", "**very**", "~~old~~", "`code <x>`", "a&b", "<!here>", "船"),
    *(
        "[label](https://a.example/x)",
        "https://b.example/y",
        "ship.",
        "Done!",
        "*",
        "_",
        "“so.”",
    ),
)


def _markdown(chance: random.Random) -> str:
    """Return Markdown of any length up to a little more than is kept."""
    size = int(10 ** chance.uniform(1, 4.85))
    blocks: list[str] = []
    while sum(map(len, blocks)) < size:
        blocks.append(chance.choice(MAKERS)(chance))
    return "\n\n".join(blocks)


def _words(chance: random.Random, most: int = 40) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(1, most)))


def _code(chance: random.Random) -> str:
    lines = "\n".join(_words(chance, 6) for _ in range(chance.randint(1, 60)))
    return f"{chance.choice(['```', '~~~~'])}\n{lines}\n" + chance.choice(
        ["```\n~~~~", "~~~~\n```"]
    )


def _items(chance: random.Random) -> str:
    marks = ("- ", "1. ", "  - ", "   > ", "- ```\n  x\n  ```\n- ")
    return "\n".join(
        chance.choice(marks) + _words(chance, 12) for _ in range(chance.randint(1, 40))
    )


MAKERS: tuple[Callable[[random.Random], str], ...] = (
    lambda chance: "## " + _words(chance, 6),
    lambda chance: _words(chance, 400),
    lambda chance: "> " + _words(chance) + "\n> " + _words(chance),
    lambda chance: "\n".join(_words(chance) for _ in range(chance.randint(1, 9))),
    lambda chance: "|a|b|\n|-|-|\n" + "|x [l](https://c.example)|y|\n" * chance.randint(1, 30),
    lambda chance: "word" * chance.randint(1, 900),
    _items,
    _code,
)


def test_c1_the_longest_notes_are_kept_and_shown_in_bounded_time() -> None:
    written = checked(("- [label](https://a.example/x) **and** `code`\n" * 2_000)[:LONGEST])

    assert all(shown(written) for shown, _, _ in PLACES.values())
