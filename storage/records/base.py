"""What every table shares: how its constraints are named, how ids and times are made."""

from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

# Alembic can only change a constraint that has a name, so every one gets a predictable name.
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING

#: JSON on SQLite, JSONB on PostgreSQL. A change in place is not noticed: assign a new value.
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


#: The longest reference of an actor: `person:email:` and an address, or a kind and an id
#: (provisioning.actors).
ACTOR = 320


class Record(SQLModel):
    """The root of all records."""


def new_id() -> str:
    """Return an unguessable id of 32 hex digits."""
    return uuid4().hex


def now() -> datetime:
    """Return this moment, aware and in UTC. The one place where record times are made."""
    return datetime.now(UTC)


def ordered(length: int) -> Any:  # noqa: ANN401 - SQLModel wants the type object itself
    """
    Return a column type for text that is asked for by its beginning.

    It is compared by code points on either database, so that an index gives a range of it. Other
    orders of PostgreSQL are those of a dictionary, in which `release:1:` does not lie before `;`.
    """
    text = sa.String(length)
    return text.with_variant(sa.String(length, collation="C"), "postgresql")


def choice(values: type[Enum]) -> Any:  # noqa: ANN401 - SQLModel wants the type object itself
    """Return a column type that keeps *values* as text, so new ones need no migration."""
    return sa.Enum(
        values,
        native_enum=False,
        length=32,
        create_constraint=False,
        values_callable=lambda kind: [member.value for member in kind],
    )
