"""Every folder says in one sentence what it is, and the fronts hold no code."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(
    path.parent
    for package in ("bot", "provisioning", "storage")
    for path in (ROOT / package).rglob("*.py")
)


@pytest.mark.parametrize(
    "folder", sorted(set(FOLDERS)), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_a_folder_has_a_front_of_one_sentence(folder: Path) -> None:
    if folder == ROOT / "storage" / "migrations" / "versions":
        return
    tree = ast.parse((folder / "__init__.py").read_text())

    assert len(tree.body) == 1
    assert ast.get_docstring(tree)


def test_nothing_is_called_after_nothing_in_particular() -> None:
    vague = {"utils", "helpers", "manager", "util", "helper", "common", "misc"}
    found = [path for folder in set(FOLDERS) for path in folder.glob("*.py") if path.stem in vague]

    assert found == []
