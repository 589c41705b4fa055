"""Ledgers to test on: an SQLite file, a PostgreSQL of our own, or both by turns."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.store import Ledger, open_ledger
from tests.ledger.postgres import PostgresServer
from tests.ledger.truth import check_ledger
from vault.vault import Vault, open_vault


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ledger_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Return the URL of a new ledger, on both databases by turns."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path}/home/ledger.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_ledger()


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """Open a new ledger; after the test, everything in it must still be true."""
    opened = open_ledger(ledger_url)
    yield opened
    opened.close()
    check_ledger(ledger_url)


@pytest.fixture
def vault_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if kind == "sqlite":
        return f"sqlite:///{tmp_path}/home/vault.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "vault.key"


@pytest.fixture
def vault(vault_url: str, key_file: Path) -> Iterator[Vault]:
    opened = open_vault(vault_url, key_file)
    yield opened
    opened.close()
