"""The command line of packages: `slipway inspect`."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from bot.cli.running import run
from storage.errors import SlipwayError
from storage.inspection.digests import Hashes, digests
from storage.inspection.unpacking import Wrapped

if TYPE_CHECKING:
    from typing import IO

    from storage.inspection.facts import Facts
    from storage.inspection.unpacking import Enclosed
    from storage.inspection.worker import InspectionPool


T = TypeVar("T")

#: What reads a package and writes its sheet, in a process of its own.
TELLING = "bot.cli.telling"


class Unreadable(SlipwayError):
    """The file cannot be read."""


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--diff", "as_diff", is_flag=True, help="Say what changed from the first to the second."
)
def inspect(files: tuple[Path, ...], *, as_json: bool, as_diff: bool) -> None:
    """Say what a package says about itself."""
    if len(files) != (2 if as_diff else 1):
        raise click.UsageError("--diff takes two files." if as_diff else "It takes one file.")

    async def work() -> int:
        # Other commands start faster without it.
        from storage.inspection.worker import InspectionPool  # noqa: PLC0415

        async with InspectionPool(workers=1, module=TELLING) as pool:
            if as_diff:
                told = await _compared(pool, files, as_json=as_json)
            else:
                told = await read(files[0], partial(_told, pool, as_json=as_json))
        click.echo(told)
        return 0

    run(work)


async def _told(pool: "InspectionPool", copy: "Copy", *, as_json: bool) -> str:
    return await pool.tell(copy.path, copy.hashes, copy.name, as_json=as_json, around=copy.around)


async def _compared(pool: "InspectionPool", files: Sequence[Path], *, as_json: bool) -> str:
    async def facts(copy: Copy) -> "Facts":
        return (await pool.inspect(copy.path, copy.hashes, copy.name)).facts

    old, new = [await read(file, facts) for file in files]
    return _difference(old, new, as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A package to read: where it lies for now, what it is called, and where it came from."""

    path: Path
    hashes: Hashes
    name: str
    around: tuple[str, ...] = ()


async def read(file: Path, act: Callable[[Copy], Awaitable[T]]) -> T:
    """
    Return what *act* does of a package; of a zip with one build in it, of that.

    Raise PackageRejected, and Unreadable where there is no room for a copy of what is in a zip.
    """
    import asyncio  # noqa: PLC0415 - see above

    hashes = await asyncio.to_thread(_hashes, file)
    try:
        return await act(Copy(path=file, hashes=hashes, name=file.name))
    except Wrapped as found:
        inside = found.enclosed
    return await _read_inside(file, inside, act)


async def _read_inside(file: Path, inside: "Enclosed", act: Callable[[Copy], Awaitable[T]]) -> T:
    import asyncio  # noqa: PLC0415 - see above
    import tempfile  # noqa: PLC0415

    from storage.inspection.endings import base_name  # noqa: PLC0415

    around = (f"It lies in {file.name} as {inside.path}.", inside.remark)
    with tempfile.NamedTemporaryFile(prefix="slipway-") as kept:
        await asyncio.to_thread(_copy, file, inside, kept)
        return await act(
            Copy(
                path=Path(kept.name),
                hashes=await asyncio.to_thread(digests, kept.fileno()),
                name=base_name(inside.path),
                around=tuple(sentence for sentence in around if sentence),
            )
        )


def _copy(file: Path, inside: "Enclosed", copy: "IO[bytes]") -> None:
    from storage.inspection.unpacking import PIECE, Unpacker  # noqa: PLC0415 - see above

    unpacker, left = Unpacker(inside), inside.packed
    try:
        with file.open("rb") as opened:
            opened.seek(inside.begin)
            while left and (packed := opened.read(min(PIECE, left))):
                left -= len(packed)
                for piece in unpacker.pieces(packed):
                    copy.write(piece)
        copy.flush()
    except OSError as error:
        raise Unreadable(f"{inside.path} cannot be unpacked: {error.strerror}.") from None
    unpacker.end()


def _hashes(file: Path) -> Hashes:
    """Raise Unreadable when the file cannot be opened."""
    try:
        with file.open("rb") as opened:
            return digests(opened.fileno())
    except OSError as error:
        raise Unreadable(f"{file} cannot be read: {error.strerror}.") from None


def _difference(old: "Facts", new: "Facts", *, as_json: bool) -> str:
    import json  # noqa: PLC0415 - see above
    from dataclasses import asdict  # noqa: PLC0415

    from storage.inspection.diff import compare  # noqa: PLC0415

    changes = compare(old, new)
    if as_json:
        return json.dumps([asdict(change) for change in changes], ensure_ascii=False)
    if not changes:
        return "Nothing that a fact sheet holds has changed."
    return "\n".join(f"{'!' if change.loud else ' '} {change.sentence}" for change in changes)


#: What `bot.cli.main` adds to its own.
COMMANDS: tuple[click.Command, ...] = (inspect,)
