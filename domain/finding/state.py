"""What a finding can be: one type per state of its table, and the body that goes through them.

`evolve` holds no rule and forgets no fact; a fact that cannot follow the state it meets means a
broken book, and that is said loudly (`FactOutOfPlace`).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar, assert_never

from domain.clocks import Deadline
from domain.envelope import FactOutOfPlace, Happened
from domain.finding import facts as f
from domain.finding.commands import ProjectItem
from domain.linking import LinkStanding


class FindingState(StrEnum):
    """The main states; stored for ever."""

    OPEN = "OPEN"  # 待处置
    PLANNED = "PLANNED"  # 已列计划
    IN_REMEDY = "IN_REMEDY"  # 整改中
    VERIFYING = "VERIFYING"  # 待核验
    STRUCK_OFF = "STRUCK_OFF"  # 已销号
    DISMISSED = "DISMISSED"  # 不予列入
    MERGED = "MERGED"  # 已并入


@dataclass(frozen=True)
class Linked:
    """A case the finding leans on, and how far it told it had come."""

    case: str
    standing: LinkStanding
    version: int = 0
    """The version of its fact that said so; 0 as long as it said nothing."""

    @property
    def is_over(self) -> bool:
        """Say whether nothing more is waited for from it."""
        return self.standing in (LinkStanding.DONE, LinkStanding.DROPPED)


@dataclass(frozen=True)
class Adoption:
    """Who sees to the finding, until when, and who put it there."""

    lead: str
    target_date: datetime
    plan_by: Deadline
    unit: str | None
    person: str | None


@dataclass(frozen=True)
class Body:
    """What a finding is about and what has been done; *recorded* is how it began.

    *doers* are the people, *units* the units whose work a verifier would judge; *rung* are the
    clocks that rang, with their due instants.
    """

    recorded: f.FindingRecorded
    recorded_at: datetime
    recorder: str | None
    recorder_unit: str | None
    value: int
    measured_at: datetime
    opened_at: datetime
    adopt_by: Deadline
    refresh_by: Deadline
    round: int = 1
    adoption: Adoption | None = None
    measures: str | None = None
    items: tuple[ProjectItem, ...] = ()
    linked: tuple[Linked, ...] = ()
    doers: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    rung: frozenset[tuple[str, datetime]] = frozenset()

    def meets(self, value: int) -> bool:
        """Say whether *value* meets the target."""
        return self.recorded.comparison.met(value, self.recorded.target)

    def link_to(self, case: str) -> Linked | None:
        """Return what the finding knows of *case*, None where it does not lean on it."""
        return next((one for one in self.linked if one.case == case), None)

    @property
    def open_cases(self) -> tuple[str, ...]:
        """The linked cases that are still waited for."""
        return tuple(one.case for one in self.linked if not one.is_over)


@dataclass(frozen=True)
class Unrecorded:
    """Nothing has happened yet."""


@dataclass(frozen=True)
class Recorded:
    """A finding somebody recorded, in any state."""

    body: Body


@dataclass(frozen=True)
class Open(Recorded):
    """待处置: adopted or not, without a plan."""


@dataclass(frozen=True)
class Planned(Recorded):
    """已列计划."""


@dataclass(frozen=True)
class InRemedy(Recorded):
    """整改中."""


@dataclass(frozen=True)
class Verifying(Recorded):
    """待核验."""

    verify_by: Deadline


@dataclass(frozen=True)
class StruckOff(Recorded):
    """已销号; *final* once it cannot be opened again."""

    at: datetime
    reopen_by: Deadline
    final: bool = False


@dataclass(frozen=True)
class Dismissed(Recorded):
    """不予列入."""


@dataclass(frozen=True)
class Merged(Recorded):
    """已并入."""

    master: str


Finding = Unrecorded | Recorded
UNRECORDED = Unrecorded()

STATE_TYPES: dict[type[Recorded], FindingState] = {
    Open: FindingState.OPEN,
    Planned: FindingState.PLANNED,
    InRemedy: FindingState.IN_REMEDY,
    Verifying: FindingState.VERIFYING,
    StruckOff: FindingState.STRUCK_OFF,
    Dismissed: FindingState.DISMISSED,
    Merged: FindingState.MERGED,
}

StateT = TypeVar("StateT", bound=Recorded)


def state_name(state: Finding) -> str:
    """Return the main state; `UNKNOWN` where nothing was recorded."""
    return STATE_TYPES[type(state)] if isinstance(state, Recorded) else "UNKNOWN"


def is_open(state: Finding) -> bool:
    """Say whether something is still to be done about the finding."""
    return isinstance(state, Open | Planned | InRemedy | Verifying)


def is_over(state: Finding) -> bool:
    """Say whether nothing will ever be recorded of the finding any more."""
    final = isinstance(state, StruckOff) and state.final
    return final or isinstance(state, Dismissed | Merged)


def evolve(state: Finding, happened: Happened[f.FindingFact]) -> Finding:
    """Return the finding as *happened* leaves it."""
    fact = happened.fact
    match fact:
        case f.FindingRecorded():
            if not isinstance(state, Unrecorded):
                raise _out_of_place(state, fact)
            return Open(_recorded(fact, happened))
        case f.FindingAdopted():
            body = _in(state, fact, Open).body
            adoption = Adoption(
                fact.lead, fact.target_date, fact.plan_by, happened.by.unit, happened.by.person
            )
            return Open(replace(body, adoption=adoption))
        case f.RemedyPlanned():
            return Planned(_planned(_in(state, fact, Open).body, fact, happened))
        case f.RemedyStarted():
            return InRemedy(_in(state, fact, Planned).body)
        case f.LinkedCaseNoted(case=case, standing=standing):
            known = _in(state, fact, Open, Planned, InRemedy, Verifying)
            others = tuple(one for one in known.body.linked if one.case != case)
            return _with(known, linked=(*others, Linked(case, standing, fact.case_version)))
        case f.ValueMeasured():
            known = _in(state, fact, Open, Planned, InRemedy, Verifying)
            return _with(
                known,
                value=fact.value,
                measured_at=fact.measured_at,
                refresh_by=fact.refresh_by,
            )
        case f.RemedyReported():
            body = _did(_in(state, fact, InRemedy).body, happened)
            return Verifying(_measured(body, fact.value, happened), fact.verify_by)
        case f.RemedyRejected():
            body = _in(state, fact, Verifying).body
            return InRemedy(_measured(body, fact.value, happened))
        case f.FindingStruckOff():
            body = _in(state, fact, Verifying).body
            return StruckOff(_measured(body, fact.value, happened), happened.at, fact.reopen_by)
        case f.FindingReopened():
            return Open(_reopened(_in(state, fact, StruckOff).body, fact, happened))
        case f.ReopeningLapsed():
            return replace(_in(state, fact, StruckOff), final=True)
        case f.FindingDismissed():
            return Dismissed(_in(state, fact, Open).body)
        case f.FindingMerged(master=master):
            return Merged(_in(state, fact, Open).body, master)
        case f.FindingLimitMissed(clock=clock, due=due):
            known = _in(state, fact, Open, Planned, InRemedy, Verifying)
            return _with(known, rung=known.body.rung | {(clock, due)})
        case f.FindingDeadlineRecalculated():
            return _recalculated(state, fact)
        case _ as never:
            assert_never(never)


def _recorded(fact: f.FindingRecorded, happened: Happened[f.FindingFact]) -> Body:
    return Body(
        recorded=fact,
        recorded_at=happened.at,
        recorder=happened.by.person,
        recorder_unit=happened.by.unit,
        value=fact.value,
        measured_at=fact.found_at,
        opened_at=happened.at,
        adopt_by=fact.adopt_by,
        refresh_by=fact.refresh_by,
    )


def _planned(body: Body, fact: f.RemedyPlanned, happened: Happened[f.FindingFact]) -> Body:
    """Cases that told of themselves before keep what they told."""
    new = [case for case in fact.cases if body.link_to(case) is None]
    linked = (*body.linked, *(Linked(case, LinkStanding.WAITING) for case in new))
    after = replace(body, measures=fact.measures, items=fact.items, linked=linked)
    return _did(after, happened)


def _did(body: Body, happened: Happened[f.FindingFact]) -> Body:
    """Return *body* with the hand and the unit whose work a verifier would judge."""
    by = happened.by
    return replace(
        body,
        doers=body.doers | ({by.person} if by.person else set()),
        units=body.units | ({by.unit} if by.unit else set()),
    )


def _measured(body: Body, value: int, happened: Happened[f.FindingFact]) -> Body:
    return replace(body, value=value, measured_at=happened.occurred_at)


def _reopened(body: Body, fact: f.FindingReopened, happened: Happened[f.FindingFact]) -> Body:
    """A new round begins without lead, plan and links."""
    return replace(
        _measured(body, fact.value, happened),
        opened_at=happened.at,
        adopt_by=fact.adopt_by,
        refresh_by=fact.refresh_by,
        round=fact.round,
        adoption=None,
        measures=None,
        items=(),
        linked=(),
        doers=frozenset(),
        units=frozenset(),
    )


def _recalculated(state: Finding, fact: f.FindingDeadlineRecalculated) -> Finding:
    """The named clock runs to another instant from now on."""
    match fact.clock, state:
        case "adoption", Open():
            return _with(state, adopt_by=fact.due)
        case "remedy_plan", Open(body=Body(adoption=Adoption() as adoption)):
            return _with(state, adoption=replace(adoption, plan_by=fact.due))
        case "refresh", Open() | Planned() | InRemedy():
            return _with(state, refresh_by=fact.due)
        case "remedy_verification", Verifying():
            return replace(state, verify_by=fact.due)
        case "reopening", StruckOff():
            return replace(state, reopen_by=fact.due)
        case _:
            raise _out_of_place(state, fact)


def _with(state: StateT, **changes: object) -> StateT:
    return replace(state, body=replace(state.body, **changes))  # type: ignore[arg-type]


def _in(state: Finding, fact: f.FindingFact, *kinds: type[StateT]) -> StateT:
    """Return *state*, which must be one of *kinds* for this fact to follow it."""
    if isinstance(state, kinds):
        return state
    raise _out_of_place(state, fact)


def _out_of_place(state: Finding, fact: f.FindingFact) -> FactOutOfPlace:
    return FactOutOfPlace(
        f"{fact.kind} cannot follow the state {state_name(state)}: "
        "the book lacks a fact before it, or holds it twice; verify the ledger"
    )
