"""The disk, and how many files may be open."""

import asyncio
from pathlib import Path

from bot.doctor.complaint import Broken, Doubtful
from bot.doctor.outside import Outside
from bot.settings import Settings

#: Below this much free space a build of Slack's largest size does not fit twice.
WANTED_SPACE = 3 * 1024**3
#: Below this much nothing is taken in any more (see storage.blobs.local).
NEEDED_SPACE = 256 * 1024**2
#: Each download, each request and each worker holds a few open.
WANTED_DESCRIPTORS = 4096


async def folder(settings: Settings, _outside: Outside) -> str:
    """Say whether the data folder takes a byte."""
    return await asyncio.to_thread(_written, settings.data_dir)


def _written(folder: Path) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.write_bytes(b"probe")
        probe.unlink()
    except OSError as error:
        raise Broken(
            f"{folder} cannot be written ({error.strerror}).",
            "Give it to the user that runs Slipway, or set SLIPWAY_DATA_DIR.",
        ) from None
    return f"{folder.absolute()} can be written."


async def space(settings: Settings, outside: Outside) -> str:
    """Say whether large builds find room."""
    folder = settings.data_dir.absolute()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = await asyncio.to_thread(outside.free_space, there)
    to_do = "Free some space, or move SLIPWAY_DATA_DIR to a larger disk."
    found = f"{free / 1e9:.1f} GB are free in {settings.data_dir}"
    if free < NEEDED_SPACE:
        raise Broken(f"{found}: no build is taken in any more.", to_do)
    if free < WANTED_SPACE:
        raise Doubtful(f"{found}; a large build needs {WANTED_SPACE / 1e9:.0f} GB.", to_do)
    return f"{free / 1e9:.0f} GB are free."


async def descriptors(_settings: Settings, outside: Outside) -> str:
    """Say whether enough files may be open at once."""
    limit = outside.open_files()
    if limit < WANTED_DESCRIPTORS:
        raise Doubtful(
            f"Only {limit} files may be open at once; each download and each request takes some.",
            f"Raise the limit to {WANTED_DESCRIPTORS} or more: LimitNOFILE= of systemd, `ulimits` "
            "of Compose, or `ulimit -n`.",
        )
    return f"{limit} files may be open at once."
