"""`slipway audit export`, as a person types it: who did what, for a spreadsheet or a program."""

import asyncio
import csv
import io
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import auditing
from storage.catalog import audit, organizations
from storage.catalog.database import Database
from storage.records.audit import AuditEntry

FORMULA = '=HYPERLINK("https://evil.example")'


@pytest.fixture
async def kept(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    shutil.copyfile(sqlite_template, tmp_path / "slipway.db")
    monkeypatch.setenv("SLIPWAY_DATA_DIR", str(tmp_path))
    database = Database(f"sqlite:///{tmp_path / 'slipway.db'}")
    async with database.writing() as session:
        organization = await organizations.named(session, "main")
        for name in ("QA", FORMULA):
            audit.add(
                session,
                AuditEntry(
                    organization_id=organization.id,
                    actor="person:slack:UANN",
                    action="group.created",
                    subject_id="gone",
                    origin="slack",
                    detail={"name": name},
                ),
            )
            await session.flush()
    await database.close()
    return database


async def typed(*words: str) -> tuple[int, str, str]:
    """Run the command in a thread: it has a loop of its own."""
    done = await asyncio.to_thread(CliRunner().invoke, auditing.audit, ["export", *words])
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.usefixtures("kept")
async def test_a_table_has_a_line_for_each_act_and_no_formula() -> None:
    code, out, told = await typed()
    rows = list(csv.DictReader(io.StringIO(out)))

    assert code == 0
    assert told.strip() == "Done: 2 entries."
    assert [row["about"] for row in rows] == ["QA", f"'{FORMULA}"]
    assert rows[0]["actor"] == "person:slack:UANN"
    assert rows[0]["at"].endswith("+00:00")
    assert json.loads(rows[0]["detail"]) == {"name": "QA"}


@pytest.mark.usefixtures("kept")
async def test_lines_of_json_hold_what_was_kept() -> None:
    code, out, _ = await typed("--format", "jsonl")
    lines = [json.loads(line) for line in out.splitlines()]

    assert code == 0
    assert [line["about"] for line in lines] == ["QA", FORMULA]
    assert lines[1]["detail"] == {"name": FORMULA}


@pytest.mark.usefixtures("kept")
async def test_what_was_done_before_is_left_out(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "slipway.db") as database:
        database.execute(
            "UPDATE audit_entry SET at = '2020-05-05 12:00:00.000000' WHERE detail LIKE '%QA%'"
        )

    _, out, told = await typed("--format", "jsonl", "--since", "2026-01-01")
    _, none, nothing = await typed("--format", "jsonl", "--since", "2100-01-01T10:00:00")
    wrong, *_ = await typed("--since", "yesterday")

    assert [json.loads(line)["about"] for line in out.splitlines()] == [FORMULA]
    assert told.strip() == "Done: 1 entries."
    assert (none, nothing.strip()) == ("", "Nothing was done in this time.")
    assert wrong == 2
