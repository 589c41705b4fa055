"""What the relay remembers: how far each subscription has come, what waits, how attempts went.

A delivery waits here from the moment its entry is read until the receiver says yes; both are one
transaction each, so that a crash repeats a delivery and never loses one. Lost whole, everything is
sent again from where each subscription began, under the same ids.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from domain.values import instant_text
from ledger.database import make_file, parsed, speaking_plainly, sqlite_file, writing_engine

LEASE = timedelta(seconds=10)
"""How long a silent relay keeps its turn."""

WAITING_MAX = 1000
"""How many deliveries of a subscription wait here; the others wait in the log itself."""

ATTEMPTS_KEPT = 1000
"""How many attempts of a subscription are remembered."""

_LOCK = 7305011
_metadata = MetaData()
_turn = Table(
    "webhook_turn",
    _metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("holder", Text, nullable=False),
    Column("lease_until", Text, nullable=False),
)
_reach = Table(
    "webhook_reach",
    _metadata,
    Column("subscription", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Text, nullable=False),
    Column("held_until", Text, nullable=False),
)
_delivery = Table(
    "webhook_delivery",
    _metadata,
    Column("subscription", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("stream", Text, nullable=False),
    Column("tried", Integer, nullable=False),
    Column("due_at", Text, nullable=False),
    Column("dead", Boolean, nullable=False),
)
_attempt = Table(
    "webhook_attempt",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("subscription", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("status", Integer),
    Column("outcome", Text, nullable=False),
    Column("millis", Integer, nullable=False),
)
Index("webhook_attempt_of", _attempt.c.subscription, _attempt.c.id)


@dataclass(frozen=True)
class Reach:
    """How a subscription fares; instants are "" where there is none.

    *position* is how far the log was read for it, *failures* how often in a row it failed,
    *held_until* until when its receiver is left alone.
    """

    position: int
    failures: int
    failing_since: str
    held_until: str
    waiting: int
    dead: int


@dataclass(frozen=True)
class Delivery:
    """One entry that is still to be told of; *tried* counts the attempts so far."""

    position: int
    stream: str
    tried: int


@dataclass(frozen=True)
class Attempt:
    """How one attempt went: *outcome* is `delivered` or a machine word for why not."""

    position: int
    number: int
    at: str
    status: int | None
    outcome: str
    millis: int


class Store:
    """The deliveries at *url* (`sqlite:///…` or a PostgreSQL URL), made when there are none."""

    def __init__(self, url: str) -> None:
        address = parsed(url)
        file = sqlite_file(address)
        if file is not None:
            make_file(file)
        self._engine = writing_engine(address)
        with self._writing() as connection:
            _metadata.create_all(connection)
            if connection.execute(select(_turn.c.id)).one_or_none() is None:
                connection.execute(insert(_turn), {"id": 1, "holder": "", "lease_until": ""})

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    # -- whose turn it is --------------------------------------------------------------------

    def take(self, holder: str, now: datetime) -> bool:
        """Take or keep the turn for *holder*; say whether it is theirs."""
        with self._writing() as connection:
            stands = connection.execute(select(_turn)).one()
            taken = stands.holder not in ("", holder) and stands.lease_until > instant_text(now)
            if not taken:
                until = instant_text(now + LEASE)
                connection.execute(update(_turn).values(holder=holder, lease_until=until))
            return not taken

    def let_go(self, holder: str) -> None:
        """Give the turn back, so that a stand-by need not wait for it to run out."""
        with self._writing() as connection:
            mine = _turn.c.holder == holder
            connection.execute(update(_turn).where(mine).values(holder="", lease_until=""))

    # -- what waits --------------------------------------------------------------------------

    def reach(self, subscription: str, after: int) -> Reach:
        """Return how *subscription*, which begins after position *after*, fares."""
        with self._writing() as connection:
            row = connection.execute(
                select(_reach).where(_reach.c.subscription == subscription)
            ).one_or_none()
            asked = (
                select(_delivery.c.dead, func.count())
                .where(_delivery.c.subscription == subscription)
                .group_by(_delivery.c.dead)
            )
            counted = {bool(dead): int(many) for dead, many in connection.execute(asked)}
        waiting, dead = counted.get(False, 0), counted.get(True, 0)
        if row is None:
            return Reach(after, 0, "", "", waiting, dead)
        return Reach(
            int(row.position), row.failures, row.failing_since, row.held_until, waiting, dead
        )

    def read_on(
        self,
        subscription: str,
        before: int,
        until: int,
        wanted: Sequence[tuple[int, str]],
        now: datetime,
    ) -> None:
        """Note that the log was read from *before* to *until*, and have *wanted* delivered.

        Nothing where somebody else has read on meanwhile.
        """
        with self._writing() as connection:
            mine = _reach.c.subscription == subscription
            position = connection.scalar(select(_reach.c.position).where(mine))
            if position is None:
                fresh = {"failures": 0, "failing_since": "", "held_until": ""}
                told = {"subscription": subscription, "position": until, **fresh}
                connection.execute(insert(_reach), told)
            elif position == before:
                connection.execute(update(_reach).where(mine).values(position=until))
            else:
                return
            for at, stream in wanted:
                _put(connection, subscription, at, stream, now)

    def put_again(self, subscription: str, position: int, stream: str, now: datetime) -> None:
        """Have one entry delivered (again), as if it were new."""
        with self._writing() as connection:
            _put(connection, subscription, position, stream, now)

    def due(self, subscription: str, now: datetime, limit: int) -> list[Delivery]:
        """Return what is to be tried now, in log order; of each case only the oldest."""
        earlier = _delivery.alias("earlier")
        first_of_its_case = ~exists().where(
            and_(
                earlier.c.subscription == _delivery.c.subscription,
                earlier.c.stream == _delivery.c.stream,
                earlier.c.position < _delivery.c.position,
                earlier.c.dead.is_(False),
            )
        )
        asked = (
            select(_delivery.c.position, _delivery.c.stream, _delivery.c.tried)
            .where(
                _delivery.c.subscription == subscription,
                _delivery.c.dead.is_(False),
                _delivery.c.due_at <= instant_text(now),
                first_of_its_case,
            )
            .order_by(_delivery.c.position)
            .limit(limit)
        )
        with self._writing() as connection:
            return [
                Delivery(int(row.position), row.stream, row.tried)
                for row in connection.execute(asked)
            ]

    # -- how it went -------------------------------------------------------------------------

    def arrived(self, subscription: str, attempt: Attempt) -> None:
        """Note that the receiver said yes: nothing waits for it, and it fails no more."""
        with self._writing() as connection:
            _remember(connection, subscription, attempt)
            connection.execute(delete(_delivery).where(_one(subscription, attempt.position)))
            connection.execute(
                update(_reach)
                .where(_reach.c.subscription == subscription)
                .values(failures=0, failing_since="", held_until="")
            )

    def failed(
        self,
        subscription: str,
        attempt: Attempt,
        again: datetime | None,
        held_until: datetime,
    ) -> None:
        """Note a failure: tried *again* then (None: given up), nobody disturbed until then."""
        later = {"dead": True} if again is None else {"due_at": instant_text(again)}
        with self._writing() as connection:
            _remember(connection, subscription, attempt)
            connection.execute(
                update(_delivery)
                .where(_one(subscription, attempt.position))
                .values(tried=attempt.number, **later)
            )
            mine = _reach.c.subscription == subscription
            connection.execute(
                update(_reach)
                .where(mine)
                .values(failures=_reach.c.failures + 1, held_until=instant_text(held_until))
            )
            connection.execute(
                update(_reach)
                .where(mine, _reach.c.failing_since == "")
                .values(failing_since=attempt.at)
            )

    def give_up(self, subscription: str) -> None:
        """Have nothing of *subscription* tried any more."""
        with self._writing() as connection:
            mine = _delivery.c.subscription == subscription
            connection.execute(update(_delivery).where(mine).values(dead=True))

    def attempts(self, subscription: str, limit: int) -> list[Attempt]:
        """Return the newest attempts, the newest first."""
        asked = (
            select(_attempt)
            .where(_attempt.c.subscription == subscription)
            .order_by(_attempt.c.id.desc())
            .limit(limit)
        )
        with self._writing() as connection:
            return [
                Attempt(int(row.position), row.number, row.at, row.status, row.outcome, row.millis)
                for row in connection.execute(asked)
            ]

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with speaking_plainly(), self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield connection


def _one(subscription: str, position: int) -> ColumnElement[bool]:
    return and_(_delivery.c.subscription == subscription, _delivery.c.position == position)


def _put(
    connection: Connection, subscription: str, position: int, stream: str, now: datetime
) -> None:
    connection.execute(delete(_delivery).where(_one(subscription, position)))
    connection.execute(
        insert(_delivery),
        {
            "subscription": subscription,
            "position": position,
            "stream": stream,
            "tried": 0,
            "due_at": instant_text(now),
            "dead": False,
        },
    )


def _remember(connection: Connection, subscription: str, attempt: Attempt) -> None:
    connection.execute(insert(_attempt), {"subscription": subscription, **asdict(attempt)})
    oldest = (
        select(_attempt.c.id)
        .where(_attempt.c.subscription == subscription)
        .order_by(_attempt.c.id.desc())
        .offset(ATTEMPTS_KEPT)
        .limit(1)
    )
    last = connection.scalar(oldest)
    if last is not None:
        connection.execute(
            delete(_attempt).where(_attempt.c.subscription == subscription, _attempt.c.id <= last)
        )
