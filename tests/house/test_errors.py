"""A road keeps the errors of its steps and reads them back: each of ours can be made anew."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import bot
import provisioning
import storage
from bot.engine.outcomes import failure, value_of
from storage.errors import SlipwayError

#: Modules that do something when they are imported, and the sandbox, whose errors meet no road.
LEFT_OUT = ("bot.__main__", "storage.migrations.env", "bot.sandbox")

OURS = ("bot.", "provisioning.", "storage.")


def errors() -> Iterator[type[SlipwayError]]:
    """Yield every error that a step may raise."""
    for package in (storage, provisioning, bot):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(LEFT_OUT):
                importlib.import_module(module.name)
    waiting = [SlipwayError]
    while waiting:
        error = waiting.pop()
        if error.__module__.startswith(OURS) and not error.__module__.startswith(LEFT_OUT):
            yield error
        waiting.extend(error.__subclasses__())


def test_every_error_is_the_same_after_it_was_kept() -> None:
    known = list(errors())
    assert len(known) > 20
    for kind in known:
        with pytest.raises(kind) as again:
            value_of(failure(kind("It is so.", code="so", what=["a", 1])))
        assert type(again.value) is kind
        assert str(again.value) == "It is so."
        assert (again.value.code, again.value.data) == ("so", {"what": ["a", 1]})
