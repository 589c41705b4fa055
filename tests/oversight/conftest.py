"""A town to oversee, in SQLite files or on both databases by turns."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.ledger.conftest import postgres
from tests.ledger.postgres import PostgresServer
from tests.ledger.truth import check_ledger
from tests.oversight.town import Town, founded, open_town

__all__ = ["postgres"]


@asynccontextmanager
async def _town(folder: Path, database: str | None) -> AsyncIterator[Town]:
    """Found a town; afterwards everything in its ledger must still be true."""
    url = database or f"sqlite:///{folder}/ledger.db"
    with open_town(folder, database) as books:
        yield await founded(books, url)
    check_ledger(url)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """A town in SQLite files."""
    async with _town(tmp_path, None) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
async def either_town(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    """A town on both databases by turns."""
    database = None
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        database = server.new_ledger()
    async with _town(tmp_path, database) as found:
        yield found
