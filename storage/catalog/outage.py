"""Whether an error is the database's own, and may pass by itself."""

import psycopg
from sqlalchemy import exc


def is_outage(error: BaseException) -> bool:
    """
    Say whether *error* means that the database could not be asked just now.

    It does not answer, the connection broke, all connections are taken, or another writer holds the
    lock. What it answered to a wrong question is no outage.
    """
    if isinstance(error, exc.OperationalError | exc.InterfaceError | exc.TimeoutError):
        return True
    if isinstance(error, exc.DBAPIError):
        return error.connection_invalidated
    return isinstance(error, psycopg.OperationalError)
