"""What a road is: an async function of named steps, each of which may run twice."""

from collections.abc import Awaitable, Callable
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

#: The argument is the id of the record that the road is about.
Walk = Callable[["Step", str], Awaitable[None]]


class Step(Protocol):
    """Runs one step of a road durably: once its result is kept, it is not run again."""

    async def __call__(
        self, name: str, act: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """
        Run *act* and keep what it returns, which is plain data (JSON).

        *name* is unique within the road. An error of *act* is tried again with growing pauses;
        the last one leaves here.
        """
