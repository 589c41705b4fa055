"""Remember what happened to a facility: `evolve` holds no rule and forgets no fact.

A fact that cannot follow the state it meets means a broken book: that is said loudly
(`FactOutOfPlace`), never passed over.
"""

from dataclasses import replace
from typing import Any, TypeVar, assert_never

from domain.clocks import Deadline
from domain.envelope import FactOutOfPlace, Happened
from domain.facility import facts as f
from domain.facility.commands import Operator
from domain.facility.state import (
    Accepting,
    Approved,
    Building,
    Closed,
    Dropped,
    Entrustment,
    Facility,
    Open,
    Opening,
    Plan,
    Planned,
    Proposed,
    Reached,
    Ready,
    Spending,
    Suspended,
    Unproposed,
    Use,
    state_name,
)
from domain.linking import FindingLinked

StateT = TypeVar("StateT", bound=Planned)
_Run = Ready | Open | Suspended
_StillOpen = Proposed | Approved | Building | Accepting | _Run


def evolve(state: Facility, happened: Happened[f.FacilityFact]) -> Facility:
    """Return the facility as *happened* leaves it."""
    fact = happened.fact
    match fact:
        case f.FacilityProposed():
            if not isinstance(state, Unproposed):
                raise _out_of_place(state, fact)
            return Proposed(_plan(fact, happened), fact.decide_by)
        case f.FacilitySiteChanged():
            return _moved(state, happened, fact)
        case f.FacilityApproved() | f.FacilityDropped() | FindingLinked() | f.BudgetRevised():
            return _planning(state, happened, fact)
        case f.SpendingRecorded() | f.SpendingReversed():
            return _money(state, fact)
        case f.MilestoneRecorded() | f.CompletionReported() | f.AcceptanceKeyGiven():
            return _building(state, happened, fact)
        case f.FacilityAccepted() | f.AcceptanceRefused():
            return _building(state, happened, fact)
        case f.OperatorEntrusted() | f.OperatorChanged() | f.FunctionTakenOver():
            return _entrusted(state, fact)
        case f.OperatorTermEnding() | f.OperatorTermEnded():
            return _term(state, fact)
        case f.OpeningSubmitted() | f.FacilityOpened() | f.UseReported():
            return _running(state, happened, fact)
        case f.FacilitySuspended() | f.FacilityResumed() | f.FacilityClosed():
            return _running(state, happened, fact)
        case f.FacilityLimitMissed():
            return _late(state, fact)
        case f.FacilityDeadlineRecalculated():
            return _recalculated(state, fact)
        case _ as never:
            assert_never(never)


def _plan(fact: f.FacilityProposed, happened: Happened[f.FacilityFact]) -> Plan:
    return Plan(
        title=fact.title,
        place=fact.place,
        facility_kind=fact.facility_kind,
        functions=fact.functions,
        floor_area=fact.floor_area,
        site=fact.site,
        site_kind=fact.site_kind,
        lead=fact.lead,
        street=fact.street,
        open_by=fact.open_by,
        budget=tuple((line.source, line.cents) for line in fact.budget),
        findings=fact.findings,
        without_care=fact.without_care,
        policy=fact.policy,
        proposed_at=happened.at,
        proposers=frozenset({happened.by.person}),
        proposer_units=frozenset({happened.by.unit}),
    )


def _moved(
    state: Facility, happened: Happened[f.FacilityFact], fact: f.FacilitySiteChanged
) -> Facility:
    """Whoever puts the plan on another site proposes it as much as whoever began it."""
    plan = _in(state, fact, Proposed, Approved).plan
    plan = replace(
        plan,
        site=fact.site,
        site_kind=fact.site_kind,
        floor_area=fact.floor_area,
        open_by=fact.open_by,
        approved_at=None,
        proposers=plan.proposers | {happened.by.person},
        proposer_units=plan.proposer_units | {happened.by.unit},
    )
    return Proposed(plan, fact.decide_by)


_Planning = f.FacilityApproved | f.FacilityDropped | FindingLinked | f.BudgetRevised


