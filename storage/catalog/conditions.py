"""Conditions that either database answers from an index."""

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from storage.catalog.database import Session, is_postgresql

#: No character comes after this one.
LAST = "\U0010ffff"


def begins(column: Any, beginning: str) -> sa.ColumnElement[bool]:  # noqa: ANN401 - a mapped column
    """Say that a column of `ordered` text begins with *beginning*: LIKE would use no index."""
    return sa.and_(column >= beginning, column < beginning + LAST)


def among(session: Session, column: Any, values: Iterable[str]) -> sa.ColumnElement[bool]:  # noqa: ANN401 - a mapped column
    """
    Say that *column* is one of *values*, which are a single parameter however many they are.

    For sets of people and of digests: to write thousands of parameters takes longer than to answer.
    """
    if is_postgresql(session):
        array = sa.literal(list(values), postgresql.ARRAY(sa.String))
        return column == sa.any_(array)  # type: ignore[no-any-return] # a column of any type
    listed = sa.func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(sa.select(listed.c.value))  # type: ignore[no-any-return]
