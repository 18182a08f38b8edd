"""
How long it takes to look at what became of releases, in a town with a million receipts.

    uv run python -m tests.bench.lifecycle [--postgres] [--recipients 750000] [--repeats 30]

The town has 300 apps, 20,000 releases and 5,000 testers; of 750,000 recipients most have a link,
and the links have about a million receipts. Wanted are 50 ms for each, and as many statements
however large the town is: tests/house/test_budgets.py holds those. First comes a read of nothing.
"""

import argparse
from dataclasses import replace
from typing import Final

from tests import postgres
from tests.bench.reads import Taken, in_a_town, table
from tests.town.size import Size

WANTED: Final = 50
#: What people look at, by the names of tests/town/reads.py.
LOOKED_AT: Final = (
    "nothing at all",
    "/release list",
    "/release list APP",
    "/release show APP VERSION",
    "/release who APP VERSION",
    "who has a release that all have",
    "receipts of a release",
    "receipts of a release that all have",
    "a tester's own page",
    "Home of a tester",
    "Home of a manager",
)


def looked_at(found: dict[str, Taken]) -> dict[str, Taken]:
    """Return what is looked at here, against what is wanted of it."""
    return {name: replace(found[name], wanted=WANTED) for name in LOOKED_AT}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL as well")
    parser.add_argument("--recipients", type=int, default=750_000)
    parser.add_argument("--repeats", type=int, default=30)
    asked = parser.parse_args()
    size = Size(recipients=asked.recipients)
    table("SQLite", [1], [looked_at(in_a_town("", size, asked.repeats))])
    if asked.postgres:
        with postgres.server() as server:
            table("PostgreSQL", [1], [looked_at(in_a_town(server, size, asked.repeats))])


if __name__ == "__main__":
    main()
