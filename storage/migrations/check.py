"""
Whether the migrations give the tables that the records want: `python -m storage.migrations.check`.

Ends with 1 and the differences when a record was changed without a revision.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from storage.migrations import migrate


async def differences() -> tuple[str, ...]:
    """Return how the tables that the migrations make differ from the records."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'check.db'}"
        await migrate.upgrade(url, migrate.HEAD)  # By every step, as an old installation does.
        return await migrate.check(url)


if __name__ == "__main__":
    sys.exit("\n".join(asyncio.run(differences())) or 0)
