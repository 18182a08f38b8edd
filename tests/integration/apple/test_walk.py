"""Whatever an outside judge is shown of the client is all that the client can do."""

import inspect

import pytest

from bot.sandbox.apple.server import SandboxApple
from provisioning.appstore.client import AppStore
from tests.integration.apple.walking import PARTS, Walk


@pytest.fixture
def methods() -> set[str]:
    """Return every method of every part of the client."""
    source = inspect.getsource(AppStore.__init__)
    assert all(f"self.{name} = " in source for name in PARTS)
    assert source.count("(self._session)") == len(PARTS)
    hints = {name: _class_of(name) for name in PARTS}
    return {
        f"{name}.{method}"
        for name, kind in hints.items()
        for method, function in vars(kind).items()
        if inspect.iscoroutinefunction(function) and not method.startswith("_")
    }


def _class_of(part: str) -> type:
    source = inspect.getsource(AppStore.__init__)
    name = source.partition(f"self.{part} = ")[2].partition("(")[0]
    found = vars(inspect.getmodule(AppStore))[name]
    assert isinstance(found, type)
    return found


async def test_everything_that_the_client_can_do_is_done(methods: set[str]) -> None:
    async with SandboxApple.serve() as apple, Walk.begun(apple) as walk:
        await walk.everything()

    assert walk.seen == methods
    assert apple.violations == []
    assert {done.status for done in walk.wire.kept} <= {200, 201, 204}
    # What went over the wire is what Apple heard.
    assert len(walk.wire.kept) == len(apple.calls)
