"""`slipway serve` on ground that does not hold: one sentence that says what to do, each time."""

import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.bootstrap import open_house
from bot.secret_key import KeyMissing, KeyWrong
from bot.settings import load
from bot.wiring.ground import prepared
from storage.catalog import grants
from storage.catalog.database import Database
from storage.migrations import migrate
from storage.records.base import now
from storage.records.grant import Grant
from tests.integration.test_cli import slipway
from tests.integration.test_serving import serving
from tests.shelf import stock

#: A folder that nobody can write to, the superuser included.
READ_ONLY = Path("/sys/kernel")
GARBAGE = b"This was a database once. " * 400


def damage_records(folder: Path) -> dict[str, str]:
    (folder / "slipway.db").write_bytes(GARBAGE)
    return {}


def damage_engine(folder: Path) -> dict[str, str]:
    (folder / "engine.db").write_bytes(GARBAGE)
    return {}


def take_a_file_for_the_folder(folder: Path) -> dict[str, str]:
    (folder / "file").write_text("no folder")
    return {"SLIPWAY_DATA_DIR": str(folder / "file")}


def take_a_folder_below_a_file(folder: Path) -> dict[str, str]:
    (folder / "file").write_text("no folder")
    return {"SLIPWAY_DATA_DIR": str(folder / "file" / "data")}


def take_a_folder_that_is_read_only(_folder: Path) -> dict[str, str]:
    return {"SLIPWAY_DATA_DIR": str(READ_ONLY)}


def keep_the_key_where_nobody_writes(_folder: Path) -> dict[str, str]:
    return {"SLIPWAY_SECRET_KEY_FILE": str(READ_ONLY / "secret.key")}


def damage_the_builds(folder: Path) -> dict[str, str]:
    (folder / "blobs").write_text("no folder")
    return {}


def trust_nobody(folder: Path) -> dict[str, str]:
    (folder / "nobody.pem").write_text("no certificates")
    return {"SLIPWAY_APPLE_AUTHORITIES_FILE": str(folder / "nobody.pem")}


BROKEN: dict[str, tuple[Callable[[Path], dict[str, str]], str]] = {
    "records": (damage_records, "slipway.db is damaged, or is no database. Restore it"),
    "engine": (damage_engine, "engine.db is damaged: it holds what is under way. Restore it"),
    "file": (take_a_file_for_the_folder, "cannot be made (File exists). Make it and give it to"),
    "below": (take_a_folder_below_a_file, "cannot be made (Not a directory). Make it"),
    "read-only": (take_a_folder_that_is_read_only, "cannot be written"),
    "key": (keep_the_key_where_nobody_writes, "secret.key cannot be made"),
    "builds": (damage_the_builds, "The folder of builds"),
    "authorities": (trust_nobody, "nobody.pem holds no certificates in PEM. Remove it"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BROKEN)
async def test_b6_ground_that_does_not_hold_is_one_sentence(tmp_path: Path, name: str) -> None:
    break_it, words = BROKEN[name]
    if "/sys" in str(more := break_it(tmp_path)) and not READ_ONLY.is_dir():
        pytest.skip("Only Linux has a folder that the superuser cannot write to.")
    async with serving(tmp_path, "http://127.0.0.1:1/api/", **more) as served:
        code = await served.ended()

    *_, last = served.said.splitlines()
    assert code == 1, served.said
    assert words in last
    assert "Traceback" not in served.said
    assert "Slipway is up" not in served.said


@pytest.mark.slow
async def test_b6_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        async with serving(tmp_path, "http://127.0.0.1:1/api/", SLIPWAY_PORT=port) as served:
            code = await served.ended()

    assert code == 1, served.said
    assert f"port {port} (Address already in use)" in served.said.splitlines()[-1]
    assert "Traceback" not in served.said


async def link_in(folder: Path) -> Grant:
    """Make a link that holds in a folder that has no key."""
    url = f"sqlite:///{folder / 'slipway.db'}"
    await migrate.upgrade(url)
    database = Database(url)
    shelf = await stock(database)
    async with database.writing() as session:
        grant = await grants.keep(
            session,
            Grant(
                release_id=shelf.release.id,
                tester_id=shelf.tester.id,
                token_hash="a" * 64,
                expires_at=now() + timedelta(days=1),
            ),
        )
    await database.close()
    return grant


async def test_b6_a_key_that_is_gone_stops_the_start_and_says_how_to_go_on(tmp_path: Path) -> None:
    await link_in(tmp_path)
    settings = load(data_dir=tmp_path, slack_bot_token="xoxb-1", slack_app_token="xapp-1")
    with pytest.raises(KeyMissing, match="install links that still hold were made with it") as gone:
        async with open_house(settings):
            pytest.fail("it started with another key")

    assert "Restore it from the backup" in str(gone.value)
    assert "`slipway new-key`" in str(gone.value)
    assert not settings.key_file.exists()


@pytest.mark.slow
async def test_b6_another_key_stops_the_start_and_says_how_to_go_on(tmp_path: Path) -> None:
    """A key of another installation, or of an older backup: there is one, and it fits nothing."""
    settings = load(data_dir=tmp_path, slack_bot_token="xoxb-1", slack_app_token="xapp-1")
    async with prepared(settings):
        own = settings.key_file.read_text()
    settings.key_file.write_text("ab" * 32 + "\n")
    async with prepared(settings):
        pass  # Nothing was made with the first one.
    await link_in(tmp_path)
    settings.key_file.write_text(own)
    with pytest.raises(KeyWrong, match="not the one that install links that still") as wrong:
        async with prepared(settings):
            pytest.fail("it started with another key")
    settings.key_file.unlink()
    done = slipway("new-key", SLIPWAY_DATA_DIR=str(tmp_path))
    async with prepared(settings):
        pass

    assert "`slipway new-key`" in str(wrong.value)
    assert "ab" * 32 not in str(wrong.value)
    assert done.returncode == 0


async def test_b6_with_a_new_key_old_links_end_so_that_people_get_new_ones(tmp_path: Path) -> None:
    grant = await link_in(tmp_path)
    done = slipway("new-key", SLIPWAY_DATA_DIR=str(tmp_path))
    again = slipway("new-key", SLIPWAY_DATA_DIR=str(tmp_path))

    assert (done.returncode, done.stderr) == (0, "")
    assert "1 install links ended" in done.stdout
    assert (again.returncode, again.stdout) == (1, "")
    assert "There is a secret key" in again.stderr
    database = Database(f"sqlite:///{tmp_path / 'slipway.db'}")
    async with database.reading() as session:
        assert (await grants.get(session, grant.id)).expires_at <= now()
        assert not await grants.any_holds(session, now())
    await database.close()


@pytest.mark.slow
async def test_b6_the_first_start_makes_a_key(tmp_path: Path) -> None:
    await migrate.upgrade(f"sqlite:///{tmp_path / 'slipway.db'}")
    async with serving(tmp_path, "http://127.0.0.1:1/api/") as served:
        await served.says("Slipway is up")

    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
