"""Ask the database in its own words: for the few statements that every command needs.

SQLAlchemy begins and ends the transaction and holds the connection; compiling and wrapping a
statement would cost more than answering it. What a driver raises is wrapped as SQLAlchemy's own.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def ask(connection: Connection, statement: str, wanted: Sequence[Any] = ()) -> list[Any]:
    """Return the rows *statement* finds; `?` stands for a value, on both databases."""
    cursor = _run(connection, statement, wanted)
    rows: list[Any] = cursor.fetchall()
    cursor.close()
    return rows


def tell(connection: Connection, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run *statement* once for each of *rows*."""
    _run(connection, statement, rows, many=True).close()


def _run(
    connection: Connection, statement: str, wanted: Sequence[Any], *, many: bool = False
) -> Any:
    if connection.dialect.paramstyle != "qmark":
        statement = statement.replace("?", "%s")
    raw = connection.connection.cursor()
    try:
        (raw.executemany if many else raw.execute)(statement, wanted)
    except connection.dialect.loaded_dbapi.Error as error:
        base = connection.dialect.loaded_dbapi.Error
        raise DBAPIError.instance(
            statement, None, error, base, dialect=connection.dialect
        ) from error
    return raw