def _planning(state: Facility, happened: Happened[f.FacilityFact], fact: _Planning) -> Facility:
    """The decision, and what may change of the plan."""
    match fact:
        case f.FacilityApproved(milestone=milestone, milestone_by=due):
            plan = _in(state, fact, Proposed).plan
            return Approved(replace(plan, approved_at=happened.at), milestone, due)
        case f.FacilityDropped():
            return Dropped(_in(state, fact, Proposed, Approved, Building).plan)
        case FindingLinked(finding=finding):
            planned = _still_open(state, fact)
            if finding in planned.plan.findings:
                raise _out_of_place(state, fact)
            return _with(planned, findings=(*planned.plan.findings, finding))
        case f.BudgetRevised(budget=budget):
            planned = _still_open(state, fact)
            return _with(planned, budget=tuple((line.source, line.cents) for line in budget))
        case _ as never:
            assert_never(never)


def _money(state: Facility, fact: f.SpendingRecorded | f.SpendingReversed) -> Facility:
    """What was paid, and what was taken back."""
    planned = _still_open(state, fact)
    spendings = planned.plan.spendings
    if isinstance(fact, f.SpendingRecorded):
        if any(one.voucher == fact.voucher for one in spendings):
            raise _out_of_place(state, fact)
        paid = Spending(fact.source, fact.cents, fact.voucher)
        return _with(planned, spendings=(*spendings, paid))
    if not any(one.voucher == fact.voucher and not one.reversed for one in spendings):
        raise _out_of_place(state, fact)
    return _with(
        planned,
        spendings=tuple(
            replace(one, reversed=True) if one.voucher == fact.voucher else one for one in spendings
        ),
    )


_Building = (
    f.MilestoneRecorded
    | f.CompletionReported
    | f.AcceptanceKeyGiven
    | f.FacilityAccepted
    | f.AcceptanceRefused
)


def _building(state: Facility, happened: Happened[f.FacilityFact], fact: _Building) -> Facility:
    """From the first milestone to the second key."""
    match fact:
        case f.MilestoneRecorded():
            planned = _in(state, fact, Approved, Building)
            plan = _built_by(planned.plan, happened)
            reached = Reached(fact.milestone, fact.planned, fact.actual)
            plan = replace(plan, milestones=(*plan.milestones, reached))
            return Building(plan, fact.next_milestone, fact.next_by)
        case f.CompletionReported(accept_by=accept_by):
            return Accepting(_built_by(_in(state, fact, Building).plan, happened), accept_by)
        case f.AcceptanceKeyGiven():
            accepting = _in(state, fact, Accepting)
            if accepting.given is not None:
                raise _out_of_place(state, fact)
            return replace(accepting, given=fact, given_by=happened.by.person)
        case f.FacilityAccepted():
            accepting = _in(state, fact, Accepting)
            if accepting.given is None:
                raise _out_of_place(state, fact)
            plan = replace(
                accepting.plan,
                floor_area=fact.floor_area,
                functions=fact.functions,
                without_care=fact.without_care,
                below_advised=fact.below_advised,
                accepted_at=happened.at,
            )
            return Ready(plan, fact.open_by)
        case f.AcceptanceRefused(complete_by=complete_by):
            return Building(_in(state, fact, Accepting).plan, None, complete_by)
        case _ as never:
            assert_never(never)


def _built_by(plan: Plan, happened: Happened[f.FacilityFact]) -> Plan:
    person = happened.by.person
    return plan if person is None else replace(plan, builders=plan.builders | {person})


def _entrusted(
    state: Facility, fact: f.OperatorEntrusted | f.OperatorChanged | f.FunctionTakenOver
) -> Facility:
    """Another operator runs these functions from now on; whoever ran them before does not."""
    planned = _running_one(state, fact)
    plan = planned.plan
    if fact.number != plan.entrusted + 1:
        raise _out_of_place(state, fact)
    new = Entrustment(fact.number, fact.operator, fact.notice_at)
    kept = tuple(
        left for one in plan.entrustments if (left := _without(one, fact.operator)) is not None
    )
    return _with(planned, entrusted=fact.number, entrustments=(*kept, new))


def _without(entrustment: Entrustment, operator: Operator) -> Entrustment | None:
    """Return the entrustment without the functions of *operator*, None where nothing is left."""
    functions = tuple(
        one for one in entrustment.operator.functions if one not in operator.functions
    )
    if not functions:
        return None
    old = entrustment.operator.model_copy(update={"functions": functions})
    return replace(entrustment, operator=old)


