"""On PostgreSQL programs work with the rights `roles.sql` gives them, and the book is intact."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from accounts.store import Accounts
from audit.verify.verifying import verify
from desk.opening import books
from projections.boards import open_boards
from services.bootstrapping import publish_shipped
from tests.ledger.postgres import PostgresServer
from webhooks.store import Store

ROLES = (Path(__file__).parents[3] / "ledger" / "roles.sql").read_bytes()


@pytest.fixture
def urls(postgres: PostgresServer, tmp_path: Path) -> Iterator[tuple[str, str, str]]:
    """Give what an owner, a service and an auditor sign in with, to books the owner made."""
    owner = postgres.new_database()
    database = owner.partition("@/")[2].partition("?")[0]
    with books(owner, owner, tmp_path / "vault.key", "gd-2022"):
        pass
    with postgres.admin(database) as admin:
        admin.execute(ROLES)
        admin.execute(ROLES)  # may be run again
        admin.execute("CREATE ROLE app LOGIN IN ROLE jiedui_service")
        admin.execute("ALTER ROLE app SET role = 'jiedui_service'")
        admin.execute("CREATE ROLE looker LOGIN IN ROLE jiedui_reader")
    yield owner, postgres.url(database, "app"), postgres.url(database, "looker")
    with postgres.admin(database) as admin:
        admin.execute("DROP ROLE app")
        admin.execute("DROP ROLE looker")


async def test_a_service_works_beside_a_ledger_it_does_not_own(
    urls: tuple[str, str, str], tmp_path: Path
) -> None:
    owner, service, reader = urls
    with books(service, service, tmp_path / "vault.key", "gd-2022") as opened:
        assert await publish_shipped(opened.desk)
        boards = open_boards(service)
        boards.follower(opened.ledger).catch_up()
    Accounts(service)
    Store(service).close()
    for url in (owner, service, reader):
        verdict = verify(url)
        assert verdict.intact, verdict.faults
    with psycopg.connect(service.replace("+psycopg", ""), autocommit=True) as clerk:
        for statement in (
            "UPDATE entries SET kind = 'x.v1'",
            "DELETE FROM entries",
            "ALTER TABLE entries DISABLE TRIGGER ALL",
            "DROP TABLE checkpoints",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                clerk.execute(statement)
        clerk.execute("CREATE TABLE shadow (x int)")
    assert [fault.found for fault in verify(owner).faults] == ["shadow: nobody made this table"]
