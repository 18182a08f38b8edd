"""What a house does once in a process and not again: done here before children are forked."""

import importlib
import pkgutil

from sqlalchemy.orm import configure_mappers

from storage import records

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
