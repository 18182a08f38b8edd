"""How records and tables are compared, for new revisions and for the check that none is missing."""

from typing import Any

#: SQLite can hardly change a table: Alembic makes a new one and moves the rows (batch).
OPTIONS: dict[str, Any] = {
    "compare_type": True,
    "compare_server_default": True,
    "render_as_batch": True,
    # True of SQLite too, because we say BEGIN ourselves: a kill leaves the old tables as they were.
    "transactional_ddl": True,
}
