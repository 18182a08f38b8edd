"""Draft the next revision from what the records have and the newest revision has not."""

import asyncio
import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from storage.migrations.migrate import HEAD, configuration, upgrade


def draft(message: str) -> Path:
    """
    Write the next revision, called *message*, and return its file.

    It is a draft: read it, give new columns their defaults for old rows, run it on both databases.
    """
    config = configuration()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/draft.db"
        asyncio.run(upgrade(url, HEAD))  # What the revisions make, not what the records want.
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message, autogenerate=True, rev_id=_next_number())
        engine.dispose()
    return _newest()


def _next_number() -> str:
    return f"{sum(1 for _ in ScriptDirectory.from_config(configuration()).walk_revisions()) + 1:04}"


def _newest() -> Path:
    scripts = ScriptDirectory.from_config(configuration())
    return Path(scripts.get_revision("head").path)


if __name__ == "__main__":
    sys.stdout.write(f"{draft(sys.argv[1])}\n")
