"""The command line of packages: `slipway inspect`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.running import run
from storage.errors import SlipwayError
from storage.inspection.digests import Hashes, digests
from storage.inspection.rejection import PackageRejected

if TYPE_CHECKING:
    from typing import IO

    from storage.inspection.facts import Facts, Inspection
    from storage.inspection.unpacking import Enclosed
    from storage.inspection.worker import InspectionPool


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
        # Other commands start faster without these.
        import asyncio  # noqa: PLC0415

        from storage.inspection.worker import InspectionPool  # noqa: PLC0415

        async with InspectionPool(workers=1) as pool:
            hashes = [await asyncio.to_thread(_hashes, file) for file in files]
            found = [
                await inspected(pool, file, known)
                for file, known in zip(files, hashes, strict=True)
            ]
        if as_diff:
            click.echo(_difference(found[0].facts, found[1].facts, as_json=as_json))
        else:
            click.echo(sheet_of(found[0], as_json=as_json))
        return 0

    run(work)


async def inspected(pool: "InspectionPool", file: Path, known: Hashes) -> "Inspection":
    """
    Return what a package says about itself; of a zip with one build in it, what that says.

    Raise PackageRejected, and Unreadable where there is no room for a copy of that.
    """
    try:
        return await pool.inspect(file, known, file.name)
    except PackageRejected as reason:
        # Few files are like this: the others start faster without.
        from storage.inspection.wrapped import Wrapped  # noqa: PLC0415

        if not isinstance(reason, Wrapped):
            raise
        inside = reason.enclosed
    return await _unwrapped(pool, file, inside)


async def _unwrapped(pool: "InspectionPool", file: Path, inside: "Enclosed") -> "Inspection":
    import asyncio  # noqa: PLC0415 - see above
    import tempfile  # noqa: PLC0415
    from dataclasses import replace  # noqa: PLC0415

    from storage.inspection.endings import base_name  # noqa: PLC0415

    with tempfile.NamedTemporaryFile(prefix="slipway-") as copy:
        await asyncio.to_thread(_copy, file, inside, copy)
        hashes = await asyncio.to_thread(digests, copy.fileno())
        found = await pool.inspect(Path(copy.name), hashes, base_name(inside.path))
    notes = (f"It lies in {file.name} as {inside.path}.", *found.notes, inside.remark)
    return replace(found, notes=tuple(note for note in notes if note))


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


def sheet_of(found: "Inspection", *, as_json: bool) -> str:
    """Return the sheet of a package, with why nobody can install it and what was noticed."""
    from datetime import UTC, datetime  # noqa: PLC0415 - see above

    from provisioning.installing.reasons import reasons, unsaid  # noqa: PLC0415
    from storage.inspection.sheet import render  # noqa: PLC0415

    why = reasons(found.facts, at=datetime.now(UTC))
    obstacles = [reason.sentence for reason in why]
    if as_json:
        return found.text(obstacles=list(obstacles))
    return render(found.facts, [*obstacles, *unsaid(found.notes, why)])


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
