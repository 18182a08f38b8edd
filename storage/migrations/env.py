"""What Alembic runs for every command; `migrate.py` hands it the connection."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel.sql.sqltypes import AutoString

from storage.migrations.comparison import OPTIONS
from storage.records.base import JSON
from storage.records.every import METADATA


def plainly(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:  # noqa: ANN401 - Alembic hands over types, columns and constraints alike
    """Name column types by SQLAlchemy's own words, so that a revision needs nothing of ours."""
    if kind != "type":
        return False
    if item is JSON:
        autogen.imports.add("from sqlalchemy.dialects.postgresql import JSONB")
        return 'sa.JSON().with_variant(JSONB(), "postgresql")'
    if isinstance(item, sa.Enum | AutoString):
        return f"sa.String({item.length})"
    if isinstance(getattr(item, "impl_instance", item), sa.DateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Run the command's steps on the connection it was given, within its transaction."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=METADATA,
        render_item=plainly,
        user_module_prefix=None,
        **OPTIONS,
    )
    context.run_migrations()


run()
