"""One look: the boat and its teal, wherever Slipway shows itself."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "bot" / "web" / "kit" / "static"
DESK = ROOT / "bot" / "sandbox" / "desk" / "static"
TEAL = "#0b6b6a"


def test_c19_there_is_one_mark() -> None:
    mark = (PAGES / "mark.svg").read_bytes()

    assert mark == (DESK / "mark.svg").read_bytes()
    assert TEAL.encode() in mark


def test_c19_pages_the_desk_and_slacks_app_share_a_colour() -> None:
    pages = re.findall(r"--(?:accent|button): (#\w+);", (PAGES / "page.css").read_text())
    desk = re.findall(r"--accent: light-dark\((#\w+)", (DESK / "theme.css").read_text())

    assert pages[:2] == [TEAL, TEAL]
    assert desk == [TEAL]
    assert f'background_color: "{TEAL}"' in (ROOT / "manifest.yml").read_text()
