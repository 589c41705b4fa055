"""What is good for once: proofs of a key, ways to the identity provider and back, logout tokens.

What was used is remembered for as long as it would be good otherwise.
"""

from datetime import datetime, timedelta

from sqlalchemy import Column, Engine, Table, Text, delete, insert, select
from sqlalchemy.exc import IntegrityError

from accounts.store import metadata
from domain.values import instant_text

proofs = Table(
    "account_proof",
    metadata,
    Column("proof", Text, primary_key=True),
    Column("used_at", Text, nullable=False),
)
"""Forgotten `KEPT` after *used_at*, which for what is good longer is later than its use."""

KEPT = timedelta(hours=1)
"""Longer than most proofs are good for."""


class Proofs:
    """The proofs that were used at one installation."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        metadata.create_all(engine)

    def used(self, proof: str) -> bool:
        """Say whether *proof* was used before."""
        asked = select(proofs.c.proof).where(proofs.c.proof == proof)
        with self._engine.connect() as connection:
            return connection.execute(asked).first() is not None

    def first_use(self, proof: str, now: datetime, until: datetime | None = None) -> bool:
        """Note that *proof* is used; False where it was before, also at the same moment.

        It is remembered until *until*, and for `KEPT` where none is said.
        """
        as_if = now if until is None else until - KEPT
        try:
            with self._engine.begin() as connection:
                old = instant_text(now - KEPT)
                connection.execute(delete(proofs).where(proofs.c.used_at < old))
                connection.execute(insert(proofs), {"proof": proof, "used_at": instant_text(as_if)})
        except IntegrityError:
            return False
        return True
