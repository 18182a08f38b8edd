"""What a road is: an async function of named steps, each of which may run twice."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

#: The argument is the id of the record that the road is about.
Walk = Callable[["Step", str], Awaitable[None]]

#: Returns the subjects that should be under way: noted before the first moment and after the
#: second, and not ended. What waits for a moment of its own (`due_at`) is among them once it is
#: due, under a subject that names the turn, so that each turn is a start of its own.
Unfinished = Callable[[datetime, datetime], Awaitable[Sequence[str]]]

#: Writes down, and says to people, that the road of a subject did not get to its end. The second
#: argument is the sentence why. It may be called twice.
GiveUp = Callable[[str, str], Awaitable[None]]


class Step(Protocol):
    """Runs one step of a road durably: once its result is kept, it is not run again."""

    async def __call__(
        self, name: str, act: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """
        Run *act* and keep what it returns, which is plain data (JSON).

        *name* is unique within the road. An error that may pass by itself is tried again for hours
        with growing pauses, whatever others do meanwhile; what finally leaves is kept, too.
        """

    async def briefly(
        self, name: str, act: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """
        Run *act* as a step that holds nobody up.

        An error that may pass is tried again a few times within seconds; then it leaves, so that
        the walk can go on with its neighbours and come back under another name.
        """

    async def pause(self, name: str, seconds: float) -> None:
        """Wait *seconds* from when it is first asked, restarts in between included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """
    A durable workflow, declared beside its walk.

    `at_once` is how many subjects are under way at once in a process; `heavy` has, by name of a
    step, how many of that step run at once, across all subjects.
    """

    name: str
    walk: Walk
    unfinished: Unfinished
    give_up: GiveUp
    at_once: int = 8
    heavy: Mapping[str, int] = field(default_factory=dict)
