"""A feature of Slack is four files; a fifth becomes a folder of its own."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FEATURES = ROOT / "bot" / "slack" / "features"
FOLDERS = sorted(path.parent for path in FEATURES.rglob("__init__.py") if path.parent != FEATURES)
FILES = {"__init__.py", "listeners.py", "deeds.py", "views.py", "messages.py"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(FEATURES)))
def test_a_feature_is_four_files(folder: Path) -> None:
    there = {path.name for path in folder.glob("*.py")}

    assert there <= FILES
    assert "listeners.py" in there


def test_the_bootstrap_stays_short() -> None:
    assert len((ROOT / "bot" / "bootstrap.py").read_text().splitlines()) <= 120
