"""What each conversation is about, as `domain/*/coordination.py` says it in a talk's details.

Recipients are `unit/<code>` or `subject/<id>`; whoever stands in *outstanding* is still waited for.
"""

from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field

from domain.values import Instant
from workflows.ports import Message


def _as_units(value: object) -> object:
    """Write bare unit codes as recipients."""
    if not isinstance(value, list | tuple):
        return value
    return [one if "/" in str(one) else f"unit/{one}" for one in value]


Units = Annotated[tuple[str, ...], BeforeValidator(_as_units)]


class Round(Message):
    """Who is still to answer in which round, by which channel, until when; and what was done."""

    round: int
    channel: str = "NONE"
    outstanding: tuple[str, ...] = Field(
        (), validation_alias=AliasChoices("outstanding", "subjects")
    )
    remind_at: Instant | None = None
    until: Instant
    asked: bool = False
    reminded: bool = False
    listed: bool = False


class Whistle(Message):
    """Which departments are still awaited, where, until when."""

    number: int
    outstanding: Units = Field((), validation_alias=AliasChoices("outstanding", "departments"))
    place: str | None = None
    until: Instant = Field(validation_alias=AliasChoices("until", "arrive_by"))


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
