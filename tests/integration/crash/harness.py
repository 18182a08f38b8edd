"""
Processes that die on purpose, and others that go on with what they left.

A child is a module's coroutine function `main(boundary, *arguments)`; it hands *boundary* to its
engine, and ends when its work is done. Children are forked from a server that has the large modules
imported already, so that one takes a fraction of a second.
"""

import asyncio
import multiprocessing.process
import os
import signal
import time
import traceback
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import ceil
from multiprocessing.connection import Connection
from typing import Any, Self

from tests.forking import forking

Boundary = Callable[[str], None]
Main = Callable[..., Coroutine[Any, Any, None]]

#: A step is done, and that is not written down yet; then it is.
AFTER = ("done", "kept")

#: Seconds after which a child that neither died nor ended is killed, and its test fails.
PATIENCE = 60.0


def apart(steps: Iterable[str]) -> list[tuple[str, str]]:
    """
    Return the boundaries of a road's *steps* that differ, as moments and steps.

    `before` a step is where `kept` of the one before it was: nothing is written in between. So only
    the first step has it.
    """
    first, *others = steps
    return [("before", first), *((when, step) for step in (first, *others) for when in AFTER)]


def pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    """
    Return where a house dies, and where the next one dies over the same work.

    The first lie in the first half, so that the second come to theirs.
    """
    half = ceil(len(names) / 2)
    return list(zip_longest(names[:half], names[half:], fillvalue=names[-1]))


class NotAsPlanned(AssertionError):
    """A child ended in another way than its test wanted."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running child. `wait` for it in the end."""

    process: multiprocessing.process.BaseProcess
    reports: Connection

    @classmethod
    def start(cls, main: Main, *arguments: object, die_at: str | int | None = None) -> Self:
        """
        Start *main*; it kills itself at the boundary *die_at*.

        That is the name of a boundary, the first time, or the number of boundaries before it.
        """
        reports, ours = forking.Pipe(duplex=False)
        process = forking.Process(
            target=_live, args=(ours, main, arguments, die_at), daemon=True, name=main.__module__
        )
        process.start()
        ours.close()
        return cls(process, reports)

    def wait(self) -> tuple[int, list[str]]:
        """
        Return the exit code, negative for a signal, and the boundaries that were passed.

        Raise NotAsPlanned when it neither dies nor ends.
        """
        seen: list[str] = []
        try:
            while self.reports.poll(PATIENCE):
                seen.append(self.reports.recv())
            raise NotAsPlanned(f"The child lives on, and came to {seen}.")
        except EOFError:
            self.process.join(PATIENCE)
        finally:
            self.reports.close()
            self.process.kill()
            self.process.join()
        code = self.process.exitcode
        assert code is not None
        return code, seen


def run_until_killed(main: Main, *arguments: object, die_at: str | int) -> list[str]:
    """Run *main* in a process that must die at *die_at*; return the boundaries it came to."""
    code, seen = Child.start(main, *arguments, die_at=die_at).wait()
    if code != -signal.SIGKILL:
        raise NotAsPlanned(f"The child did not die at {die_at} but came to {seen} ({code}).")
    return seen


def run_to_end(main: Main, *arguments: object) -> list[str]:
    """Run *main* in a process that must end well; return the boundaries it came to."""
    code, seen = Child.start(main, *arguments).wait()
    if code != 0:
        raise NotAsPlanned(f"The child ended with {code} after {seen}.")
    return seen


def until(met: Callable[[], bool]) -> None:
    """Wait until something is so; a test that waits for a minute has failed."""
    give_up = time.monotonic() + 60
    while not met():
        assert time.monotonic() < give_up, "Nothing came of it."
        time.sleep(0.02)


def _live(reports: Connection, main: Main, arguments: tuple[Any, ...], die_at: str | int) -> None:
    count = 0

    def boundary(name: str) -> None:
        nonlocal count
        reports.send(name)
        if die_at in {name, count}:
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1

    try:
        asyncio.run(main(boundary, *arguments))
    except BaseException:  # noqa: BLE001 - whatever it was, the test must see it
        reports.send(traceback.format_exc())
        os._exit(1)
