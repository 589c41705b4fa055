"""Database engines for the ledger and the vault, and the settings below which they refuse to start.

SQLite runs WAL with `synchronous=FULL`; PostgreSQL with `fsync`, `full_page_writes` and
`synchronous_commit` on. What is in force is read back from every new connection that writes:
with less, an acknowledged fact can vanish in a power cut (promises.md §2, finding 3).
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.values import instant_text

BUSY_TIMEOUT_SECONDS = 10
"""How long a writer waits for its turn before it answers "not now"."""

CLOCK_BEHIND_MAX = timedelta(minutes=2)
"""How far the clock may stand before the newest entry; a smaller lag does no harm, for what
is recorded is never earlier than the entry before."""

SQLITE_VERSION_MIN = (3, 37, 0)  # STRICT tables
_SQLITE_OPTIONS = {"journal_mode": "WAL", "synchronous": "FULL"}
_SQLITE_IN_FORCE = {"journal_mode": {"wal"}, "synchronous": {"2", "3"}}
_POSTGRESQL_IN_FORCE = {
    "fsync": {"on"},
    "full_page_writes": {"on"},
    "synchronous_commit": {"on", "remote_apply"},
    "data_sync_retry": {"off"},
    "server_encoding": {"UTF8"},
}


class WeakSettings(Exception):
    """The database is set up so that an acknowledged fact could be lost; nothing was opened."""


class LedgerUnavailable(Exception):
    """Not now, try again: nothing was acknowledged; *found* says what stood in the way."""

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(
            f"账本暂时不可用，请稍后用同一命令号再试（{found}）。 "
            f"The ledger is not available now; try again with the same command id. Found: {found}."
        )


class LedgerDamaged(Exception):
    """The database says that its own file or a page of it is broken; run `jiedui audit verify`."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"账本文件已损坏，请运行 jiedui audit verify 并从备份恢复（{found}）。 "
            f"The ledger is damaged; run jiedui audit verify and restore a backup. Found: {found}."
        )


class ClockBehind(Exception):
    """The ledger's clock stands before its newest entry; nothing was opened."""

    def __init__(self, now: datetime, newest: datetime) -> None:
        said, stands = instant_text(now), instant_text(newest)
        super().__init__(
            f"时钟不对：现在是 {said}，账本最新一条却记于 {stands}；请先校准时钟再启动。 "
            f"The clock says {said}, and the ledger's newest entry was recorded at {stands}; "
            "set the clock right, then start again."
        )


class LedgerMissing(Exception):
    """There is no ledger where one was to be opened, and none was to be created."""


