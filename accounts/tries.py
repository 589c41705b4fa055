"""Guessing takes long: a few tries a minute for an account, and none of them locks its owner out.

A browser that signed in before is known by a mark of its own and counted apart, so that a stranger
who tries ten thousand passwords uses up the stranger's tries and not the owner's (ASVS 6.3.1).
Counted for all processes together: who guesses at two doors guesses no faster. A row is one key,
hashed, with the instants of its latest tries; it is gone soon after they no longer count.
"""

import time
from collections.abc import Callable

from sqlalchemy import Column, Connection, Engine, Float, Table, Text, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from accounts.store import hidden, metadata
from accounts.throttle import TRIES, WITHIN_SECONDS

tries = Table(
    "account_try",
    metadata,
    Column("key", Text, primary_key=True),
    Column("tried", Text, nullable=False),
    Column("last", Float, nullable=False, index=True),
)

_KEPT = 20_000
_CLEANED_EVERY = 100


class Tries:
    """Counts tries by key within a sliding time, wherever they are made; *doors* keeps keys apart.

    Clocks of several machines are taken to agree: one that is wrong by more than the sliding time
    counts for itself.
    """

    def __init__(self, engine: Engine, doors: str, now: Callable[[], float] = time.time) -> None:
        self._engine, self._doors, self._now = engine, doors, now
        self._asked = 0
        insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        fresh = insert(tries)
        self._held = fresh.on_conflict_do_update(
            index_elements=["key"], set_={"last": fresh.excluded.last}
        ).returning(tries.c.tried)
        metadata.create_all(engine)

    def wait_for(self, *keys: str) -> float:
        """Count a try under each of *keys* and return 0, or the seconds until it is heard.

        One that is not heard counts under none of them.
        """
        now = self._now()
        self._cleaned(now)
        # In one order, so that two tries never wait for each other's rows.
        names = sorted(self._name(key) for key in keys)
        with self._engine.begin() as connection:
            tried = {name: self._counted(connection, name, now) for name in names}
            wait = max(_left(instants, now) for instants in tried.values())
            if not wait:
                for name, instants in tried.items():
                    text = " ".join(map(repr, [*instants, now]))
                    connection.execute(update(tries).where(tries.c.key == name).values(tried=text))
        return wait

    def left(self, key: str) -> float:
        """Return the seconds until the next try under *key* is heard, and count none."""
        now = self._now()
        asked = select(tries.c.tried).where(tries.c.key == self._name(key))
        with self._engine.connect() as connection:
            found = connection.execute(asked).scalar_one_or_none()
        return _left(_within(found or "", now), now)

    def forget(self, key: str) -> None:
        """Forget what was tried under *key*: it was the owner."""
        with self._engine.begin() as connection:
            connection.execute(delete(tries).where(tries.c.key == self._name(key)))

    def _name(self, key: str) -> str:
        return hidden(f"{self._doors}\x1f{key}")

    def _counted(self, connection: Connection, name: str, now: float) -> list[float]:
        """Return what counts under *name*, whose row nobody else changes until the end."""
        row = {"key": name, "tried": "", "last": now}
        return _within(connection.execute(self._held, row).scalar_one(), now)

    def _cleaned(self, now: float) -> None:
        """Now and then forget what no longer counts, and the oldest of too many."""
        self._asked += 1
        if self._asked % _CLEANED_EVERY != 1:
            return
        # Rows somebody holds are left for the next time: nobody waits for who cleans.
        old = select(tries.c.key).where(tries.c.last < now - WITHIN_SECONDS)
        beyond = select(tries.c.key).order_by(tries.c.last.desc()).offset(_KEPT)
        with self._engine.begin() as connection:
            for gone in (old, beyond):
                connection.execute(
                    delete(tries).where(tries.c.key.in_(gone.with_for_update(skip_locked=True)))
                )


def _within(tried: str, now: float) -> list[float]:
    return [at for at in map(float, tried.split()) if abs(now - at) < WITHIN_SECONDS]


def _left(instants: list[float], now: float) -> float:
    return WITHIN_SECONDS - abs(now - min(instants)) if len(instants) >= TRIES else 0.0
