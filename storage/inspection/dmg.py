"""
Disk images of macOS (UDIF).

The trailer is checked here. The file system inside is read by 7-Zip where it is installed, as a
process with little memory and time; without it an image is kept by its name, size and digests.
"""

import contextlib
import os
import resource
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from storage.inspection import macapp, plists
from storage.inspection.archive import Stream
from storage.inspection.facts import Facts, Inspection
from storage.inspection.package import Package
from storage.inspection.rejection import PackageRejected
from storage.inspection.source import Source, Window
from storage.inspection.text import clean

TRAILER = 512
ENCRYPTED = b"encrcdsa"
SECONDS = 10.0

_KOLY = b"koly"
_PLIST_AT = slice(0xD8, 0xE8)
_TOOLS = ("7zz", "7z")
_PATH = "/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin"
_MEMORY = 512 << 20
_MAX_LISTING = 32 << 20
_PIECE = 64 << 10


def is_dmg(source: Source) -> bool:
    """Tell whether the trailer of a disk image ends the file, or an encrypted one begins it."""
    if source.size >= TRAILER and source.read(source.size - TRAILER, 4) == _KOLY:
        return True
    return source.size >= len(ENCRYPTED) and source.read(0, len(ENCRYPTED)) == ENCRYPTED


def read(package: Package) -> Inspection:
    """Read the app in an image as far as that can be; raise PackageRejected for a damaged one."""
    source = package.source
    if source.read(0, min(source.size, len(ENCRYPTED))) == ENCRYPTED:
        return _unread(package, "The image is encrypted, so that only its name and size are known.")
    _check(source)
    tool = next((path for name in _TOOLS if (path := shutil.which(name, path=_PATH))), None)
    if tool is None or not isinstance(source, Window) or source.start:
        return _unread(
            package, "7-Zip is not installed: only name and size of the image are known."
        )
    try:
        volume = Volume.listed(tool, source.descriptor)
    except PackageRejected as reason:
        return _unread(package, f"What is in the image cannot be read: {reason}")
    found = [name for name in volume.names if _is_app(name)]
    if not found:
        return _unread(package, "There is no app in the image that can be read.")
    return macapp.inspection(package, "dmg", volume, macapp.find_root(found))


def _check(source: Source) -> None:
    trailer = source.read(source.size - TRAILER, TRAILER)
    fields = trailer[_PLIST_AT]
    offset, length = int.from_bytes(fields[:8]), int.from_bytes(fields[8:])
    if not length or offset + length > source.size - TRAILER:
        raise PackageRejected("The image is damaged: its table of contents lies outside of it.")
    if length > plists.MAX_BYTES:
        raise PackageRejected("The image's table of contents is too big: more than 8 MB.")
    table = plists.load(source.read(offset, length), "The image's table of contents")
    if not isinstance(plists.branch(table, "resource-fork").get("blkx"), list):
        raise PackageRejected("The image is damaged: its table of contents names no blocks.")


def _unread(package: Package, note: str) -> Inspection:
    facts = Facts(
        platform="macos",
        kind="dmg",
        name=clean(PurePath(package.name).stem),
        complete=False,
        **package.measured,
    )
    return Inspection(facts=facts, notes=(note,))


def _is_app(name: bytes) -> bool:
    """7-Zip puts files into a folder of the volume's name, but for those of a FAT volume."""
    return macapp.MARK.matches(name) or macapp.MARK.matches(name.partition(b"/")[2])


@dataclass(frozen=True, slots=True)
class Volume:
    """The files of an image: `names` has the size of each; links are not among them."""

    tool: str
    descriptor: int
    names: dict[bytes, int]

    @classmethod
    def listed(cls, tool: str, descriptor: int) -> "Volume":
        """List the image; raise PackageRejected when 7-Zip cannot."""
        arguments = ("l", "-slt", "-ba", "-sccUTF-8")
        listing = b"".join(_run(tool, descriptor, arguments, b"", _MAX_LISTING))
        names = dict(_named(block) for block in listing.split(b"\n\n") if _is_file(block))
        return cls(tool, descriptor, names)

    def __contains__(self, name: bytes) -> bool:
        return name in self.names

    def read(self, name: bytes, limit: int) -> bytes:
        """Return a whole file; raise PackageRejected when it cannot be read or is too large."""
        size = self.names.get(name)
        if size is None or size > limit:
            raise PackageRejected("A file in the image is too big.")
        data = b"".join(self._contents(name, limit))
        if len(data) != size:
            raise PackageRejected("A file in the image is damaged.")
        return data

    def stream(self, name: bytes) -> Stream:
        """Begin to read a file from its start."""
        return Stream(self._contents(name, 256 << 20))

    def _contents(self, name: bytes, limit: int) -> Iterator[bytes]:
        # Without -spd a name with a star in it would be a pattern.
        return _run(self.tool, self.descriptor, ("x", "-so", "-spd"), name, limit)


def _is_file(block: bytes) -> bool:
    return b"\nFolder = +" not in block and b"\nMode = l" not in block and b"Path = " in block


def _named(block: bytes) -> tuple[bytes, int]:
    lines = dict(line.partition(b" = ")[::2] for line in block.strip().split(b"\n"))
    size = lines.get(b"Size", b"")
    return lines.get(b"Path", b""), int(size) if size.isdigit() else 0


def _run(
    tool: str, descriptor: int, arguments: tuple[str, ...], name: bytes, limit: int
) -> Iterator[bytes]:
    """Yield what 7-Zip writes; raise PackageRejected when it fails, or takes too long or much."""
    image = f"/dev/fd/{descriptor}"
    command: list[str | bytes] = [tool, *arguments, "--", image, *([name] if name else [])]
    # The tool's path is ours, and a name from the image is one argument that is no pattern.
    process = subprocess.Popen(  # noqa: S603 - see above
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=(descriptor,),
        env={"LC_ALL": "C.UTF-8"},
    )
    _bound(process.pid)
    assert process.stdout is not None
    deadline = time.monotonic() + SECONDS
    try:
        while piece := _piece(process.stdout.fileno(), deadline):
            limit -= len(piece)
            if limit < 0:
                raise PackageRejected("A file in the image is larger than it says.")
            yield piece
        if process.wait(max(deadline - time.monotonic(), 0.1)):
            raise PackageRejected("7-Zip cannot read the image.")
    except subprocess.TimeoutExpired as error:
        raise PackageRejected("Reading the image took too long.") from error
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def _piece(descriptor: int, deadline: float) -> bytes:
    ready, _, _ = select.select([descriptor], [], [], max(deadline - time.monotonic(), 0))
    if not ready:
        raise PackageRejected("Reading the image took too long.")
    return os.read(descriptor, _PIECE)


def _bound(process: int) -> None:
    """Limit memory and time; in a worker the limits are inherited, and elsewhere set here."""
    if not hasattr(resource, "prlimit"):
        return
    with contextlib.suppress(OSError, ValueError):
        resource.prlimit(process, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        seconds = int(SECONDS) + 1
        resource.prlimit(process, resource.RLIMIT_CPU, (seconds, seconds))
