"""Fixtures that every test may ask for, and how a run is spread over the machine."""

import gc
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

pytest_plugins = ["tests.databases", "tests.engines", "tests.readers", "tests.statements"]

# Where Python is told to keep no bytecode, each worker and each program that a test starts would
# compile all that it imports: that takes longer than most tests.
sys.dont_write_bytecode = False

# As often as it does by itself, the garbage collector took a twelfth of what tests take. What it
# is to find, such as a file that nobody closed, it still finds, at the latest at the end.
gc.set_threshold(20_000, 20, 20)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """
    Run one worker more than there are cores: tests wait for pauses and processes 40 % of the time.

    Those of the long run wait even more, so that it gets another. A few files are read in this
    process: it is done before others would have begun.
    """
    paths = [Path(argument.partition("::")[0]) for argument in config.args]
    if all(path.is_file() for path in paths):
        return 0
    is_long = not config.option.markexpr
    return len(os.sched_getaffinity(0)) + (2 if is_long else 1)


#: What is said to PostgreSQL is written here; elsewhere its twin of a test is a long form.
OF_DATABASES = ("tests/unit/storage/catalog/", "tests/unit/storage/migrations/")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the twins on PostgreSQL to the long run, but for those of OF_DATABASES."""
    for item in items:
        if "postgresql" in item.name and not item.nodeid.startswith(OF_DATABASES):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """Let the garbage collector pass by what lasts: thousands of tests, and all modules."""
    gc.collect()
    gc.freeze()


#: Folders whose tests share nothing and take long: several workers take a file's tests.
SPREAD = (
    "tests/integration/crash/",
    "tests/integration/faults/",
    "tests/integration/provision/",
)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:  # noqa: ANN401 - untyped
    """Keep the tests of a file with one worker, as they share what it opened, but for SPREAD."""
    scheduler = LoadFileScheduling(config, log)
    file_of = scheduler._split_scope

    def scope_of(nodeid: str) -> str:
        return nodeid if nodeid.startswith(SPREAD) else str(file_of(nodeid))

    scheduler._split_scope = scope_of
    return scheduler
