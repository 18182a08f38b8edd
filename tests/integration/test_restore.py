"""The backup that docs/operating.md describes, made of a house at work and started from."""

import asyncio
import re
import shutil
from pathlib import Path

import httpx
import pytest

from bot.sandbox.demo import Demo, running
from bot.sandbox.script import LINK, Walk
from tests.programs import needed

DOCS = Path(__file__).parents[2] / "docs" / "operating.md"


async def back_up(data: Path, backups: Path) -> Path:
    """Run the script of the documentation; return the folder of today."""
    [written] = re.findall(r"```sh\n(#!/bin/sh\n.*?)```", DOCS.read_text(), re.DOTALL)
    script = backups.parent / "backup.sh"
    places = f"data={data} backups={backups}"
    script.write_text(written.replace("data=/var/lib/slipway backups=/var/backups/slipway", places))
    assert places in script.read_text()
    process = await asyncio.create_subprocess_exec(
        "sh", str(script), stderr=asyncio.subprocess.PIPE
    )
    _, complaints = await process.communicate()
    assert (process.returncode, complaints) == (0, b"")
    [today] = [path for path in backups.iterdir() if path.name != "blobs"]
    return today


def link_of(demo: Demo) -> str:
    told = [message for message in demo.slack.workspace.dms("Bob") if message.is_bot]
    [found] = {link[0] for message in told if (link := LINK.search(str(message.blocks)))}
    return found


async def status_of(link: str) -> int:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        return (await client.get(link)).status_code


@pytest.mark.slow
async def test_what_was_backed_up_while_it_worked_goes_on_elsewhere(tmp_path: Path) -> None:
    needed("rsync")
    there, back, backups = tmp_path / "there", tmp_path / "back", tmp_path / "backups" / "all"
    backups.mkdir(parents=True)
    async with running(data_dir=there) as demo:
        assert await Walk(demo).walk(None) == 0
        link = link_of(demo)
        today = await back_up(there / "slipway", backups)
        # Once more, as every day.
        assert await back_up(there / "slipway", backups) == today
    # The demo's own things are no part of Slipway's; its port is that of the link.
    shutil.copytree(there, back, ignore=shutil.ignore_patterns("slipway"))
    shutil.copytree(today, back / "slipway")
    shutil.copytree(backups / "blobs", back / "slipway" / "blobs")
    shutil.rmtree(there)

    async with running(data_dir=back) as demo:
        assert await status_of(link) == 200
        assert (await demo.house.house.people.groups.all())[0].name == "QA"
        await demo.slack.workspace.settled(within=10)
