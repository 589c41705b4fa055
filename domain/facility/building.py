"""From the first milestone to the second key of acceptance."""

from domain.facility import commands as c
from domain.facility import facts as f
from domain.facility.authority import Asking, in_state, lead, lead_or_street, under
from domain.facility.guideline import meets
from domain.facility.planning import between, repeated
from domain.facility.refusal_rules import refused
from domain.facility.state import Accepting, Approved, Building, Facility, Plan
from domain.guards import another_person, one_of
from domain.people import Role
from domain.rules import Rules

_BUILT = ("建设", "the building")
_FIRST_KEY = ("第一方验收", "the first key of acceptance")
_KEYS = {f.KeyHolder.LEAD: ("牵头部门", "lead"), f.KeyHolder.STREET: ("街道", "street")}


def record_milestone(
    state: Facility, asked: Asking, command: c.RecordMilestone, rules: Rules
) -> f.MilestoneRecorded:
    """The lead records the milestones in the order of the pack, none before its predecessor."""
    planned = in_state(state, Approved, Building)
    plan = planned.plan
    lead(asked, plan, rules)
    if planned.next_milestone is None:
        raise refused("milestones-reached")
    if command.milestone != planned.next_milestone:
        raise refused("milestone-order", expected=planned.next_milestone, found=command.milestone)
    began = plan.milestones[-1].actual if plan.milestones else plan.approved_at
    between(asked, command.actual, began or plan.proposed_at)
    terms, pack = under(plan, rules)
    codes = [one.code for one in pack.milestones]
    left = codes[codes.index(command.milestone) + 1 :] if command.milestone in codes else []
    limit = pack.limits.complete
    if left:
        limit = next(one.within for one in pack.milestones if one.code == left[0])
    return f.MilestoneRecorded(
        milestone=command.milestone,
        planned=command.planned,
        actual=command.actual,
        evidence=command.evidence,
        first=isinstance(planned, Approved),
        next_milestone=left[0] if left else None,
        next_by=terms.deadline(limit, command.actual),
    )


def report_completed(
    state: Facility, asked: Asking, command: c.ReportCompleted, rules: Rules
) -> f.CompletionReported:
    """With the last milestone reached the lead reports completion."""
    building = in_state(state, Building)
    lead(asked, building.plan, rules)
    if building.next_milestone is not None:
        raise refused("milestones-first", expected=building.next_milestone)
    terms, pack = under(building.plan, rules)
    return f.CompletionReported(
        evidence=command.evidence, accept_by=terms.deadline(pack.limits.accept, asked.at)
    )


def accept_facility(
    state: Facility, asked: Asking, command: c.AcceptFacility, rules: Rules
) -> f.AcceptanceKeyGiven | f.FacilityAccepted:
    """Lead and street turn a key each, two people, neither of whom built it."""
    accepting = in_state(state, Accepting)
    plan = accepting.plan
    unit = lead_or_street(asked, plan, rules)
    another_person(asked, plan.builders, _BUILT)
    terms, pack = under(plan, rules)
    key = f.KeyHolder.STREET if asked.by.role is Role.STREET_DISPATCHER else f.KeyHolder.LEAD
    if accepting.given is not None and accepting.given.key is key:
        raise refused("key-once", key=_KEYS[key])
    another_person(asked, (accepting.given_by,), _FIRST_KEY)
    _checked(command.checklist, tuple(item.code for item in pack.checklist))
    if twice := repeated(command.functions):
        raise refused("functions-once", found=", ".join(twice))
    for function in command.functions:
        if terms.policy.category(function) is None:
            raise refused("function-known", policy=terms.policy.id, found=function)
    below_advised = meets(
        pack.complex,
        plan.facility_kind,
        command.floor_area,
        command.functions,
        command.without_care or plan.without_care,
    )
    if accepting.given is None:
        return f.AcceptanceKeyGiven(
            key=key,
            unit=unit,
            floor_area=command.floor_area,
            functions=command.functions,
            checklist=command.checklist,
            without_care=command.without_care or plan.without_care,
            below_advised=below_advised,
        )
    _agrees(accepting.given, command)
    return f.FacilityAccepted(
        key=key,
        unit=unit,
        floor_area=command.floor_area,
        floor_area_planned=plan.floor_area,
        functions=command.functions,
        functions_planned=plan.functions,
        checklist=command.checklist,
        without_care=command.without_care or accepting.given.without_care,
        below_advised=below_advised,
        open_by=terms.deadline(pack.limits.open, asked.at),
    )


def _checked(checklist: tuple[c.Checked, ...], expected: tuple[str, ...]) -> None:
    """Every item of the pack's list is looked at once, and met."""
    found = [one.item for one in checklist]
    wrong = sorted({*expected} ^ {*found}) or repeated(found)
    if wrong:
        raise refused("checklist-whole", expected=", ".join(expected), found=", ".join(wrong))
    if unmet := [one.item for one in checklist if not one.met]:
        raise refused("checklist-met", found=", ".join(unmet))


def _agrees(first: f.AcceptanceKeyGiven, command: c.AcceptFacility) -> None:
    """Both keys say the same of area and functions."""
    if (first.floor_area, {*first.functions}) == (command.floor_area, {*command.functions}):
        return
    raise refused(
        "keys-agree",
        expected=_measured(first.floor_area, first.functions),
        found=_measured(command.floor_area, command.functions),
    )


def _measured(floor_area: int, functions: tuple[str, ...]) -> str:
    return f"{floor_area} m²: {', '.join(functions)}"


def refuse_acceptance(
    state: Facility, asked: Asking, command: c.RefuseAcceptance, rules: Rules
) -> f.AcceptanceRefused:
    """Either of the two refuses what is wanting; building goes on, both keys start anew."""
    plan: Plan = in_state(state, Accepting).plan
    unit = lead_or_street(asked, plan, rules)
    another_person(asked, plan.builders, _BUILT)
    terms, pack = under(plan, rules)
    for item in command.items:
        one_of(item, (known.code for known in pack.checklist))
    return f.AcceptanceRefused(
        unit=unit,
        items=tuple(dict.fromkeys(command.items)),
        reason=command.reason,
        complete_by=terms.deadline(pack.limits.rectify, asked.at),
    )
