"""Every setting stands in the documentation, and nothing else reads the environment."""

import ast
from pathlib import Path

from bot.settings import Settings

ROOT = Path(__file__).parents[2]


def test_every_setting_stands_in_the_documentation() -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    undocumented = [
        name for name in Settings.model_fields if f"`SLIPWAY_{name.upper()}`" not in text
    ]

    assert undocumented == []


def test_every_setting_has_its_sentence() -> None:
    silent = [name for name, field in Settings.model_fields.items() if not field.description]

    assert silent == []


def test_only_the_settings_read_the_environment() -> None:
    readers = []
    for package in ("bot", "provisioning", "storage"):
        for path in (ROOT / package).rglob("*.py"):
            tree = ast.parse(path.read_text())
            reads = any(
                isinstance(node, ast.Attribute)
                and node.attr in {"environ", "getenv"}
                and isinstance(node.value, ast.Name)
                and node.value.id == "os"
                for node in ast.walk(tree)
            )
            if reads:
                readers.append(path.relative_to(ROOT).as_posix())

    assert readers == []
