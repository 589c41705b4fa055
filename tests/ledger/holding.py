"""Hold the lock that writers take, as another process in the middle of its append would."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, make_url, text

from ledger.writer import _LOCK


@contextmanager
def held(ledger_url: str) -> Iterator[None]:
    """Keep every append to the ledger waiting until the block ends."""
    address = make_url(ledger_url)
    if address.get_backend_name() == "sqlite":
        other = sqlite3.connect(str(address.database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()
        return
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        yield
    engine.dispose()
