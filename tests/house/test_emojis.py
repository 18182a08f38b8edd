"""What Slipway writes between colons is drawn in the sandbox, on machines without a font too."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DESK = ROOT / "bot" / "sandbox" / "desk" / "static"
#: In Python a code stands alone, in a text after a quote or a blank, or before one.
CODE = re.compile(r"""["'\s}]:([a-z][a-z0-9_+-]{2,}):(?=["'\s{])""")


def written() -> list[str]:
    files = (ROOT / "bot" / "slack").rglob("*.py")
    return sorted({code for file in files for code in CODE.findall(file.read_text())})


@pytest.fixture(scope="module")
def table() -> str:
    return (DESK / "emoji.js").read_text()


@pytest.fixture(scope="module")
def drawings() -> str:
    return (DESK / "emojiart.js").read_text()


def test_those_that_are_written_are_found() -> None:
    assert {"jigsaw", "leftwards_arrow_with_hook", "warning"} <= set(written())


@pytest.mark.parametrize("code", written())
def test_the_sandbox_shows_what_is_written(table: str, drawings: str, code: str) -> None:
    assert re.search(rf"(?m)(?:^|\||`){re.escape(code)} ", table), "It has no character."
    assert re.search(rf"(?m)(?:^\s+|[{{,]\s*){re.escape(code)}: ", drawings), "It is not drawn."
