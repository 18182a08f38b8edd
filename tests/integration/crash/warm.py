"""What a house does once in a process and not again: done here before children are forked."""

import asyncio
import importlib
import pkgutil
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import configure_mappers

from bot.sandbox.samples.harbour import harbour_ipa
from bot.slack.kit import names
from storage import records
from tests.integration.slack.house import BUILDS, QA, Plan, Samples, opened
from tests.statements import compiled_once

# Each is imported on first use only, or looked up by name.
for name in (
    "apscheduler.executors.asyncio",
    "apscheduler.triggers.interval",
    "dbos._sys_db_postgres",
    "dbos._sys_db_sqlite",
    "slack_bolt.listener_matcher.async_builtins",
    *(found.name for found in pkgutil.walk_packages(records.__path__, "storage.records.")),
):
    importlib.import_module(name)

configure_mappers()


async def live(folder: Path) -> None:
    """Let a house take a build in, distribute it and say so, and close."""
    ipa = harbour_ipa(folder)
    samples = Samples(ipa=ipa, newer_ipa=ipa, apk=ipa, broken=ipa)
    async with opened(folder, f"sqlite:///{folder / 'slipway.db'}", samples, Plan()) as house:
        await house.with_app(ipa)
        await house.group("QA", "Bob", channel=QA)
        await house.ann.command(BUILDS, names.COMMAND, "distribute harbour 2.4.0 to QA")
        await house.dm_to("Bob", "is ready for you")
        await house.settled()


# Every house asks the same questions: a child is forked with the statements that were compiled.
_shared = compiled_once()
_shared.__enter__()
with TemporaryDirectory() as made:
    asyncio.run(live(Path(made)))
left = [one.name for one in threading.enumerate() if one is not threading.main_thread()]
if left:
    raise RuntimeError(f"A process with threads cannot be forked: {left}.")
