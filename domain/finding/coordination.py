"""What follows from a finding in the world: errands to the cases it leans on, notices, its board.

All of it is derived from facts by pure functions, so that it can be begun again at any time.
"""

from typing import Any

from domain.cases import Errand, Notice, Shown, Talk
from domain.envelope import Happened
from domain.finding import facts as f
from domain.finding.state import (
    Body,
    Finding,
    InRemedy,
    Merged,
    Open,
    Planned,
    Recorded,
    StruckOff,
    Verifying,
    is_open,
    state_name,
)
from domain.linking import linking
from domain.people import Role
from domain.rules import NeighbourFinding
from domain.values import instant_text


def holder(state: Finding) -> str | None:
    """Return whose turn it is: the lead's while it remedies, else the unit that adopts."""
    if not isinstance(state, Recorded):
        return None
    adoption = state.body.adoption
    if adoption is None:
        return state.body.recorder_unit
    return adoption.lead if isinstance(state, Open | Planned | InRemedy) else adoption.unit


def talks(stream: str, state: Finding) -> tuple[Talk, ...]:
    """A finding holds no conversation: its clocks and notices do."""
    del stream, state
    return ()


def errands(stream: str, state: Finding, happened: Happened[Any]) -> tuple[Errand, ...]:
    """Every case a plan names is told that the finding leans on it."""
    del state
    fact = happened.fact
    return linking(fact.cases, stream, happened) if isinstance(fact, f.RemedyPlanned) else ()


def neighbour(stream: str, state: Finding) -> NeighbourFinding | None:
    """Return what other cases may know of this finding."""
    if not isinstance(state, Recorded):
        return None
    recorded = state.body.recorded
    return NeighbourFinding(
        stream=stream,
        state=state_name(state),
        is_open=is_open(state),
        place=recorded.place,
        indicator=recorded.indicator,
        category=recorded.category,
        level=recorded.level,
    )


def notices(stream: str, state: Finding, happened: Happened[Any]) -> tuple[Notice, ...]:
    """Return who is told of this fact; *state* is the finding as the fact left it."""
    if not isinstance(state, Recorded):
        return ()
    template, to, values = _told(state, happened.fact)
    return tuple(
        Notice(
            key=f"{happened.version}/{one}",
            to=one,
            template=template,
            values={"case": stream, "place": state.body.recorded.place, **values},
        )
        for one in to
        if one is not None
    )


_STREET = f"role/{Role.STREET_DISPATCHER}"
_COMMUNITY = f"role/{Role.COMMUNITY_WORKER}"


def _told(state: Recorded, fact: Any) -> tuple[str, tuple[str | None, ...], dict[str, str]]:
    """Return template, recipients and values for *fact*; nobody for what needs no telling."""
    body = state.body
    lead = None if body.adoption is None else f"unit/{body.adoption.lead}"
    match fact:
        case f.FindingRecorded(adopt_by=due):
            return "finding_recorded", (_STREET,), {"due": instant_text(due.due)}
        case f.FindingAdopted(target_date=target, plan_by=due):
            values = {"until": instant_text(target), "due": instant_text(due.due)}
            return "finding_adopted", (lead,), values
        case f.RemedyReported(verify_by=due):
            return "remedy_reported", (_verifier(body),), {"due": instant_text(due.due)}
        case f.RemedyRejected():
            return "remedy_rejected", (lead,), {}
        case f.FindingStruckOff():
            return "finding_struck_off", (lead, _COMMUNITY), {}
        case f.FindingReopened(round=number, adopt_by=due):
            values = {"round": str(number), "due": instant_text(due.due)}
            return "finding_reopened", (_STREET,), values
        case f.FindingDismissed() | f.FindingMerged():
            return "finding_left_out", (_recorder(body),), {}
        case f.FindingLimitMissed(clock=clock, due=due):
            to = _late(body, clock)
            return "finding_limit_missed", (to,), {"clock": clock, "due": instant_text(due)}
        case _:
            return "", (), {}


def _recorder(body: Body) -> str | None:
    return None if body.recorder_unit is None else f"unit/{body.recorder_unit}"


def _verifier(body: Body) -> str | None:
    """The unit that adopted verifies, where it does not lead itself."""
    adoption = body.adoption
    return (
        _STREET if adoption is None or adoption.unit == adoption.lead else f"unit/{adoption.unit}"
    )


def _late(body: Body, clock: str) -> str | None:
    """Return who is told that a limit was missed: whoever it is waited for."""
    match clock:
        case "remedy_plan" | "remedy_target":
            return None if body.adoption is None else f"unit/{body.adoption.lead}"
        case "remedy_verification":
            return _verifier(body)
        case "refresh":
            return _COMMUNITY
        case _:
            return _STREET


def shown(state: Finding) -> Shown | None:
    """Return what the board of cases shows of the finding, for lists, figures and the auditor."""
    if not isinstance(state, Recorded):
        return None
    body, recorded = state.body, state.body.recorded
    adoption = body.adoption
    units = (body.recorder_unit, adoption and adoption.unit, adoption and adoption.lead)
    return Shown(
        title=recorded.indicator_label.zh,
        place=recorded.place,
        units=tuple(dict.fromkeys(unit for unit in units if unit)),
        details={
            "level": recorded.level.value,
            "indicator": recorded.indicator,
            "label": recorded.indicator_label.model_dump(mode="json"),
            "category": recorded.category,
            "unit": recorded.measured_in.model_dump(mode="json"),
            "comparison": recorded.comparison.value,
            "value": body.value,
            "target": recorded.target,
            "first_value": recorded.value,
            "source": recorded.source.value,
            "row": recorded.ledger_row,
            "policy": recorded.policy,
            "recorded_at": instant_text(body.recorded_at),
            "opened_at": instant_text(body.opened_at),
            "measured_at": instant_text(body.measured_at),
            "round": body.round,
            "lead": None if adoption is None else adoption.lead,
            "target_date": None if adoption is None else instant_text(adoption.target_date),
            "measures": body.measures,
            "linked": [{"case": one.case, "standing": one.standing.value} for one in body.linked],
            "late": sorted({name for name, _ in body.rung}),
            "struck_off_at": instant_text(state.at) if isinstance(state, StruckOff) else None,
            "master": state.master if isinstance(state, Merged) else None,
            "verifying": isinstance(state, Verifying),
        },
    )
