"""A resident's own answer: a link is issued as a fact, opened by its secret, and used once."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from accounts.links import Link, Links
from desk.casework import Asking, Who, Written
from desk.gateway import Gateway
from desk.opening import Books
from desk.orders import Door, read_order
from desk.sealing import opaque_uuid
from domain.people import Channel, Known, Role
from domain.task.state import Known as KnownTask


class LinkOver(Exception):
    """The link was used, has expired, or never was: which of these is not said."""


@dataclass(frozen=True)
class Issued:
    """A link as it is handed over: *token* is its secret and nowhere kept."""

    token: str
    position: int


@dataclass(frozen=True)
class Asked:
    """What a resident is asked about by their link, until when they may answer."""

    link: Link
    task: KnownTask
    until: datetime


def new_secret() -> str:
    """Return the secret of a link: 128 bits."""
    return secrets.token_urlsafe(16)


def name_of(secret: str) -> str:
    """Return the name of the link by which whoever has *secret* follows a task."""
    return opaque_uuid("following-link", secret)


class RatingLinks:
    """Issues links to residents and takes their answers."""

    def __init__(self, books: Books, links: Links) -> None:
        self._books, self.kept = books, links

    def issue(self, stream: str, by: Who) -> Issued:
        """Issue a link for the resident who asked for help; raise `CommandRefused`.

        The secret has 128 bits; the fact names the link, for whom and by whom it was issued.
        """
        name, token = str(uuid4()), new_secret()
        command = {"kind": "issue_rating_link", "link": name}
        asking = Asking(f"issue_rating_link/{name}", by, command)
        (answer,) = self._books.desk.record_now(stream, [asking]).answers
        if not isinstance(answer, Written):
            raise answer
        entry = self._books.ledger.read(stream)[answer.version - 1]
        self.kept.keep(token, Link(name, stream, str(entry.fact["subject"])))
        return Issued(token, answer.position)

    def asked(self, token: str, at: datetime) -> Asked:
        """Return what the link with this secret asks about; it may be looked at often.

        Raises `LinkOver`.
        """
        link = self.kept.of(token)
        if link is None:
            raise LinkOver
        task = self._books.desk.case(link.stream)[0].state
        if not isinstance(task, KnownTask) or task.body.privacy.restricted:
            raise LinkOver
        feedback = task.body.feedback
        until = feedback.rating_until
        if (link.link, link.subject) not in feedback.links or until is None or at > until.due:
            raise LinkOver
        return Asked(link, task, until.due)

    def rate(self, token: str, answer: dict[str, Any], following: str) -> int:
        """Have the resident's rating recorded as theirs, by this link; return its position.

        *following* is the secret of the link by which they follow the task from then on. Sent
        twice, also at once, it is one fact. Raises `LinkOver` and `CommandRefused`.
        """
        link = self.kept.of(token)
        if link is None:
            raise LinkOver
        new = Link(name_of(following), link.stream, link.subject)
        if self.kept.of(following) not in (None, new):
            raise LinkOver
        self.kept.keep(following, new)  # opens nothing until a fact names it
        order = read_order(
            {
                "stream": link.stream,
                "command_id": f"link/{link.link}",
                "by": {"person": link.subject, "role": Role.RESIDENT.value},
                "command": {"kind": "rate_task", "link": new.link, **answer},
            }
        )
        door = Door(Channel.LINK, Known.LINK, link.link)
        (told,) = Gateway(self._books).submit_batch_now([order], door)
        if told.refusal is not None:
            if told.refusal.rule in {"link-stands", "command-conflict", "rating-window"}:
                raise LinkOver
            raise told.refusal
        assert told.receipt is not None, "an answer is one of the two"
        return told.receipt.position
