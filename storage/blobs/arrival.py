"""A file that is arriving: nobody sees it before it is complete, and a kill leaves no trace."""

import errno
import fcntl
import os
import shutil
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from storage.errors import NoSpace, NotWritable

SUFFIX = ".part"

#: How many bytes arrive between two looks at the free space.
LOOK_EVERY = 16 * 1024 * 1024

#: After so many bytes the disk may catch up. A gigabyte that only memory holds makes everybody
#: else's next small write, such as the database's, wait for seconds.
CATCH_UP_EVERY = 8 * 1024 * 1024


class Arrival:
    """
    A temporary file in *folder*, to be renamed to its final place.

    Every method blocks and belongs into a thread; they may be called from several. The file is
    locked for as long as its process lives, so that `sweep` tells the living from the dead.
    *spare* is the number of bytes that must stay free in the file system.
    """

    def __init__(self, folder: Path, *, spare: int) -> None:
        self._folder = folder
        self._spare = spare
        self._turn = threading.Lock()
        self._ended = False
        self._descriptor: int | None = None
        self._path = folder / f"{uuid4().hex}{SUFFIX}"
        self._size = 0
        self._looked_at = -LOOK_EVERY
        self._on_disk = 0

    def add(self, batch: bytes) -> None:
        """Append *batch*; does nothing after the end. Raise NoSpace, NotWritable."""
        with self._turn, _disk_errors():
            if self._ended:
                return  # The stream was cancelled while this call waited for a thread.
            self._look_at_free_space()
            descriptor = self._opened()
            rest = memoryview(batch)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            self._size += len(batch)
            if self._size - self._on_disk >= CATCH_UP_EVERY:
                os.fdatasync(descriptor)
                self._on_disk = self._size

    def settle(self) -> None:
        """Make the bytes durable. Raise NoSpace."""
        with self._turn, _disk_errors():
            if self._ended:
                return
            descriptor = self._opened()
            # A blob never changes. The group, or an ACL, may let a proxy send it.
            os.fchmod(descriptor, 0o440)
            os.fsync(descriptor)

    def keep(self, target: Path) -> None:
        """Give the settled file its name, for good. Raise NoSpace."""
        with self._turn, _disk_errors():
            if self._ended:
                return
            make_folders(target.parent)
            self._path.replace(target)
            self._close()
            sync_folder(target.parent)

    def abandon(self) -> None:
        """Leave nothing behind; does nothing after `keep`."""
        with self._turn:
            if self._ended:
                return
            if self._descriptor is not None:
                self._path.unlink(missing_ok=True)
            self._close()

    def _opened(self) -> int:
        while self._descriptor is None:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            # A sweep may have come between the two lines above and removed the file.
            if os.fstat(descriptor).st_nlink:
                self._descriptor = descriptor
            else:
                os.close(descriptor)
        return self._descriptor

    def _close(self) -> None:
        self._ended = True
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _look_at_free_space(self) -> None:
        if self._size - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = self._size
        if shutil.disk_usage(self._folder).free < self._spare:
            raise NoSpace


def sweep(folder: Path) -> int:
    """Remove the files whose process died, and return how many there were."""
    return sum(_remove_if_dead(path) for path in folder.glob(f"*{SUFFIX}"))


def _remove_if_dead(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def make_folders(folder: Path) -> None:
    """Make *folder* and its missing parents, so that they outlive a loss of power."""
    if folder.is_dir():
        return
    make_folders(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o710)  # As for blobs: who knows a digest, and is let in at the top.
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in *folder* durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _disk_errors() -> Generator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise NoSpace from error
        if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
            raise NotWritable from error
        raise