@contextmanager
def speaking_plainly() -> Iterator[None]:
    """Translate what a database driver raises into `LedgerUnavailable` and `LedgerDamaged`."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        plain = in_plain_words(error)
        if plain is None:
            raise
        raise plain from None


def in_plain_words(error: Exception) -> LedgerUnavailable | LedgerDamaged | None:
    """Return what *error* means for a caller, or None for what is a bug or a refused statement."""
    if isinstance(error, PoolTimeout):
        return LedgerUnavailable("every database connection is busy")
    if not isinstance(error, DBAPIError):
        return None
    found = (str(error.orig).strip().splitlines() or ["no message"])[0]
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return LedgerDamaged(found)
    if code == sqlite3.SQLITE_ERROR:  # a statement that is wrong, not weather
        return None
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in {"XX001", "XX002"}:
        return LedgerDamaged(found)
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return LedgerUnavailable(found)
    if isinstance(error, InternalError) and state.startswith(("25", "53", "57", "58")):
        return LedgerUnavailable(found)
    return None


def sync_failed(error: Exception) -> bool:
    """Say whether an fsync failed: what the file holds is then unknown until it is reopened."""
    orig = error.orig if isinstance(error, DBAPIError) else None
    return getattr(orig, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_FSYNC


def parsed(url: str) -> URL:
    """Return *url* without the options that only ask for settings; refuse those that ask for less.

    Raises `WeakSettings`; raises `ValueError` for a database that is neither of the two.
    """
    address = make_url(url)
    match address.get_backend_name():
        case "sqlite":
            if not address.database or address.database == ":memory:":
                raise WeakSettings("a ledger in memory is lost with its process; name a file")
            for name, wanted in _SQLITE_OPTIONS.items():
                asked = address.query.get(name) or os.environ.get(f"JIEDUI_SQLITE_{name.upper()}")
                if asked is not None and str(asked).upper() not in (wanted, "EXTRA"):
                    raise WeakSettings(
                        f"{name}={asked} was asked for; the ledger runs with {name}={wanted} only"
                    )
            return address.difference_update_query(_SQLITE_OPTIONS)
        case "postgresql":
            return address.set(drivername="postgresql+psycopg")
        case other:
            raise ValueError(f"the ledger runs on sqlite or postgresql, found {other}")


def sqlite_file(url: URL) -> Path | None:
    """Return the path of the SQLite file of *url*, None for PostgreSQL."""
    if url.get_backend_name() != "sqlite" or url.database is None:
        return None
    return Path(url.database)


def make_file(path: Path) -> None:
    """Create an empty file of mode 0600 in directories of mode 0700, unless it is there.

    Never opens an existing file: closing it would drop the locks SQLite holds in this process.
    """
    missing = [folder for folder in path.absolute().parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return


def writing_engine(url: URL, *, secure_delete: bool = False) -> Engine:
    """Return an engine whose transactions may write; SQLite begins them with `BEGIN IMMEDIATE`.

    Every new connection reads its settings back and raises `WeakSettings` when they are weak.
    """
    return _engine(url, write=True, secure_delete=secure_delete)


def reading_engine(url: URL) -> Engine:
    """Return an engine whose transactions see one snapshot and cannot write."""
    return _engine(url, write=False, secure_delete=False)


def _engine(url: URL, *, write: bool, secure_delete: bool) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url,
            connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            # A connection beyond the pool is opened and set up anew for every question.
            pool_size=64,
            max_overflow=64,
            pool_timeout=BUSY_TIMEOUT_SECONDS,
        )

        @event.listens_for(engine, "connect")
        def set_up_sqlite(connection: Any, _record: object) -> None:
            _set_up_sqlite(connection, write=write, secure_delete=secure_delete)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            # Two deferred transactions can both read head 1 and fork the log (promises.md §2, 4).
            connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

        return engine
    engine = create_engine(
        url,
        # A snapshot taken before the advisory lock is granted shows a stale head, so the writer
        # must not run REPEATABLE READ (promises.md §2, 5); a reader should see one moment.
        isolation_level="READ COMMITTED" if write else "REPEATABLE READ",
        connect_args={
            "connect_timeout": 5,
            "keepalives_idle": 15,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 15_000,
        },
        pool_size=12,
        max_overflow=4,
        pool_timeout=BUSY_TIMEOUT_SECONDS,
        pool_pre_ping=True,
    )

    @event.listens_for(engine, "connect")
    def set_up_postgresql(connection: Any, _record: object) -> None:
        _set_up_postgresql(connection, write=write)

    return engine


def _set_up_sqlite(connection: Any, *, write: bool, secure_delete: bool) -> None:
    if sqlite3.sqlite_version_info < SQLITE_VERSION_MIN:
        raise WeakSettings(f"SQLite 3.37 or newer is needed, found {sqlite3.sqlite_version}")
    connection.isolation_level = None  # we say BEGIN ourselves
    for name, wanted in _SQLITE_OPTIONS.items():
        if write and not _stands(_asked(connection, f"PRAGMA {name}"), name):
            connection.execute(f"PRAGMA {name} = {wanted}")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA temp_store = MEMORY")
    if secure_delete:
        connection.execute("PRAGMA secure_delete = ON")
    if not write:
        connection.execute("PRAGMA query_only = ON")
        return
    for name, wanted in _SQLITE_OPTIONS.items():
        found = _asked(connection, f"PRAGMA {name}")
        if not _stands(found, name):
            raise WeakSettings(
                f"the SQLite file runs with {name}={found}; the ledger needs "
                f"{name}={wanted} (a local disk, no network share)"
            )


def _stands(found: str, name: str) -> bool:
    return found in _SQLITE_IN_FORCE[name]


def _set_up_postgresql(connection: Any, *, write: bool) -> None:
    wait = BUSY_TIMEOUT_SECONDS * 1000
    connection.execute(f"SET lock_timeout = {wait}")
    connection.execute(f"SET idle_in_transaction_session_timeout = {wait * 6}")
    if write:
        # A plan made while the log was short would otherwise read the whole log for ever.
        connection.execute("SET enable_seqscan = off")
        connection.execute("SET enable_hashjoin = off")
        connection.execute("SET enable_mergejoin = off")
        for name, strong in _POSTGRESQL_IN_FORCE.items():
            found = _asked(connection, f"SHOW {name}")
            if found not in strong:
                raise WeakSettings(
                    f"PostgreSQL runs with {name}={found}; the ledger needs "
                    f"{name}={' or '.join(sorted(strong))}"
                )
    connection.commit()


def _asked(connection: Any, question: str) -> str:
    return str(connection.execute(question).fetchone()[0])
