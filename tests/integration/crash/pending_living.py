"""A whole house in a process of its own, which may die where what waits is carried out."""

from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

from provisioning.distributing.distributions import Distributions
from provisioning.distributing.pending_orders import PendingOrders
from tests.integration.crash.harness import Boundary
from tests.integration.crash.living import live

P = ParamSpec("P")
T = TypeVar("T")

#: Where a house dies that ends what waits: in the unit of work, after it, and before it is shown.
WRITING, WRITTEN, BEGUN = "it is being written", "it is written", "it is begun"


async def live_with_pending(boundary: Boundary, settings: dict[str, Any]) -> None:
    """Keep a house open that tells *boundary* how far it is with ending what waits."""
    _tell(Distributions, "write_together", after=lambda: boundary(WRITING))
    _tell(Distributions, "begin", before=lambda: boundary(WRITTEN))
    _tell(PendingOrders, "_show", before=lambda: boundary(BEGUN))
    await live(boundary, settings)


def _nothing() -> None:
    """Tell nobody."""


def _tell(
    owner: type,
    name: str,
    *,
    before: Callable[[], None] = _nothing,
    after: Callable[[], None] = _nothing,
) -> None:
    setattr(owner, name, _telling(getattr(owner, name), before, after))


def _telling(
    act: Callable[P, Awaitable[T]], before: Callable[[], None], after: Callable[[], None]
) -> Callable[P, Awaitable[T]]:
    async def told(*args: P.args, **kwargs: P.kwargs) -> T:
        before()
        found = await act(*args, **kwargs)
        after()
        return found

    return told
