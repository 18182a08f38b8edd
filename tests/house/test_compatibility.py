"""The checklist of capabilities names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(
    r"^\|[^|\n]+\|(?P<mark>[^|\n]*)\|[^|\n]*\|(?: `(?P<test>[^`\n]+)`)? *\|$", re.MULTILINE
)


def test_each_row_that_is_ticked_names_its_test_and_no_other_does() -> None:
    found = ROW.finditer((ROOT / "docs" / "compatibility.md").read_text())
    rows = [row for row in found if not re.match(r"\|(-+\||.*\| test \|$)", row[0])]

    assert len(rows) > 15
    for row in rows:
        assert bool(row["mark"].strip()) == bool(row["test"]), row[0]
        if row["test"]:
            path, _, name = row["test"].partition("::")
            assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(), re.MULTILINE)
