"""Whoever names a release asks for its title, which has the platform: apps may share a name."""

import ast
from pathlib import Path
from typing import Final

import pytest

BOT = Path(__file__).parents[2] / "bot"
#: Where a release is named by hand, since its platform stands beside it; by file, with what it is.
BY_HAND: Final = {
    "slack/drawing/releases.py": "a line of a list and an option, which say the system apart",
    "slack/features/distribution/messages.py": "apps that are one program, of one platform then",
    "slack/features/home/views.py": "the head of an app, with its platform",
    "slack/joint_messages.py": "several platforms at once, which are all named",
    "web/me/pages.py": "the head of an app, with its platform below",
}
#: Where the platform is left out of a title, since it stands in the next line.
SHORTENED: Final = {
    "slack/features/distribution/messages.py": "the line below says what it is",
    "slack/features/uploads/messages.py": "the line below says what it is",
}
TITLES: Final = "slack/drawing/titles.py"


def names_in(path: Path) -> set[str]:
    """Return what is asked of other things in a file, and what is called there."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name):
            found.add(node.id)
    return found


@pytest.mark.parametrize("name", ["app_display_name", "short_title_of"])
def test_nobody_else_names_a_release_without_its_platform(name: str) -> None:
    known = BY_HAND if name == "app_display_name" else SHORTENED

    found = {
        str(path.relative_to(BOT))
        for path in BOT.rglob("*.py")
        if "sandbox" not in path.parts and name in names_in(path)
    }

    assert found - {TITLES} == set(known)
