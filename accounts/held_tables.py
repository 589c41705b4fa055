"""Tables somebody has uploaded and not yet confirmed: sealed, bound to a session, for an hour.

The key is in the form of whoever uploaded it and nowhere else: this database cannot be read for
what a table says, nor after a fall, nor by another session.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Engine, LargeBinary, Table, Text, delete, insert, select

from accounts.store import hidden, metadata
from domain.values import instant_text

held = Table(
    "account_held_table",
    metadata,
    Column("token", Text, primary_key=True),
    Column("session", Text, nullable=False, index=True),
    Column("content", LargeBinary, nullable=False),
    Column("until", Text, nullable=False),
)

KEPT = timedelta(hours=1)


class HeldTables:
    """The tables of one installation that wait to be confirmed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        metadata.create_all(engine)

    def keep(self, session: str, content: bytes, now: datetime) -> str:
        """Keep *content* for *session* in place of what it kept before; return what opens it.

        What is older than an hour goes, whoever kept it.
        """
        self.sweep(now)
        self.forget(session)
        token = secrets.token_urlsafe(32)
        nonce = secrets.token_bytes(12)
        sealed = nonce + AESGCM(_key(token)).encrypt(nonce, content, session.encode())
        with self._engine.begin() as connection:
            connection.execute(
                insert(held),
                {
                    "token": hidden(token),
                    "session": session,
                    "content": sealed,
                    "until": instant_text(now + KEPT),
                },
            )
        return token

    def open(self, session: str, token: str, now: datetime) -> bytes | None:
        """Return what *session* kept under *token*; None where its time is over or it never was."""
        asked = select(held.c.content).where(
            held.c.token == hidden(token),
            held.c.session == session,
            held.c.until > instant_text(now),
        )
        with self._engine.connect() as connection:
            sealed = connection.execute(asked).scalar_one_or_none()
        if sealed is None:
            return None
        try:
            return AESGCM(_key(token)).decrypt(sealed[:12], sealed[12:], session.encode())
        except InvalidTag:
            return None

    def sweep(self, now: datetime) -> None:
        """Forget what is older than an hour, whoever kept it."""
        with self._engine.begin() as connection:
            connection.execute(delete(held).where(held.c.until <= instant_text(now)))

    def forget(self, session: str) -> None:
        """Forget what *session* kept."""
        with self._engine.begin() as connection:
            connection.execute(delete(held).where(held.c.session == session))


def _key(token: str) -> bytes:
    """Return the key that *token* holds; its hash in the table says nothing about it."""
    return hashlib.sha256(f"upload-key/{token}".encode()).digest()