def _term(state: Facility, fact: f.OperatorTermEnding | f.OperatorTermEnded) -> Facility:
    """An operator's term comes to its end."""
    planned = _running_one(state, fact)
    plan = planned.plan
    if not any(one.number == fact.number for one in plan.entrustments):
        raise _out_of_place(state, fact)
    if isinstance(fact, f.OperatorTermEnding):
        noticed = tuple(
            replace(one, noticed=True) if one.number == fact.number else one
            for one in plan.entrustments
        )
        return _with(planned, entrustments=noticed)
    kept = tuple(one for one in plan.entrustments if one.number != fact.number)
    return _with(planned, entrustments=kept)


_Running = (
    f.OpeningSubmitted
    | f.FacilityOpened
    | f.UseReported
    | f.FacilitySuspended
    | f.FacilityResumed
    | f.FacilityClosed
)


def _running(state: Facility, happened: Happened[f.FacilityFact], fact: _Running) -> Facility:
    """From what operators hand in to the day the facility is closed."""
    match fact:
        case f.OpeningSubmitted():
            ready = _in(state, fact, Ready)
            opening = Opening(fact.hours, fact.price_list, fact.places, happened.by.person)
            return replace(ready, opening=opening)
        case f.FacilityOpened():
            plan = replace(
                _in(state, fact, Ready).plan,
                hours=fact.hours,
                price_list=fact.price_list,
                places=fact.places,
                opened_at=happened.at,
                report_by=fact.report_by,
                utc_offset_minutes=fact.utc_offset_minutes,
            )
            return Open(plan, fact.month)
        case f.UseReported():
            running = _in(state, fact, Open)
            use = Use(fact.visits, fact.people, fact.days_closed)
            uses = {**running.plan.uses, (fact.month, fact.function): use}
            return replace(running, plan=replace(running.plan, uses=uses))
        case f.FacilitySuspended(rectify_by=rectify_by):
            running = _in(state, fact, Open)
            return Suspended(running.plan, happened.at, rectify_by, running.missed)
        case f.FacilityResumed(month=month):
            suspended = _in(state, fact, Suspended)
            return Open(suspended.plan, month, suspended.missed)
        case f.FacilityClosed():
            plan = _in(state, fact, Open, Suspended).plan
            return Closed(replace(plan, closed_at=happened.at, entrustments=()))
        case _ as never:
            assert_never(never)


def _late(state: Facility, fact: f.FacilityLimitMissed) -> Facility:
    """A limit without a further consequence is missed once."""
    match state:
        case Open() if fact.month is not None:
            return replace(state, missed=fact.month)
        case Proposed() | Approved() | Building() | Accepting() | Ready() | Suspended():
            return replace(state, late=True)
        case _:
            raise _out_of_place(state, fact)


def _recalculated(state: Facility, fact: f.FacilityDeadlineRecalculated) -> Facility:
    """The named clock runs to another instant from now on."""
    due: Deadline = fact.due
    match fact.clock, state:
        case "facility_decision", Proposed():
            return replace(state, decide_by=due)
        case "milestone" | "completion", Approved() | Building():
            return replace(state, next_by=due)
        case "acceptance", Accepting():
            return replace(state, accept_by=due)
        case "opening", Ready():
            return replace(state, open_by=due)
        case "facility_rectification", Suspended():
            return replace(state, rectify_by=due)
        case _:
            raise _out_of_place(state, fact)


def _with(planned: StateT, **changes: Any) -> StateT:
    """Return *planned* with another plan."""
    return replace(planned, plan=replace(planned.plan, **changes))


def _in(state: Facility, fact: Any, *kinds: type[StateT]) -> StateT:
    if isinstance(state, kinds):
        return state
    raise _out_of_place(state, fact)


def _still_open(state: Facility, fact: Any) -> _StillOpen:
    if isinstance(state, _StillOpen):
        return state
    raise _out_of_place(state, fact)


def _running_one(state: Facility, fact: Any) -> _Run:
    if isinstance(state, _Run):
        return state
    raise _out_of_place(state, fact)


def _out_of_place(state: Facility, fact: Any) -> FactOutOfPlace:
    return FactOutOfPlace(
        f"{fact.kind} cannot follow the state {state_name(state)}: "
        "the book lacks a fact before it, or holds it twice; verify the ledger"
    )
