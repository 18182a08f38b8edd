"""What `uv run` installs for somebody who only wants to see the demo, and what checks rest on."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def wanted_by(project: dict[str, Any], requirements: list[Any]) -> set[str]:
    """Return the names of packages behind some requirements, our own extras looked into."""
    names = set()
    for requirement in requirements:
        own = re.fullmatch(r"slipway\[(\w+)\]", requirement)
        extras = project["project"]["optional-dependencies"]
        more = wanted_by(project, extras[own[1]]) if own else set()
        names |= more or {re.split(r"[\[<>=;! ]", requirement)[0]}
    return names


def test_d5_the_demo_does_not_wait_for_linters_and_browsers() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    by_default = wanted_by(project, project["dependency-groups"]["dev"])

    assert "pytest" in by_default
    assert not by_default & {"mypy", "ruff", "playwright"}
    assert "default-groups" not in project["tool"]["uv"]
    script = (ROOT / ".ci" / "run").read_text()
    assert script.index("--group browser --group lint") < script.index("pytest")


def test_a13_types_are_checked_alike_whatever_else_is_installed() -> None:
    """Who reads a package of the group *bench* says so for both: it may be there or not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    theirs = wanted_by(project, project["dependency-groups"]["bench"])
    silent = "# type: ignore[import-not-found, import-untyped, unused-ignore]"
    found = 0

    for path in sorted((ROOT / "tests").rglob("*.py")):
        lines = path.read_text().splitlines()
        for node in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in theirs:
                found += 1
                assert silent in lines[node.lineno - 1], f"{path.name}:{node.lineno}"
    assert found == len(theirs)
