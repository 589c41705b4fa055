"""Brings the tables of a book to the form this version knows, once, whoever comes first.

Every book has its own history, in the room it belongs to: the ledger here, sealed items and keys in
`vault/`. On PostgreSQL they stand in one database, on SQLite each has its own file.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from ledger.database import LedgerMissing, WeakSettings, speaking_plainly

HERE = Path(__file__).parent / "migrations"
_LOCK = 7_305_004


@dataclass
class Book:
    """A book with a history of its own: its *folder* of migrations and the *newest* of them."""

    name: str
    folder: Path
    newest: str


LEDGER = Book("ledger", HERE / "versions", "0002")


def upgrade(engine: Engine, book: Book, *, create: bool = True) -> None:
    """Run the migrations *book* lacks, in one transaction under a lock; repeatable.

    Raises `WeakSettings` for a database that a newer version has made, `LedgerMissing` where there
    are no tables and none are to be made, and `LedgerUnavailable`.
    """
    with speaking_plainly(), engine.begin() as connection:
        stands = standing(connection, book)
    if stands is None and not create:
        raise LedgerMissing("这个数据库里没有账本。 This database holds no ledger.")
    if stands != book.newest:
        _migrate(engine, book)


def _migrate(engine: Engine, book: Book) -> None:
    # A tenth of a second that most starts of a command need not spend.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    with speaking_plainly(), engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        stands = standing(connection, book)
        config = Config()
        config.set_main_option("script_location", HERE.as_posix().replace("%", "%%"))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", book.folder.as_posix().replace("%", "%%"))
        config.attributes["connection"] = connection
        config.attributes["version_table"] = f"{book.name}_schema"
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if stands is not None and stands not in known:
            raise WeakSettings(
                f"the {book.name} has schema {stands}, made by a newer jiedui; this one knows "
                f"{book.newest}. Install the newer version again."
            )
        command.upgrade(config, book.newest)


def standing(connection: Connection, book: Book) -> str | None:
    """Return the migration *book* stands at, None where it has no tables yet."""
    if not inspect(connection).has_table(f"{book.name}_schema"):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {book.name}_schema")).scalar()  # noqa: S608 - a name of ours
    return None if found is None else str(found)
