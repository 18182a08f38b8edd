"""`slipway devices`, as a person types it: lists come in and go out."""

import asyncio
import plistlib
import shutil
import sqlite3
import stat
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import devices as commands
from bot.sandbox.samples.identities import device_id
from bot.sandbox.slack.server import SandboxSlack, Setup
from tests.integration.slack.house import manifest

HEADING = "Device ID\tDevice Name\tDevice Platform\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """Somebody with a shell beside a Slack."""

    slack: SandboxSlack
    folder: Path

    async def typed(self, *words: str) -> tuple[int, str]:
        """Run the command in a thread: it has a loop of its own."""
        done = await asyncio.to_thread(CliRunner().invoke, commands.devices, words)
        return done.exit_code, done.output

    def file(self, name: str, content: str) -> str:
        place = self.folder / name
        place.write_text(content)
        return str(place)

    def owners(self) -> dict[str, str]:
        """Return who has each device: a Slack id or an address, by UDID."""
        with sqlite3.connect(self.folder / "slipway.db") as database:
            question = (
                "SELECT udid, coalesce(tester.slack_id, tester.email) FROM device "
                "JOIN tester ON tester.id = device.tester_id"
            )
            return dict(database.execute(question).fetchall())


@pytest.fixture
async def shell(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Shell]:
    shutil.copyfile(sqlite_template, tmp_path / "slipway.db")
    setup = Setup(manifest=manifest())
    async with SandboxSlack.serve(data_dir=tmp_path / "slack", setup=setup) as slack:
        monkeypatch.setenv("SLIPWAY_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("SLIPWAY_SLACK_API_URL", slack.api_url)
        monkeypatch.setenv("SLIPWAY_SLACK_BOT_TOKEN", slack.bot_token)
        yield Shell(slack=slack, folder=tmp_path)
        assert slack.violations == []


async def test_a_list_is_kept_for_its_owners_and_written_again(shell: Shell) -> None:
    one, two, three = (device_id(number) for number in range(3))
    bob = shell.slack.workspace.person("Bob").id
    ann = shell.slack.workspace.person("Ann").id
    rows = f"UDID,Name,Email\n{one},=Lab,bob@harbour.example\n{two},Two,\n"
    rows += f"{three},Three,outside@example.com\nF2LX1234ABCD,Four,\n"

    code, said = await shell.typed("import", shell.file("a.csv", rows), "--owner", ann)
    again = await shell.typed(
        "import", shell.file("b.txt", f"{HEADING}{two}\tTwo\tios\n"), "--owner", bob
    )
    out = shell.folder / "out.txt"
    exported = await shell.typed("export", str(out))
    plist = shell.folder / "out.deviceids"
    await shell.typed("export", str(plist))
    refused = await shell.typed("export", str(out))

    assert code == 1
    assert "Line 5: …ABCD looks like a serial number." in said
    assert "Done: 3 new, 0 here already, 0 not taken." in said
    assert "/release devices pending" in said
    assert shell.owners() == {one: bob, two: ann, three: "outside@example.com"}
    assert again[0] == 1
    assert "is kept for somebody else" in again[1]
    assert exported == (0, f"{out}: 3\nDone: 3 devices.\n")
    assert out.read_text() == (
        f"{HEADING}{one}\t'=Lab\tios\n{two}\tTwo\tios\n{three}\tThree\tios\n"
    )
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    listed = plistlib.loads(plist.read_bytes())["Device UDIDs"]
    assert [entry["deviceIdentifier"] for entry in listed] == [one, two, three]
    assert (refused[0], "There is a file" in refused[1]) == (1, True)
    assert not any(udid in said for udid in (one, two, three))


async def test_more_than_apple_takes_of_a_file_make_several(shell: Shell) -> None:
    rows = "".join(f"{device_id(number)}\tPhone {number}\tios\n" for number in range(130))
    await shell.typed(
        "import", shell.file("many.txt", HEADING + rows), "--owner", "bob@harbour.example"
    )

    exported = await shell.typed("export", str(shell.folder / "out.txt"))

    assert exported[0] == 0
    assert "Done: 130 devices." in exported[1]
    second = (shell.folder / "out-2.txt").read_text().splitlines()
    assert len(second) == 31


async def test_without_slack_nobody_can_be_an_owner(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SLIPWAY_SLACK_BOT_TOKEN")
    file = shell.file("a.txt", f"{HEADING}{device_id(1)}\tOne\tios\n")

    refused = await shell.typed("import", file, "--owner", "bob@harbour.example")

    assert refused[0] == 1
    assert "SLIPWAY_SLACK_BOT_TOKEN is missing" in refused[1]
    assert await shell.typed("export", str(shell.folder / "none.txt")) == (
        0,
        "There are no devices.\n",
    )
