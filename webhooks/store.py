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
    ColumnElement,
    Connection,
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
from webhooks.schema import (
    metadata,
    webhook_attempt,
    webhook_delivery,
    webhook_reach,
    webhook_turn,
)

LEASE = timedelta(seconds=10)
"""How long a silent relay keeps its turn."""

WAITING_MAX = 1000
"""How many deliveries of a subscription wait here; the others wait in the log itself."""

ATTEMPTS_KEPT = 1000
"""How many attempts of a subscription are remembered."""

_LOCK = 7305011


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
    """One entry that is still to be told of; *tried* counts the attempts since it was asked for."""

    position: int
    stream: str
    tried: int
    due_at: str


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
            metadata.create_all(connection)
            if connection.execute(select(webhook_turn.c.id)).one_or_none() is None:
                connection.execute(insert(webhook_turn), {"id": 1, "holder": "", "lease_until": ""})

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    # -- whose turn it is --------------------------------------------------------------------

    def take(self, holder: str, now: datetime) -> bool:
        """Take or keep the turn for *holder*; say whether it is theirs."""
        with self._writing() as connection:
            stands = connection.execute(select(webhook_turn)).one()
            taken = stands.holder not in ("", holder) and stands.lease_until > instant_text(now)
            if not taken:
                until = instant_text(now + LEASE)
                connection.execute(update(webhook_turn).values(holder=holder, lease_until=until))
            return not taken

    def let_go(self, holder: str) -> None:
        """Give the turn back, so that a stand-by need not wait for it to run out."""
        with self._writing() as connection:
            mine = webhook_turn.c.holder == holder
            connection.execute(update(webhook_turn).where(mine).values(holder="", lease_until=""))

    # -- what waits --------------------------------------------------------------------------

    def reach(self, subscription: str, after: int) -> Reach:
        """Return how *subscription*, which begins after position *after*, fares."""
        with self._writing() as connection:
            row = connection.execute(
                select(webhook_reach).where(webhook_reach.c.subscription == subscription)
            ).one_or_none()
            asked = (
                select(webhook_delivery.c.dead, func.count())
                .where(webhook_delivery.c.subscription == subscription)
                .group_by(webhook_delivery.c.dead)
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
            mine = webhook_reach.c.subscription == subscription
            position = connection.scalar(select(webhook_reach.c.position).where(mine))
            if position is None:
                fresh = {"failures": 0, "failing_since": "", "held_until": ""}
                told = {"subscription": subscription, "position": until, **fresh}
                connection.execute(insert(webhook_reach), told)
            elif position == before:
                connection.execute(update(webhook_reach).where(mine).values(position=until))
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
        earlier = webhook_delivery.alias("earlier")
        first_of_its_case = ~exists().where(
            and_(
                earlier.c.subscription == webhook_delivery.c.subscription,
                earlier.c.stream == webhook_delivery.c.stream,
                earlier.c.position < webhook_delivery.c.position,
                earlier.c.dead.is_(False),
            )
        )
        asked = (
            select(
                webhook_delivery.c.position,
                webhook_delivery.c.stream,
                webhook_delivery.c.tried,
                webhook_delivery.c.due_at,
            )
            .where(
                webhook_delivery.c.subscription == subscription,
                webhook_delivery.c.dead.is_(False),
                webhook_delivery.c.due_at <= instant_text(now),
                first_of_its_case,
            )
            .order_by(webhook_delivery.c.position)
            .limit(limit)
        )
        with self._writing() as connection:
            return [
                Delivery(int(row.position), row.stream, row.tried, row.due_at)
                for row in connection.execute(asked)
            ]

    # -- how it went -------------------------------------------------------------------------

    def arrived(self, subscription: str, delivery: Delivery, attempt: Attempt) -> None:
        """Note that the receiver said yes: *delivery* is done, and the receiver fails no more.

        What was asked for again while it was on its way still waits.
        """
        with self._writing() as connection:
            _remember(connection, subscription, attempt)
            connection.execute(delete(webhook_delivery).where(_standing(subscription, delivery)))
            connection.execute(
                update(webhook_reach)
                .where(webhook_reach.c.subscription == subscription)
                .values(failures=0, failing_since="", held_until="")
            )

    def failed(
        self,
        subscription: str,
        delivery: Delivery,
        attempt: Attempt,
        again: datetime | None,
        held_until: datetime,
    ) -> None:
        """Note a failure: tried *again* then (None: given up), nobody disturbed until then.

        What was asked for again while it was on its way waits as if it were new.
        """
        later = {"dead": True} if again is None else {"due_at": instant_text(again)}
        with self._writing() as connection:
            _remember(connection, subscription, attempt)
            connection.execute(
                update(webhook_delivery)
                .where(_standing(subscription, delivery))
                .values(tried=attempt.number, **later)
            )
            mine = webhook_reach.c.subscription == subscription
            connection.execute(
                update(webhook_reach)
                .where(mine)
                .values(failures=webhook_reach.c.failures + 1, held_until=instant_text(held_until))
            )
            connection.execute(
                update(webhook_reach)
                .where(mine, webhook_reach.c.failing_since == "")
                .values(failing_since=attempt.at)
            )

    def give_up(self, subscription: str) -> None:
        """Have nothing of *subscription* tried any more."""
        with self._writing() as connection:
            mine = webhook_delivery.c.subscription == subscription
            connection.execute(update(webhook_delivery).where(mine).values(dead=True))

    def attempts(self, subscription: str, limit: int) -> list[Attempt]:
        """Return the newest attempts, the newest first."""
        asked = (
            select(webhook_attempt)
            .where(webhook_attempt.c.subscription == subscription)
            .order_by(webhook_attempt.c.id.desc())
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
    return and_(
        webhook_delivery.c.subscription == subscription, webhook_delivery.c.position == position
    )


def _standing(subscription: str, delivery: Delivery) -> ColumnElement[bool]:
    """Select *delivery* as it was when it was due, and not what took its place."""
    return and_(
        _one(subscription, delivery.position),
        webhook_delivery.c.tried == delivery.tried,
        webhook_delivery.c.due_at == delivery.due_at,
    )


def _put(
    connection: Connection, subscription: str, position: int, stream: str, now: datetime
) -> None:
    connection.execute(delete(webhook_delivery).where(_one(subscription, position)))
    connection.execute(
        insert(webhook_delivery),
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
    connection.execute(insert(webhook_attempt), {"subscription": subscription, **asdict(attempt)})
    oldest = (
        select(webhook_attempt.c.id)
        .where(webhook_attempt.c.subscription == subscription)
        .order_by(webhook_attempt.c.id.desc())
        .offset(ATTEMPTS_KEPT)
        .limit(1)
    )
    last = connection.scalar(oldest)
    if last is not None:
        connection.execute(
            delete(webhook_attempt).where(
                webhook_attempt.c.subscription == subscription, webhook_attempt.c.id <= last
            )
        )
