"""Brings the tables of a book to the form this version knows, once, whoever comes first.

Three books have their own history: `ledger`, `vault` (sealed items) and `vault_keys`. On
PostgreSQL they stand in one database, on SQLite each has its own file.
"""

from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from ledger.database import WeakSettings, speaking_plainly

Book = Literal["ledger", "vault", "vault_keys"]
HERE = Path(__file__).parent / "migrations"
NEWEST: dict[Book, str] = {"ledger": "0002", "vault": "0001", "vault_keys": "0001"}
"""The newest migration of each book; a file that says anything newer is refused."""

_LOCK = 7_305_004


def upgrade(engine: Engine, book: Book = "ledger") -> None:
    """Run the migrations *book* lacks, in one transaction under the book's lock; repeatable.

    Raises `WeakSettings` for a database that a newer version has made, `LedgerUnavailable`.
    """
    with speaking_plainly(), engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        stands = standing(connection, book)
        if stands == NEWEST[book]:
            return
        config = Config()
        config.set_main_option("script_location", HERE.as_posix().replace("%", "%%"))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", (HERE / book).as_posix().replace("%", "%%"))
        config.attributes["connection"] = connection
        config.attributes["version_table"] = f"{book}_schema"
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if stands is not None and stands not in known:
            raise WeakSettings(
                f"the {book} has schema {stands}, made by a newer jiedui; this one knows "
                f"{NEWEST[book]}. Install the newer version again."
            )
        command.upgrade(config, NEWEST[book])


def standing(connection: Connection, book: Book) -> str | None:
    """Return the migration *book* stands at, None where it has no tables yet."""
    if not inspect(connection).has_table(f"{book}_schema"):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {book}_schema")).scalar()  # noqa: S608 - a literal of ours
    return None if found is None else str(found)
