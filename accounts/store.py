"""Where passwords and sessions are kept: a database of their own, or tables beside the ledger.

A session's token is kept as its SHA-256: whoever reads this database cannot sign in with it.
"""

import hashlib
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    MetaData,
    Row,
    Table,
    Text,
    create_engine,
    delete,
    event,
    insert,
    make_url,
    select,
    update,
)

from domain.values import instant_text

metadata = MetaData()
passwords = Table(
    "account_password",
    metadata,
    Column("person", Text, primary_key=True),
    Column("phc", Text, nullable=False),
)
sessions = Table(
    "account_session",
    metadata,
    Column("token", Text, primary_key=True),
    Column("session", Text, nullable=False, unique=True),
    Column("person", Text, nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("begun_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
)

grounds = Table(
    "account_ground",
    metadata,
    Column("session", Text, primary_key=True),
    Column("identity", Text, index=True),
    Column("sid", Text, index=True),
    Column("key", Text),
)
"""By which identity and session of the provider's, or by which key, somebody came in."""

looks = Table(
    "account_look",
    metadata,
    Column("person", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)
"""Up to which position of the log somebody has seen the news."""

IDLE = timedelta(minutes=30)
WHOLE = timedelta(hours=8)
_SEEN_AGAIN = timedelta(seconds=30)


@dataclass(frozen=True)
class Ground:
    """What a session rests on where it is no password; it is over once that is withdrawn.

    *identity* and *sid* are of the office's provider, as keyed digests; *key* is an account key.
    """

    identity: str | None = None
    sid: str | None = None
    key: str | None = None


PASSWORD = Ground()
"""A password that is changed ends the sessions of before by itself."""


@dataclass(frozen=True)
class Session:
    """Somebody signed in: as whom, since when; *form* is the token every form of theirs carries."""

    session: str
    person: str
    role: str
    unit: str
    form: str
    begun_at: datetime
    seen_at: datetime
    ground: Ground = PASSWORD

    def over(self, now: datetime) -> bool:
        """Say whether it has been idle, or open, for too long."""
        return now - self.seen_at > IDLE or now - self.begun_at > WHOLE


_ASKED = select(sessions, grounds.c.identity, grounds.c.sid, grounds.c.key).join(
    grounds, grounds.c.session == sessions.c.session, isouter=True
)


class Accounts:
    """The passwords and sessions of one installation."""

    def __init__(self, url: str) -> None:
        address = make_url(url)
        if address.get_backend_name() == "sqlite" and address.database:
            Path(address.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.engine: Engine = create_engine(address, pool_pre_ping=True)
        if address.get_backend_name() == "sqlite":
            event.listen(self.engine, "connect", _settle)
        metadata.create_all(self.engine)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def password_of(self, person: str) -> str | None:
        """Return what is kept of the person's password, None where they have none."""
        asked = select(passwords.c.phc).where(passwords.c.person == person)
        with self.engine.connect() as connection:
            return connection.execute(asked).scalar_one_or_none()

    def set_password(self, person: str, phc: str) -> None:
        """Keep *phc* in place of whatever was kept."""
        with self.engine.begin() as connection:
            connection.execute(delete(passwords).where(passwords.c.person == person))
            connection.execute(insert(passwords), {"person": person, "phc": phc})

    def keep(self, token: str, session: Session) -> None:
        """Let *token* open *session*."""
        with self.engine.begin() as connection:
            _keep(connection, token, session)

    def keep_instead(self, before: str, token: str, session: Session) -> bool:
        """Let *token* open *session* in place of the one called *before*; False where that is over.

        In one step: whoever ends sessions meanwhile finds the one or the other.
        """
        with self.engine.begin() as connection:
            if not _gone(connection, before):
                return False
            _keep(connection, token, session)
        return True

    def of(self, token: str, now: datetime, *, active: bool = True) -> Session | None:
        """Return the session of *token*, None where there is none; *active*, it was seen now.

        One that is over is returned still: whoever asked ends it, with its cause.
        """
        asked = _ASKED.where(sessions.c.token == hidden(token))
        with self.engine.connect() as connection:
            found = connection.execute(asked).one_or_none()
        if found is None:
            return None
        session = _session(found)
        if active and not session.over(now) and now - session.seen_at > _SEEN_AGAIN:
            with self.engine.begin() as connection:
                connection.execute(
                    update(sessions)
                    .where(sessions.c.session == session.session)
                    .values(seen_at=instant_text(now))
                )
        return session

    def end(self, session: str) -> bool:
        """Forget the session of that name; say whether there was one."""
        with self.engine.begin() as connection:
            return _gone(connection, session)

    def of_office(self, identity: str | None, sid: str | None) -> list[Session]:
        """Return the sessions that rest on *sid* at the provider, or on any session of *identity*.

        Where both are given, both have to fit.
        """
        asked = _ASKED
        if identity is not None:
            asked = asked.where(grounds.c.identity == identity)
        if sid is not None:
            asked = asked.where(grounds.c.sid == sid)
        assert identity is not None or sid is not None, "somebody's, not everybody's"
        with self.engine.connect() as connection:
            return [_session(row) for row in connection.execute(asked)]

    def every(self) -> list[Session]:
        """Return every session that was not ended, the newest first."""
        asked = _ASKED.order_by(sessions.c.begun_at.desc(), sessions.c.session)
        with self.engine.connect() as connection:
            return [_session(row) for row in connection.execute(asked)]

    def of_person(self, person: str) -> list[Session]:
        """Return the sessions a person has open, the newest first."""
        asked = _ASKED.where(sessions.c.person == person).order_by(
            sessions.c.begun_at.desc(), sessions.c.session
        )
        with self.engine.connect() as connection:
            return [_session(row) for row in connection.execute(asked)]

    def looked(self, person: str) -> int | None:
        """Return up to which position the person has seen the news, None where they never have."""
        asked = select(looks.c.position).where(looks.c.person == person)
        with self.engine.connect() as connection:
            return connection.execute(asked).scalar_one_or_none()

    def look(self, person: str, position: int) -> None:
        """Keep that the person has seen the news up to *position*."""
        with self.engine.begin() as connection:
            connection.execute(delete(looks).where(looks.c.person == person))
            connection.execute(insert(looks), {"person": person, "position": position})


def new_session(
    person: str,
    role: str,
    unit: str,
    now: datetime,
    ground: Ground = PASSWORD,
    since: datetime | None = None,
) -> tuple[str, Session]:
    """Return the token of a new session, which is nowhere kept, and what it stands for.

    *since* is when the person signed in: from then on the whole time counts.
    """
    # A UUID: sixteen hexadecimal digits happen to hold a telephone number now and then, and the
    # record takes none.
    name, form = str(uuid4()), secrets.token_urlsafe(24)
    begun = now if since is None else since
    session = Session(name, person, role, unit, form, begun, now, ground)
    return secrets.token_urlsafe(32), session


def _keep(connection: Connection, token: str, session: Session) -> None:
    connection.execute(
        insert(sessions),
        {
            "token": hidden(token),
            "session": session.session,
            "person": session.person,
            "role": session.role,
            "unit": session.unit,
            "form": session.form,
            "begun_at": instant_text(session.begun_at),
            "seen_at": instant_text(session.seen_at),
        },
    )
    if session.ground != PASSWORD:
        kept = {"session": session.session, **asdict(session.ground)}
        connection.execute(insert(grounds), kept)


def _gone(connection: Connection, session: str) -> bool:
    connection.execute(delete(grounds).where(grounds.c.session == session))
    gone = connection.execute(delete(sessions).where(sessions.c.session == session))
    return gone.rowcount > 0


def _settle(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()


def hidden(token: str) -> str:
    """Return what is kept of a secret: whoever reads it cannot use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _session(row: Row[tuple[str, ...]]) -> Session:
    return Session(
        session=row.session,
        person=row.person,
        role=row.role,
        unit=row.unit,
        form=row.form,
        begun_at=datetime.fromisoformat(row.begun_at),
        seen_at=datetime.fromisoformat(row.seen_at),
        ground=Ground(row.identity, row.sid, row.key),
    )
