"""The dispatcher's cursor: how far the log was followed, who follows, and since when nobody does.

One row, which is the lock and the lease too: of several dispatchers one is active, the others wait
until it lets go or falls silent. Lost or put back, it only means that clerks are woken once more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    insert,
    select,
    update,
)

from domain.values import instant_text
from ledger.database import make_file, parsed, speaking_plainly, sqlite_file, writing_engine

LEASE = timedelta(seconds=6)
"""How long a silent dispatcher keeps its turn."""

_metadata = MetaData()
_cursor = Table(
    "dispatch_cursor",
    _metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("holder", Text, nullable=False),
    Column("lease_until", Text, nullable=False),
    Column("reached_at", Text, nullable=False),
    Column("waiting", BigInteger, nullable=False),
    Column("woken", BigInteger, nullable=False),
)


@dataclass(frozen=True)
class Dispatching:
    """How dispatching stands: *waiting* cases are still to be woken, *woken* wake-ups were sent.

    *position* is the log position up to which nobody is left to be woken, *reached_at* when
    Temporal was reached last ("" never), *lease_until* until when somebody is known to be at it.
    """

    position: int
    holder: str
    lease_until: str
    reached_at: str
    waiting: int
    woken: int

    def active(self, now: datetime) -> bool:
        """Say whether somebody follows the log for the clerks."""
        return bool(self.holder) and self.lease_until > instant_text(now)


def what_waits(url: str, now: datetime) -> str | None:
    """Say that clocks and notices wait, None while somebody follows the log and nobody is behind.

    For whoever has just been given a receipt, which is never held up by it.
    """
    cursor = Cursor(url)
    try:
        stands = cursor.standing()
    finally:
        cursor.close()
    if stands.active(now) and not stands.waiting:
        return None
    why = (
        f"{stands.waiting} 件等待唤醒 {stands.waiting} cases wait to be woken"
        if stands.active(now)
        else "无人跟账 nobody follows the log"
    )
    return f"时限与通知等待中：{why}（jiedui doctor）。 Clocks and notices wait."


class Cursor:
    """The cursor at *url* (`sqlite:///…` or a PostgreSQL URL), made when there is none."""

    def __init__(self, url: str) -> None:
        address = parsed(url)
        file = sqlite_file(address)
        if file is not None:
            make_file(file)
        self._engine = writing_engine(address)
        with self._writing() as connection:
            _metadata.create_all(connection)
            if connection.execute(select(_cursor.c.id)).one_or_none() is None:
                connection.execute(
                    insert(_cursor),
                    {
                        "id": 1,
                        "position": -1,
                        "holder": "",
                        "lease_until": "",
                        "reached_at": "",
                        "waiting": 0,
                        "woken": 0,
                    },
                )

    def standing(self) -> Dispatching:
        """Return how dispatching stands; raise `LedgerUnavailable` where it cannot be read."""
        with self._writing() as connection:
            return _standing(connection)

    def take(self, holder: str, now: datetime) -> Dispatching | None:
        """Take or keep the turn for *holder*; return how it stood, None while another has it."""
        with self._writing() as connection:
            stands = _standing(connection)
            if stands.holder != holder and stands.active(now):
                return None
            values = {"holder": holder, "lease_until": instant_text(now + LEASE)}
            connection.execute(update(_cursor).values(**values))
            return stands

    def note(self, holder: str, *, position: int, waiting: int, woken: int, reached: str) -> None:
        """Note how far *holder* has come; nothing when another one has the turn meanwhile."""
        values: dict[str, object] = {"position": position, "waiting": waiting}
        if reached:
            values["reached_at"] = reached
        with self._writing() as connection:
            connection.execute(
                update(_cursor)
                .where(_cursor.c.holder == holder)
                .values(**values, woken=_cursor.c.woken + woken)
            )

    def let_go(self, holder: str) -> None:
        """Give the turn back, so that a stand-by need not wait for it to run out."""
        with self._writing() as connection:
            connection.execute(
                update(_cursor).where(_cursor.c.holder == holder).values(holder="", lease_until="")
            )

    def put_back(self) -> None:
        """Have it begun from position zero: every open case is looked at once more.

        Whoever has the turn loses it, so that nobody goes on from where they were.
        """
        with self._writing() as connection:
            connection.execute(update(_cursor).values(position=-1, holder="", lease_until=""))

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with speaking_plainly(), self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7305009)")
            yield connection


def _standing(connection: Connection) -> Dispatching:
    row = connection.execute(select(_cursor)).one()
    return Dispatching(
        position=int(row.position),
        holder=str(row.holder),
        lease_until=str(row.lease_until),
        reached_at=str(row.reached_at),
        waiting=int(row.waiting),
        woken=int(row.woken),
    )
