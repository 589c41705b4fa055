"""What follows from a facility in the world: errands to site and findings, notices, what is shown.

All of it is derived from facts by pure functions, so that it can be begun again at any time.
"""

from typing import Any

from domain.cases import Errand, Notice, Shown, Talk
from domain.envelope import Happened
from domain.facility import facts as f
from domain.facility.state import (
    Accepting,
    Building,
    Closed,
    Dropped,
    Facility,
    Open,
    Plan,
    Planned,
    Ready,
    Suspended,
    is_over,
    state_name,
)
from domain.linking import FindingLinked, LinkStanding, noting
from domain.rules import NeighbourFacility
from domain.values import instant_text


def holder(state: Facility) -> str | None:
    """Return the unit whose turn it is: the lead while it is built, then the street."""
    match state:
        case Accepting() | Ready() | Open() | Closed():
            return state.plan.street
        case Planned():
            return state.plan.lead
        case _:
            return None


def neighbour(stream: str, state: Facility) -> NeighbourFacility | None:
    """Return what other cases may know of this facility; None before it is proposed."""
    if not isinstance(state, Planned):
        return None
    plan = state.plan
    return NeighbourFacility(
        stream=stream,
        state=state_name(state),
        is_open=not is_over(state),
        kind=plan.facility_kind,
        place=plan.place,
        lead=plan.lead,
        street=plan.street,
        site=plan.site,
        functions=plan.functions,
        findings=plan.findings,
        operators=tuple(plan.operators()),
    )


def talks(stream: str, state: Facility) -> tuple[Talk, ...]:
    """Say that a facility holds no conversation of its own: people act, clocks remind."""
    del stream, state
    return ()


# -- errands ---------------------------------------------------------------------------------------


def standing_of(state: Facility) -> LinkStanding:
    """Return how far the facility has come for a finding that leans on it."""
    match state:
        case Building() | Accepting() | Ready():
            return LinkStanding.BEGUN
        case Open() | Suspended() | Closed():
            return LinkStanding.DONE
        case Dropped():
            return LinkStanding.DROPPED
        case _:
            return LinkStanding.WAITING


def errands(stream: str, state: Facility, happened: Happened[f.FacilityFact]) -> tuple[Errand, ...]:
    """Return the commands site and findings get because of this fact."""
    if not isinstance(state, Planned):
        return ()
    match happened.fact:
        case f.FacilityProposed():
            return (_site("reserve_site", stream, state, happened), *_told(stream, state, happened))
        case f.FacilitySiteChanged(site_before=before):
            return (
                _site("release_site", stream, state, happened, before),
                _site("reserve_site", stream, state, happened),
            )
        case f.MilestoneRecorded(first=True):
            return (_site("occupy_site", stream, state, happened), *_told(stream, state, happened))
        case f.FacilityDropped():
            return (_site("release_site", stream, state, happened), *_told(stream, state, happened))
        case f.FacilityClosed():
            return (_site("release_site", stream, state, happened),)
        case f.FacilityOpened():
            return _told(stream, state, happened)
        case FindingLinked(finding=finding):
            return noting((finding,), stream, happened, standing_of(state), state_name(state))
        case _:
            return ()


def _site(
    kind: str, stream: str, state: Planned, happened: Happened[Any], site: str = ""
) -> Errand:
    """Return what *site* is told, by itself the one the facility stands on."""
    return Errand(
        stream=site or state.plan.site,
        command_id=f"because/{stream}/{happened.version}",
        command={"kind": kind, "facility": stream},
    )


def _told(stream: str, state: Any, happened: Happened[Any]) -> tuple[Errand, ...]:
    return noting(state.plan.findings, stream, happened, standing_of(state), state_name(state))


# -- notices ---------------------------------------------------------------------------------------


def notices(stream: str, state: Facility, happened: Happened[f.FacilityFact]) -> tuple[Notice, ...]:
    """Return who is told of this fact: lead and street, never whoever did it."""
    if not isinstance(state, Planned):
        return ()
    plan = state.plan
    template, to, values = _notice(plan, happened.fact)
    return tuple(
        Notice(
            key=f"{happened.version}/unit/{unit}",
            to=f"unit/{unit}",
            template=template,
            values={"case": stream, **values},
        )
        for unit in dict.fromkeys(to)
        if unit != happened.by.unit
    )


