"""
How long reads take in a town of three sizes, and how many statements.

    uv run python -m tests.bench.reads [--postgres] [--sizes 0.1 1 2] [--repeats 40]

The town of the full size has 300 apps, 20,000 releases, 5,000 testers and 300,000 recipients; what
is wanted is wanted of it, on SQLite. It prints the number of statements, and in milliseconds the
least time of the processor, and the best, the median and the 95th percentile of the time that
passed. The processor is ours: SQLite works on it, a server of PostgreSQL does not. The first row is
a read of nothing: what any read takes on this machine at this moment.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from storage.migrations import migrate
from tests import postgres
from tests.spares import new_database
from tests.town.counting import statements_of
from tests.town.filling import fill
from tests.town.living import living
from tests.town.reads import Read, every
from tests.town.size import Size
from tests.town.town import Town

MS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """
    What one read took in a town of one size; times in milliseconds.

    `cpu` is the least time of this process, which tells reads apart on a machine that others use.
    """

    wanted: int
    statements: int
    cpu: float
    best: float
    median: float
    p95: float


async def measured(url: str, town: Town, folder: Path, repeats: int) -> dict[str, Taken]:
    """Return what each read took, by its name."""
    async with living(town, url, folder) as at:
        taken = {}
        for read in await every(at):
            with statements_of(at.database) as heard:
                await read.act()
            found = [await _timed(read) for _ in range(repeats)]
            times = [one.passed for one in found]
            taken[read.name] = Taken(
                wanted=read.wanted,
                statements=len(heard),
                cpu=min(one.cpu for one in found),
                best=min(times),
                median=median(times),
                p95=quantiles(times, n=20)[-1],
            )
        return taken


class _Once(NamedTuple):
    passed: float
    cpu: float


async def _timed(read: Read) -> _Once:
    start, cpu = time.perf_counter(), time.process_time()
    await read.act()
    return _Once((time.perf_counter() - start) * MS, (time.process_time() - cpu) * MS)


def in_a_town(server: str, size: Size, repeats: int) -> dict[str, Taken]:
    """Fill a database with a town, on *server* or, without one, in a file; measure, forget it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = (
            stack.enter_context(new_database(server))
            if server
            else f"sqlite:///{folder / 'town.db'}"
        )
        asyncio.run(migrate.upgrade(url))
        start = time.monotonic()
        town = fill(url, size)
        print(
            f"A town with {size.recipients:,} recipients was built in "
            f"{time.monotonic() - start:.0f} s.",
            flush=True,
        )
        return asyncio.run(measured(url, town, folder, repeats))


def table(title: str, shares: Sequence[float], found: Sequence[dict[str, Taken]]) -> None:
    """Print the reads one a line; a median over what is wanted has a mark."""
    heads = [f"{share:.0%}: n    cpu   best median    p95" for share in shares]
    print(f"\n{title:44} {'wanted':>6}   " + "   ".join(f"{head:>37}" for head in heads))
    for name in found[0]:
        cells = [_cell(one[name]) for one in found]
        print(f"{name:44} {found[0][name].wanted:>6}   " + "   ".join(cells))


def _cell(taken: Taken) -> str:
    mark = "!" if taken.median > taken.wanted else " "
    times = f"{taken.cpu:>6.1f} {taken.best:>6.1f} {taken.median:>6.1f}{mark} {taken.p95:>6.1f}"
    return f"{taken.statements:>8} {times}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL as well")
    parser.add_argument("--sizes", type=float, nargs="+", default=[0.1, 1, 2])
    parser.add_argument("--repeats", type=int, default=40)
    asked = parser.parse_args()
    found = [in_a_town("", Size().times(share), asked.repeats) for share in asked.sizes]
    table("SQLite", asked.sizes, found)
    if asked.postgres:
        with postgres.server() as server:
            found = [in_a_town(server, Size().times(share), asked.repeats) for share in asked.sizes]
        table("PostgreSQL", asked.sizes, found)


if __name__ == "__main__":
    main()
