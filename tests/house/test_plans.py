"""
No question of the catalog reads the whole of a table that grows with the years.

Each is asked once of a town, and the plans of the statements that it really made are looked at.
"""

import inspect
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any, TypeAlias

import pytest

from storage import catalog
from storage.catalog.database import Database, Session
from tests.house.questions import QUESTIONS
from tests.town.counting import statements_of
from tests.town.filling import fill
from tests.town.size import SMALL
from tests.town.town import Town

#: The parameters of a statement, as its driver takes them.
Values: TypeAlias = Any

#: Tables that hold more every day. There are few apps, groups, identities and open promises.
GROWING = frozenset(
    {
        *(
            "audit_entry",
            "build",
            "departure",
            "destination",
            "device",
            "distribution",
            "grant",
            "groupmember",
        ),
        *("enrolment_challenge", "enrolment_link"),
        *("hometab", "joinlink", "joinrequest", "personalpage"),
        *("mute", "nudge", "nudgeword", "tally_mark", "troublereport"),
        *("person", "posting", "preparation", "receipt", "recipient", "release", "roleholding"),
        *(
            "edit",
            "mandate",
            "milestone",
            "profile_generation",
            "rebuild",
            "recall",
            "recallnotice",
            "registration",
            "releasetag",
            "reminder",
            "slot",
            "wave",
        ),
        *("approval_decision", "approval_request", "pending_order"),
        *("seen", "step_run", "symbols", "target", "tester", "upload", "uploadplace", "variant"),
    }
)

#: Those that may look at all rows of an organization, and why.
MEANT = {
    ("testers.first", "tester"): "The index has them by name, and a limit ends it.",
    ("testers.count", "tester"): "It counts the entries of an index.",
    ("grants.any_holds", "grant"): "It is asked once, at a start without a key; a limit ends it.",
    ("grants.expire", "grant"): "The secret key was lost, and every link with it.",
    ("devices.count", "device"): "It counts the entries of an index.",
    ("devices.every", "device"): "The index has them by their moment, and a limit ends it.",
    ("registrations.unasked", "device"): "It is asked once a minute for what nobody asked about.",
    ("audit.last", "audit_entry"): "The index has them by their moment, and a limit ends it.",
    ("join_links.holding", "joinlink"): "The index has them by their moment, and a limit ends it.",
    ("tags.known", "releasetag"): "A tag was mistyped, and somebody is told which there are.",
    ("departures.astray", "tester"): "It is asked once an hour, of everybody.",
    ("roles.every", "roleholding"): "Somebody asked for the list of them all.",
}

#: What PostgreSQL does with tables that are small, as these are, in place of using an index.
AVOIDED = ("seqscan", "hashjoin", "mergejoin", "material")

#: Not questions, but what the others ask with.
TOOLS = frozenset({"database"})

#: An organization has all rows of an installation: to find by it is to find everything.
ALL_OF_IT = re.compile(
    r".* \(organization_id=\?\)|\(\(?organization_id\)?(::text)? = '[^']*'::text\)"
)


@pytest.fixture
def town(database_url: str) -> Town:
    return fill(database_url, SMALL)


def test_every_question_of_the_catalog_is_asked_here() -> None:
    there = {
        f"{module.name}.{name}"
        for module in pkgutil.iter_modules(catalog.__path__)
        if module.name not in TOOLS
        for name, question in vars(import_module(f"storage.catalog.{module.name}")).items()
        if inspect.iscoroutinefunction(question)
        and question.__module__ == f"storage.catalog.{module.name}"
        and not name.startswith("_")
    }

    assert there == QUESTIONS.keys()


async def test_no_question_reads_the_whole_of_a_table_that_grows(
    database: Database, town: Town
) -> None:
    found = {
        (name, table)
        for name in QUESTIONS
        for statement, parameters in await _asked(database, town, name)
        for table in await _read_whole(database, statement, parameters)
    }

    assert found - MEANT.keys() == set()
    assert MEANT.keys() - found == set()


async def _asked(database: Database, town: Town, name: str) -> list[tuple[str, Values]]:
    """Return the statements of a question with their parameters; what it wrote is taken back."""
    with statements_of(database) as heard:
        async with Session(database.engine, expire_on_commit=False) as session:
            await QUESTIONS[name](session, town)
            await session.flush()
            await session.rollback()
    # An INSERT reads nothing; SQLite names tables that it looks at once a reference is broken.
    return [(said, given) for said, given in heard if not said.startswith("INSERT")]


async def _read_whole(database: Database, statement: str, parameters: Values) -> set[str]:
    """Return the growing tables that a statement would read from end to end."""
    async with database.engine.connect() as connection:
        if database.embedded:
            explained = await connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", parameters
            )
            return {one for row in explained.all() for one in _scanned(str(row[-1]))}
        for way in AVOIDED:
            await connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        explained = await connection.exec_driver_sql(
            f"EXPLAIN (FORMAT JSON) {statement}", parameters
        )
        return {one for plan in explained.scalar_one() for one in _scanned_in(plan["Plan"])}


def _scanned(line: str) -> Iterator[str]:
    """Read a line of SQLite's plan: `SCAN release`, or `SEARCH release USING INDEX i (a=?)`."""
    way, _, rest = line.partition(" ")
    table = re.sub(r"_\d+$", "", rest.partition(" ")[0])
    if table in GROWING and (way == "SCAN" or (way == "SEARCH" and ALL_OF_IT.fullmatch(line))):
        yield table


def _scanned_in(plan: dict[str, Any]) -> Iterator[str]:
    """Read a node of PostgreSQL's plan, and those below it."""
    table = plan.get("Relation Name", "")
    below = plan.get("Plans", ())
    conditions = [plan.get("Index Cond"), *(one.get("Index Cond") for one in below)]
    narrow = [one for one in conditions if one and not ALL_OF_IT.fullmatch(one)]
    if table in GROWING and plan["Node Type"] not in _WRITES and not narrow:
        yield table
    for one in below:
        yield from _scanned_in(one)


_WRITES = frozenset({"ModifyTable", "LockRows"})