def _notice(plan: Plan, fact: f.FacilityFact) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """Return template, units and values for *fact*; nobody for what needs no telling."""
    both = (plan.lead, plan.street)
    match fact:
        case f.FacilityProposed(decide_by=due):
            return "facility_proposed", both, {"due": instant_text(due.due)}
        case f.FacilitySiteChanged(decide_by=due):
            return "facility_site_changed", both, {"due": instant_text(due.due)}
        case f.FacilityApproved(milestone_by=due):
            return "facility_approved", both, {"due": instant_text(due.due)}
        case f.FacilityDropped():
            return "facility_dropped", both, {}
        case f.CompletionReported(accept_by=due):
            return "facility_completed", both, {"due": instant_text(due.due)}
        case f.AcceptanceKeyGiven(key=key):
            other = plan.street if key is f.KeyHolder.LEAD else plan.lead
            return "facility_second_key", (other,), {}
        case f.FacilityAccepted(open_by=due):
            return "facility_accepted", both, {"due": instant_text(due.due)}
        case f.AcceptanceRefused(complete_by=due):
            return "facility_acceptance_refused", both, {"due": instant_text(due.due)}
        case f.OpeningSubmitted():
            return "facility_opening_submitted", (plan.street,), {}
        case f.FacilityOpened():
            return "facility_opened", both, {}
        case f.OperatorTermEnding(term_end=term_end):
            return "operator_term_ending", (plan.street,), {"due": instant_text(term_end)}
        case f.OperatorTermEnded(term_end=term_end):
            return "operator_term_ended", both, {"due": instant_text(term_end)}
        case f.FunctionTakenOver():
            return "function_taken_over", both, {}
        case f.FacilitySuspended(rectify_by=due):
            return "facility_suspended", both, {"due": instant_text(due.due)}
        case f.FacilityResumed():
            return "facility_resumed", both, {}
        case f.FacilityClosed():
            return "facility_closed", both, {}
        case f.FacilityLimitMissed(clock=clock, due=missed):
            return "facility_limit_missed", both, {"clock": clock, "due": instant_text(missed)}
        case _:
            return "", (), {}


# -- what lists show -------------------------------------------------------------------------------


def shown(state: Facility) -> Shown | None:
    """Return what the board of cases shows of the facility, and its page and figures need."""
    if not isinstance(state, Planned):
        return None
    plan = state.plan
    instants = {
        "proposed_at": plan.proposed_at,
        "approved_at": plan.approved_at,
        "accepted_at": plan.accepted_at,
        "opened_at": plan.opened_at,
        "closed_at": plan.closed_at,
        "open_by": plan.open_by,
    }
    return Shown(
        title=plan.title,
        place=plan.place,
        units=tuple(dict.fromkeys((plan.lead, plan.street))),
        details={
            "facility_kind": plan.facility_kind.value,
            "functions": list(plan.functions),
            "floor_area": plan.floor_area,
            "below_advised": plan.below_advised,
            "without_care": plan.without_care,
            "site": plan.site,
            "site_kind": plan.site_kind.value,
            "lead": plan.lead,
            "street": plan.street,
            "findings": list(plan.findings),
            **{name: None if at is None else instant_text(at) for name, at in instants.items()},
            "money": [
                {"source": source, "planned": cents, "spent": plan.spent(source)}
                for source, cents in plan.budget
            ],
            "milestones": [
                {
                    "milestone": one.code,
                    "planned": instant_text(one.planned),
                    "actual": instant_text(one.actual),
                }
                for one in plan.milestones
            ],
            "next_milestone": getattr(state, "next_milestone", None),
            "operators": _operators(plan),
            "hours": plan.hours,
            "price_list": plan.price_list,
            "places": {one.function: one.places for one in plan.places},
            "use": [
                {
                    "month": month,
                    "function": function,
                    "visits": use.visits,
                    "people": use.people,
                    "days_closed": use.days_closed,
                }
                for (month, function), use in sorted(plan.uses.items())
            ],
        },
    )


def _operators(plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "functions": list(one.operator.functions),
            "mode": one.operator.mode.value,
            "operator": one.who,
            "term_end": instant_text(one.operator.term_end),
        }
        for one in plan.entrustments
    ]
