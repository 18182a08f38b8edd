"""The demo that waits for people: its port, its folder, and its end."""

import json
from pathlib import Path

import httpx
import pytest

from bot.sandbox.demo import PortTaken, greeting, running
from bot.sandbox.keeping import FolderTaken
from tests.integration.demo.processes import demo, opened


async def test_the_demo_shows_its_page_and_ends_well_when_asked_to(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    async with opened("--port", 0, "--data-dir", folder) as there:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            page = await client.get(there.url)
        with pytest.raises(PortTaken) as taken:
            async with running(port=there.port):
                pass
        with pytest.raises(FolderTaken, match=f"Another demo is running in {folder}."):
            async with running(data_dir=folder):
                pass
        ended = await there.terminated()

    assert page.status_code == 200
    assert "Slipway" in page.text
    assert there.greeting == greeting(there.url, folder)
    assert f"Port {there.port} is taken by another program." in str(taken.value)
    assert f"`slipway demo --port {there.port + 1000}`" in str(taken.value)
    assert (ended.code, ended.err) == (0, "")


def test_the_greeting_says_what_is_kept(tmp_path: Path) -> None:
    assert "Nothing is kept when it ends." in greeting("http://127.0.0.1:8080", None)
    assert f"are kept in {tmp_path}" in greeting("http://127.0.0.1:8080", tmp_path)


@pytest.mark.slow
async def test_a_folder_opens_again_and_its_links_lead_where_they_did(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    async with running(data_dir=folder) as first:
        links = first.settings.base_url
        noted = json.loads((folder / "demo.json").read_text())
    async with running(data_dir=folder) as second:
        assert second.settings.base_url == links

    assert noted == {"starts": 1, "port": int(links.rpartition(":")[2])}
    assert json.loads((folder / "demo.json").read_text()) == noted | {"starts": 2}


@pytest.mark.slow
async def test_what_stops_it_is_said_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")

    ended = await demo("--data-dir", file / "below")

    assert ended.code == 1
    assert f"{file / 'below'} cannot be used: " in ended.err
    assert "Traceback" not in ended.err
