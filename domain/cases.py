"""What every kind of case offers to the desk, the clerk and the reader: one record of functions.

The desk (`desk/desk.py`) needs to load, decide and remember; the clerk needs to know what must
happen next in the world: the next clock, the conversations under way, the errands to other cases,
the notices to people. All of it is derived from facts by pure functions, so that nothing a
workflow says of it needs to be believed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter

from domain.clocks import Clock
from domain.envelope import Asked, Happened
from domain.labelled import Ground
from domain.people import Role
from domain.policy import Category, Policy
from domain.rules import Neighbour, Rules
from domain.values import Frozen, Instant


class Errand(Frozen):
    """A command one case sends to another, because of a fact: never lost, never doubled."""

    stream: str
    command_id: str
    command: dict[str, Any]


class Notice(Frozen):
    """Somebody is to be told about a fact.

    *key* is unique for the case (`<version>/<recipient>`), *to* a unit (`unit/<code>`), a person
    or a resident (`subject/<id>`), *template* one of the texts in `wording/sentences.py`, *values*
    codes, numbers and references for it; never personal data.
    """

    key: str
    to: str
    template: str
    values: dict[str, str] = Field(default_factory=dict)


class Step(Frozen):
    """One step of a conversation that is still to be taken.

    *name* is unique in its talk (`asked`, `reminded-2`, `submitted`), *at* the instant before which
    it is not taken, *asks* whom it tells, *records* the command it puts on the case afterwards.
    A step that records nothing has been taken once everybody it asks was told.
    """

    name: str
    at: Instant
    asks: tuple[Notice, ...] = ()
    records: dict[str, Any] | None = None


class Talk(Frozen):
    """A conversation with the outside that should be under way, and what is left of it, in order.

    *name* is a conversation's name (`feedback_round`, `convening`, `signing`, `review`,
    `hand_over`); *key* is unique in the case (`feedback_round/1`).
    """

    name: str
    key: str
    steps: tuple[Step, ...]


class Shown(Frozen):
    """What a list shows of a case: codes, numbers, instants, and words an office wrote itself.

    *place* is a division code, *units* are all that have to do with the case, *details* what only
    pages of this kind show, as JSON has it.
    """

    title: str
    place: str = ""
    units: tuple[str, ...] = ()
    details: dict[str, Any] = Field(default_factory=dict)


def _no_neighbour(stream: str, state: Any) -> None:
    """Say that other cases need to know nothing of a case."""


def _shown_elsewhere(state: Any) -> None:
    """Say that a case stands on a board of its own, or on none."""


def _nothing_listed(policy: Policy, command: str, field: str) -> tuple[()]:
    """Say that no field is filled from a list of the pack."""
    del policy, command, field
    return ()


def _nothing_offered(state: Any, command: str, field: str) -> tuple[()]:
    """Say that no field is filled from what the case itself holds."""
    del state, command, field
    return ()


def _named_by_chance(command: Mapping[str, Any]) -> None:
    """Say that a case takes any new id, whatever it begins with."""
    del command


def _about_none(state: Any) -> None:
    """Say that a case is about no category of service."""


def _never(state: Any) -> bool:
    """Say that a case can wait until the morning."""
    del state
    return False


@dataclass(frozen=True)
class CaseKind:
    """One kind of case: its commands, facts, rules, clocks and what follows from its facts."""

    category: str
    commands: TypeAdapter[Any]
    facts: TypeAdapter[Any]
    initial: Any
    decide: Callable[[Any, Asked[Any], Rules], tuple[BaseModel, ...]]
    evolve: Callable[[Any, Happened[Any]], Any]
    clocks: Callable[[Any, Rules], tuple[Clock, ...]]
    is_over: Callable[[Any], bool]
    state_name: Callable[[Any], str]
    policy_id: Callable[[Any], str | None]
    pairing: Callable[[Any], str | None]
    holder: Callable[[Any], str | None]
    """The unit whose turn it is, for lists of who has what."""
    who_may: dict[str, frozenset[Role]]
    talks: Callable[[str, Any], tuple[Talk, ...]]
    errands: Callable[[str, Any, Happened[Any]], tuple[Errand, ...]]
    notices: Callable[[str, Any, Happened[Any]], tuple[Notice, ...]]
    plural: str = ""
    """What several are called in addresses and by programs (`facilities`); "": they have none."""
    service_category: Callable[[Any], str | None] = _about_none
    """The category of service the case is about (`elder_care`), where it is about one."""
    is_urgent: Callable[[Any], bool] = _never
    """Whether people are told of it at night too."""
    neighbour: Callable[[str, Any], Neighbour | None] = _no_neighbour
    """What other cases may know of the case."""
    shown: Callable[[Any], Shown | None] = _shown_elsewhere
    """What the board of cases (`projections/case_board.py`) shows of the case."""
    named_by: Callable[[Mapping[str, Any]], str | None] = _named_by_chance
    """The stream of a case that its beginning command names by what it holds; None: any new id."""
    begun_by: frozenset[str] = frozenset()
    """The commands that begin a case."""
    listed: Callable[[Policy, str, str], Sequence[Category | Ground]] = _nothing_listed
    """What of the pack a field of a command may hold: by pack, command and field."""
    offered: Callable[[Any, str, str], Sequence[str]] = _nothing_offered
    """What the case holds that a field of a command may name: by state, command and field."""
    timed_by: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Which limit of the pack counts a deadline: (kind of fact, field) → `findings.adopt`.

    `facilities.milestones[milestone].within` is the item that the fact names in that field.
    """
    moving_clocks: frozenset[str] = frozenset()
    """Clocks whose ring is a step of the case, and not only a limit that was missed."""
    standing_rules: frozenset[str] = frozenset()
    """Rules of this kind that speak of who asks and when, whatever is filled in beside."""
    clerked: bool = True
    """Whether a workflow stands by the case (registry streams need none: they have no clock)."""

    @property
    def on_the_board(self) -> bool:
        """Whether the board of cases has a line for each of them."""
        return self.shown is not _shown_elsewhere
