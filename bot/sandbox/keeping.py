"""The folder of a demo: a temporary one, or one that is kept and belongs to one demo at a time."""

import fcntl
import json
import shutil
import socket
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.errors import SlipwayError

HOST = "127.0.0.1"


class FolderTaken(SlipwayError):
    """Another demo is running in this folder."""


class FolderUnusable(SlipwayError):
    """The folder cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """
    Where a demo keeps what it has. `starts` counts how often it was started there.

    `last_port` is the one that install links named the last time, None at the first.
    """

    path: Path
    starts: int = 1
    last_port: int | None = None

    def port(self) -> int:
        """Return a free port, the last one if it can be had: links of the last time lead there."""
        chosen = _free_port(self.last_port or 0) or _free_port(0)
        _note(self.path, starts=self.starts, port=chosen)
        return chosen


@contextmanager
def kept(data_dir: Path | None) -> Generator[Folder]:
    """
    Lend a folder: *data_dir*, or a temporary one that goes at the end.

    Raise FolderTaken while another demo has it, FolderUnusable when it cannot be written in.
    """
    if data_dir is None:
        path = Path(tempfile.mkdtemp(prefix="slipway-demo-"))
        try:
            yield Folder(path=path)
        finally:
            shutil.rmtree(path, ignore_errors=True)
        return
    path = data_dir.absolute()
    with _held(path):
        known = _noted(path)
        starts = known.get("starts", 0) + 1
        _note(path, starts=starts, port=known.get("port", 0))
        yield Folder(path=path, starts=starts, last_port=known.get("port") or None)


@contextmanager
def _held(path: Path) -> Generator[None]:
    """Hold the folder alone; the system lets go of it however the process ends."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = (path / "demo.lock").open("w")
    except OSError as error:
        raise FolderUnusable(f"{path} cannot be used: {error.strerror}.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FolderTaken(
                f"Another demo is running in {path}. End it first, or choose another folder with "
                "`--data-dir`."
            ) from None
        yield


def _noted(path: Path) -> dict[str, int]:
    try:
        noted = json.loads((path / "demo.json").read_text())
        return {key: int(noted[key]) for key in ("starts", "port")}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _note(path: Path, **numbers: int) -> None:
    (path / "demo.json").write_text(json.dumps(numbers))


def _free_port(wanted: int) -> int:
    """Return *wanted* or, for 0, any port that is free; 0 when *wanted* is taken."""
    with socket.socket() as probe:
        # As the server itself will: a port that was in use a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError:
            return 0
        return int(probe.getsockname()[1])
