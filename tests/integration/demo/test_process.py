"""The demo that waits for people: its port, its folder, and its end."""

from pathlib import Path

import httpx

from tests.integration.demo.processes import demo, opened


async def test_the_demo_shows_its_page_and_ends_well_when_asked_to() -> None:
    async with opened("--port", 0) as running:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            page = await client.get(running.url)
        taken = await demo("--port", running.port)
        ended = await running.terminated()

    assert page.status_code == 200
    assert "Slipway" in page.text
    assert "Nothing is kept when it ends." in running.greeting
    assert taken.code == 1
    assert f"Port {running.port} is taken by another program." in taken.err
    assert f"`slipway demo --port {running.port + 1000}`" in taken.err
    assert "Traceback" not in taken.err
    assert (ended.code, ended.err) == (0, "")


async def test_a_folder_belongs_to_one_demo_at_a_time_and_opens_again_afterwards(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "kept"
    async with opened("--port", 0, "--data-dir", folder) as first:
        refused = await demo("--port", 0, "--data-dir", folder)
        links_before = (folder / "demo.json").read_text()
        ended = await first.terminated()
    async with opened("--port", 0, "--data-dir", folder) as second:
        again = await second.terminated()

    assert refused.code == 1
    assert f"Another demo is running in {folder}." in refused.err
    assert (ended.code, again.code) == (0, 0), (ended, again)
    assert f"are kept in {folder}" in second.greeting
    assert '"starts": 1' in links_before
    port = links_before.partition('"port": ')[2]
    assert (folder / "demo.json").read_text().endswith(f'"port": {port}')


async def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")

    ended = await demo("--data-dir", file / "below")

    assert ended.code == 1
    assert f"{file / 'below'} cannot be used: " in ended.err
    assert "Traceback" not in ended.err
