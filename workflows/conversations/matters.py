"""What each conversation is about, as `domain/*/coordination.py` says it in a talk's details.

Recipients are `unit/<code>` or `subject/<id>`; whoever stands in *outstanding* is still waited for.
"""

from domain.values import Instant
from workflows.ports import Message


class Round(Message):
    """Who is still to answer in which round, by which channel, and until when."""

    round: int
    channel: str = "NONE"
    outstanding: tuple[str, ...] = ()
    remind_at: Instant | None = None
    until: Instant


class Whistle(Message):
    """Which departments are still awaited, where, until when."""

    number: int
    outstanding: tuple[str, ...] = ()
    place: str = ""
    until: Instant


class Agreement(Message):
    """Which parties have not signed yet, and until when they are to."""

    outstanding: tuple[str, ...] = ()
    until: Instant


class Assessment(Message):
    """Whether the review is open, whose scores are missing, who closes it, until when."""

    opened: bool = False
    outstanding: tuple[str, ...] = ()
    authority: tuple[str, ...] = ()
    until: Instant | None = None


class OpenTask(Message):
    """A task that has no new owner yet, and the unit that is to take it."""

    task: str
    unit: str


class Exit(Message):
    """Which tasks are still to be taken over, and until when."""

    outstanding: tuple[OpenTask, ...] = ()
    until: Instant
