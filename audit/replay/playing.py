"""Playing one case by a policy pack: facts as recorded, every clock rung at its due instant.

By its own pack a play comes to what the record says; by another one it comes to what that pack
would have counted and judged. Nothing is written.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from audit.replay.retiming import Retiming
from audit.replay.standing_then import RulesThen
from domain.calendar import WorkCalendar
from domain.casebook import CASES
from domain.cases import CaseKind
from domain.clocks import Clock, Deadline, RingClock
from domain.envelope import Asked, Happened, rung_by
from domain.policy import Policy
from domain.rules import Rules, Terms
from domain.task import facts as f
from domain.task.ringing import ring as ring_task
from domain.task.state import Dissatisfied, Known
from domain.task.supervising import listed_for_dissatisfaction
from domain.values import category_of
from ledger.entry import Entry, happened
from wording.explaining import clock_of

_CLOCKS_OF_THE_SYSTEM = frozenset(("queue", "archive", "carry_review", "rating", "review"))
_MOVE_THE_CASE = frozenset(
    ("queue", "sign_in", "return_review", "extension_review", "carry_review", "rating", "archive")
) | {"answer", "resume", "review", "term_end"}
"""Clocks whose ring changes the case itself: that change is taken from the record."""

_RUNG_FACTS = frozenset(
    ("task_overdue.v1", "limit_missed.v1", "assist_overdue.v1", "department_absent.v1")
) | {"sign_in_overdue.v1"}
_JUDGED = ("within_limit", "on_time", "late", "passed", "value", "resolution")
_RINGS_MAX = 500


@dataclass(frozen=True)
class Judgement:
    """What a clock brought about: `missed` a limit, or `warned` of one; *due* is its instant."""

    what: str
    clock: str
    due: datetime
    unit: str | None


@dataclass
class Played:
    """One case played under one pack.

    *deadlines* and *judged* are by (position, field): due deadlines, and what was judged.
    *judgements* come in the order their clocks rang.
    """

    deadlines: dict[tuple[int, str], tuple[str, Deadline]] = field(default_factory=dict)
    judged: dict[tuple[int, str], Any] = field(default_factory=dict)
    judgements: list[Judgement] = field(default_factory=list)


class OtherPack:
    """The other pack with the calendar that stood at any position.

    *shipped* stands in for its calendar where the ledger never published one of that name.
    """

    def __init__(self, policy: Policy, rules: RulesThen, shipped: WorkCalendar | None) -> None:
        self.policy, self._rules, self._shipped = policy, rules, shipped
        self.version = policy.version  # computed from the whole pack, so only once
        self._made: dict[str, Terms] = {}

    def at(self, position: int) -> Terms | None:
        """Return the pack as it would have stood at *position*; None without any calendar."""
        rules = self._rules.at(position)
        stood = next(
            (one for one in rules.policies.values() if one.policy.calendar == self.policy.calendar),
            None,
        )
        if stood is None:
            return self._with(self._shipped)
        if stood.version == self.version:
            return stood
        if (known := self._made.get(stood.calendar.version)) is not None:
            return known
        published = self._rules.registry(position).calendars[self.policy.calendar]
        return self._with(
            WorkCalendar.of(
                self.policy.calendar,
                [year for year, _ in published.years],
                [overlay for overlay, _ in published.overlays],
                working_hours=self.policy.working_hours,
                utc_offset_minutes=self.policy.utc_offset_minutes,
            )
        )

    def _with(self, calendar: WorkCalendar | None) -> Terms | None:
        if calendar is None:
            return None
        if calendar.version not in self._made:
            self._made[calendar.version] = Terms(self.policy, self.version, calendar)
        return self._made[calendar.version]


class Playing:
    """Plays one case fact by fact, ringing every clock at its due instant."""

    def __init__(
        self, stream: str, rules: RulesThen, other: OtherPack | None, end: datetime
    ) -> None:
        self.kind: CaseKind = CASES[category_of(stream)]
        self.stream, self.end = stream, end
        self.played = Played()
        self.terms: Terms | None = None
        self._rules_then, self._other = rules, other
        self._rules: Rules | None = None
        self._silent: set[tuple[str, datetime]] = set()
        self.state: Any = self.kind.initial
        self.before: Any = self.kind.initial
        self._version = 0

    def take(self, entry: Entry, own: "Playing | None") -> None:
        """Let one more fact of the record happen; *own* is the play by the record's own pack."""
        told = happened(self.kind, entry)
        self._under(entry, told.fact)
        self._ring_until(entry.recorded_at)
        self.before = self.state
        if _rung_by_itself(told.fact):
            return
        for fact in self._facts(told, own):
            self._version += 1
            self._note(entry, fact)
            listed = self._listed_again(fact)
            self.state = self.kind.evolve(
                self.state, Happened(fact, told.at, told.occurred_at, told.by, self._version)
            )
            for one in listed:
                self._happens(one, told.at)

    def finish(self) -> None:
        """Ring what is due by the end of the snapshot."""
        self._ring_until(self.end)

    def _facts(self, told: Happened[Any], own: "Playing | None") -> tuple[Any, ...]:
        if own is None or own.terms is None or self.terms is None or self._rules is None:
            return (told.fact,)
        return Retiming(
            own.terms, self.terms, own.before, self.state, self._rules, self.kind.timed_by
        ).fact(told)

    def _under(self, entry: Entry, fact: Any) -> None:
        """Open the pack as it stood when this fact was decided."""
        pack = self.kind.policy_id(self.state) or getattr(fact, "policy", None)
        if pack is None:
            return
        pack = str(pack).partition("@")[0]
        if self._other is not None:
            self.terms = self._other.at(entry.seen)
        else:
            self.terms = self._rules_then.at(entry.seen).policies.get(pack)
        policies = {} if self.terms is None else {pack: self.terms}
        self._rules = Rules(policies, {}, {}, default_policy=pack, seen=entry.seen)

    # Clocks.

    def _ring_until(self, at: datetime) -> None:
        for _ in range(_RINGS_MAX):
            clock = self._next(at)
            if clock is None:
                return
            self._silent.add((clock.name, clock.due))
            self._rings(clock)

    def _next(self, at: datetime) -> Clock | None:
        if self._rules is None or not self._version:
            return None
        running = (
            clock
            for clock in self.kind.clocks(self.state, self._rules)
            if clock.due <= at and (clock.name, clock.due) not in self._silent
        )
        return min(running, key=lambda clock: (clock.due, clock.name), default=None)

    def _rings(self, clock: Clock) -> None:
        stem = clock.name.partition("/")[0].partition(".")[0]
        if clock.name in _MOVE_THE_CASE or stem in self.kind.moving_clocks:
            if clock.name not in _CLOCKS_OF_THE_SYSTEM:
                self._judge("missed", clock.name, clock.due)
            return
        assert self._rules is not None, "a clock runs under a pack"
        command = RingClock(name=clock.name, due=clock.due)
        asked: Any = Asked(
            self.stream, clock.due, rung_by(clock.name), "compare", command, clock.due
        )
        if self.kind.category == "task":
            facts: tuple[Any, ...] = ring_task(self.state, command, asked, self._rules)
        else:
            facts = self.kind.decide(self.state, asked, self._rules)
        for fact in facts:
            self._happens(fact, clock.due, clock)

    def _happens(self, fact: Any, at: datetime, clock: Clock | None = None) -> None:
        """Let a fact happen that no person brought about."""
        if isinstance(fact, f.SupervisionRaised):
            self._judge("warned", fact.cause, at if fact.due is None else fact.due, fact.unit)
        elif clock is not None:
            self._judge("missed", clock.name, clock.due, getattr(fact, "unit", None))
        self._version += 1
        told = Happened(fact, at, at, rung_by("compare"), self._version)
        self.state = self.kind.evolve(self.state, told)

    def _judge(self, what: str, clock: str, due: datetime, unit: str | None = None) -> None:
        holder = self.state.body.holding.main if isinstance(self.state, Known) else None
        self.played.judgements.append(Judgement(what, clock, due, unit or holder))

    def _listed_again(self, fact: Any) -> tuple[Any, ...]:
        """Dissatisfied more often than the pack bears: its own consequence, without a clock."""
        if not isinstance(fact, f.CallbackRecorded | f.TaskRated) or self.terms is None:
            return ()
        newly = fact.then is f.TaskState.DISSATISFIED and not isinstance(self.state, Dissatisfied)
        return listed_for_dissatisfaction(self.state.body, self.terms) if newly else ()

    # What is compared.

    def _note(self, entry: Entry, fact: BaseModel) -> None:
        for name in type(fact).model_fields:
            value = getattr(fact, name)
            if isinstance(value, Deadline) and name not in ("due_before", "paused_due"):
                clock = clock_of(entry.kind, name, fact.model_dump())
                self.played.deadlines[entry.position, name] = (clock, value)
            elif name in _JUDGED and value is not None:
                self.played.judged[entry.position, name] = value
        if isinstance(fact, f.CallbackRecorded | f.TaskRated) and self.terms is not None:
            enough = self.terms.policy.ratings.satisfied_from
            if fact.grade is not None:
                self.played.judged[entry.position, "satisfied"] = fact.grade >= enough
        if isinstance(fact, f.AssistInvited):
            self.played.judged[entry.position, "due"] = fact.due


def _rung_by_itself(fact: Any) -> bool:
    """Say whether a fact only tells what a clock brought about: the play rings its own clocks."""
    if isinstance(fact, f.SupervisionRaised):
        return fact.due is not None or fact.cause in ("reds", "dissatisfied")
    return fact.kind in _RUNG_FACTS or fact.kind.endswith("_limit_missed.v1")
