"""Links handed to residents: which task and whose answer a secret stands for, kept as its SHA-256.

Whether a link may still be used is the record's to say, not this table's.
"""

from dataclasses import dataclass

from sqlalchemy import Column, Engine, Table, Text, insert, select
from sqlalchemy.exc import IntegrityError

from accounts.store import hidden, metadata

links = Table(
    "account_link",
    metadata,
    Column("token", Text, primary_key=True),
    Column("link", Text, nullable=False, unique=True),
    Column("stream", Text, nullable=False),
    Column("subject", Text, nullable=False),
)


@dataclass(frozen=True)
class Link:
    """A link by its public name: the task it is about, and the resident who answers by it."""

    link: str
    stream: str
    subject: str


class Links:
    """The links of one installation."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        metadata.create_all(engine)

    def keep(self, token: str, link: Link) -> None:
        """Keep what *token* stands for; what is kept already stays as it is."""
        kept = {
            "token": hidden(token),
            "link": link.link,
            "stream": link.stream,
            "subject": link.subject,
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(links), kept)
        except IntegrityError:
            if self.of(token) != link:
                raise

    def of(self, token: str) -> Link | None:
        """Return what *token* stands for, None where it stands for nothing."""
        asked = select(links.c.link, links.c.stream, links.c.subject).where(
            links.c.token == hidden(token)
        )
        with self._engine.connect() as connection:
            found = connection.execute(asked).one_or_none()
        return None if found is None else Link(found.link, found.stream, found.subject)
