"""Notes that were written to take long, and those that only look like it."""

import time

import pytest

from provisioning.releases.markdown import COLUMNS, LONGEST_ADDRESS, SIGNS
from provisioning.releases.notes import LONGEST, parsed, to_html

#: Seconds of CPU. All take less than a tenth of it where nothing else runs; without an allowance
#: the dearest took five.
SOON = 2.5

#: What 64 kB of may cost a parser dearly.
DEAR = [
    *("[", "![", "[^", "[](", "[a][", "*", "*_", "**a _b ", "`a", "> ", "<a ", "<![CDATA[", "\\"),
    *("http://", "https://a.b/(", "https://a.b/[", "<a@b.c>", "mailto:a@b.c("),
]


@pytest.mark.parametrize("dear", DEAR)
def test_notes_of_64_kb_of_signs_are_read_soon(dear: str) -> None:
    written = (dear * LONGEST)[:LONGEST]
    began = time.process_time()

    assert to_html(written)
    assert time.process_time() - began < SOON


def test_beyond_the_allowance_text_is_shown_as_it_was_written() -> None:
    crowd = "[" * (SIGNS - 10)
    html = to_html(f"{crowd}\n\n*a*\n\n**b** [c](https://d.example)\nand <e>")

    assert "<em>a</em>" in html
    assert html.endswith("<p>**b** [c](https://d.example)<br>\nand &lt;e&gt;</p>")


def test_each_sign_of_what_is_beyond_it_is_one_text() -> None:
    (paragraph,) = [token for token in parsed("[" * LONGEST) if token.type == "inline"]

    assert [child.content for child in paragraph.children or []] == ["[" * LONGEST]


def test_a_document_of_links_stays_well_within_the_allowance() -> None:
    written = "".join(
        f"* **HAR-{number}** [Fix the tide of a harbour](https://t.example/HAR-{number})\n"
        for number in range(900)
    )
    assert len(written) > LONGEST * 7 // 8

    assert to_html(written).count("<a ") == 900


@pytest.mark.parametrize(
    ("length", "linked"), [(LONGEST_ADDRESS, True), (LONGEST_ADDRESS + 1, False)]
)
def test_an_address_is_a_link_or_none_and_never_cut(length: int, linked: object) -> None:
    address = "https://a.example/".ljust(length, "x")

    assert (f'href="{address}"' in to_html(f"See {address} here")) is linked


@pytest.mark.parametrize(("columns", "is_table"), [(COLUMNS - 1, True), (COLUMNS, False)])
def test_a_table_is_as_wide_as_people_make_them(columns: int, is_table: object) -> None:
    html = to_html("|" + "a|" * columns + "\n|" + "-|" * columns + "\n")

    assert ("<table>" in html) is is_table
