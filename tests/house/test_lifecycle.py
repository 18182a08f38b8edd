"""A release is moved by one function, and by nobody else."""

import ast
from pathlib import Path

from provisioning.releases.lifecycle import MAY_FOLLOW, SENTENCES, Standing
from storage.records.release import ReleaseState

ROOT = Path(__file__).parents[2]
LIFECYCLE = ROOT / "provisioning" / "releases" / "lifecycle.py"


def callers(name: str, module: str) -> set[str]:
    """Return the files that call `module.name(…)`."""
    found = set()
    for package in ("bot", "provisioning", "storage"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                called = node.func if isinstance(node, ast.Call) else None
                if (
                    isinstance(called, ast.Attribute)
                    and called.attr == name
                    and getattr(called.value, "id", "") == module
                ):
                    found.add(path.relative_to(ROOT).as_posix())
    return found


def test_only_the_lifecycle_changes_a_release() -> None:
    assert callers("change", "releases") == {LIFECYCLE.relative_to(ROOT).as_posix()}


def test_nobody_sets_a_state_of_a_release_by_hand() -> None:
    guilty = []
    for path in (ROOT / "provisioning").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            targets = node.targets if isinstance(node, ast.Assign) else []
            names = [t for target in targets for t in ast.walk(target)]
            if any(
                isinstance(t, ast.Attribute)
                and t.attr == "state"
                and getattr(t.value, "id", "") == "release"
                for t in names
            ):
                guilty.append(path.name)

    assert guilty == []


def test_every_state_has_what_may_follow_and_a_sentence() -> None:
    assert set(MAY_FOLLOW) == set(ReleaseState)
    assert set(SENTENCES) == set(Standing)
    assert {state.value for state in ReleaseState} == {s.value for s in Standing} - {
        "superseded",
        "withdrawn",
        "disabled",
    }
