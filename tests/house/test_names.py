"""A public class name means one thing."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "provisioning", "storage")

#: The libraries read the same formats each for itself, as each other's check; and the sandbox
#: rebuilds what others have: Slack's words there are Slack's.
APART = ("storage/inspection", "provisioning/codesign", "bot/sandbox")


def public_classes() -> dict[str, set[str]]:
    """Return, by name, the packages in which a public class of this name is defined."""
    found: dict[str, set[str]] = defaultdict(set)
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            place = path.relative_to(ROOT).as_posix()
            if place.startswith(APART):
                continue
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found[node.name].add(place)
    return found


def test_a_public_class_name_is_used_once() -> None:
    twice = {name: sorted(places) for name, places in public_classes().items() if len(places) > 1}

    assert twice == {}
