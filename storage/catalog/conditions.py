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
        return _in_array(column, sa.literal(list(values), _TEXTS))
    return _in_json(column, sa.literal(json.dumps(list(values))))


def among_named(column: Any, name: str, *, on_postgresql: bool) -> sa.ColumnElement[bool]:  # noqa: ANN401 - a mapped column
    """Say so in a statement that is built once; `one_parameter` gives what *name* stands for."""
    if on_postgresql:
        return _in_array(column, sa.bindparam(name, type_=_TEXTS))
    return _in_json(column, sa.bindparam(name, type_=sa.String))


def one_parameter(values: Iterable[str], *, on_postgresql: bool) -> list[str] | str:
    """Return *values* as the parameter that `among_named` wants."""
    return list(values) if on_postgresql else json.dumps(list(values))


_TEXTS = postgresql.ARRAY(sa.String)


def _in_array(column: Any, array: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:  # noqa: ANN401
    return column == sa.any_(array)  # type: ignore[no-any-return] # a column of any type


def _in_json(column: Any, text: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:  # noqa: ANN401
    listed = sa.func.json_each(text).table_valued("value")
    return column.in_(sa.select(listed.c.value))  # type: ignore[no-any-return]
