"""
Whether the migrations give the tables that the records want: `python -m storage.migrations.check`.

Ends with 1 and the differences when a record was changed without a revision.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from storage.errors import StorageError
from storage.migrations import migrate


async def check() -> None:
    """Raise StorageError with the differences."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'check.db'}"
        await migrate.upgrade(url)
        await migrate.check(url)


if __name__ == "__main__":
    try:
        asyncio.run(check())
    except StorageError as difference:
        sys.exit(str(difference))
