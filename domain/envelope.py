"""What surrounds a command and a fact: who, when, through which door, because of what.

`Asked` goes into a decider, `Happened` into `evolve`; the entry of the ledger (`ledger/entry.py`)
holds the same things in the form that is hashed.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import model_validator

from domain.people import Channel, Known, Role
from domain.values import Code, Frozen, Instant, PersonId, SubjectId, UnitCode

CommandT = TypeVar("CommandT")
FactT = TypeVar("FactT")


class By(Frozen):
    """Who did it: a person in a role for a unit, a resident, or the system with a clock's name.

    *channel* and *known* are the door's word: how they came, and how it knew them; *session* is
    the sign-in it was done in (`session_begun.v1` on the person's stream).
    """

    role: Role
    person: PersonId | SubjectId | None = None
    unit: UnitCode | None = None
    on_behalf_of: PersonId | SubjectId | None = None
    channel: Channel
    known: Known | None = None
    session: Code | None = None
    clock: Code | None = None

    @model_validator(mode="after")
    def _is_somebody(self) -> "By":
        if self.role is not Role.SYSTEM and self.person is None:
            raise ValueError("a command needs the person who gives it")
        return self


SYSTEM = By(role=Role.SYSTEM, channel=Channel.SYSTEM)


def rung_by(clock: str) -> By:
    """Return the system, acting because *clock* rang."""
    return By(role=Role.SYSTEM, channel=Channel.SYSTEM, clock=clock)


@dataclass(frozen=True)
class Asked(Generic[CommandT]):
    """A command as it reaches a decider.

    *at* is the instant of deciding (the server's time, UTC); *occurred_at* is when it happened
    as told; *head* is the hash of the case's newest entry, "" for a case without entries and None
    while the newest is still to be written with this decision.
    """

    stream: str
    at: Instant
    by: By
    command_id: str
    command: CommandT
    occurred_at: Instant
    head: str | None = ""


@dataclass(frozen=True)
class Happened(Generic[FactT]):
    """A fact as it reaches `evolve`: what, when recorded, when it happened, by whom."""

    fact: FactT
    at: Instant
    occurred_at: Instant
    by: By
    version: int = 0


class FactOutOfPlace(ValueError):
    """A fact cannot follow the state it meets: facts are missing, doubled or out of order."""
