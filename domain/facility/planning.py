"""The proposal, the decision on it, and the money: what was planned and what was paid."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from domain.facility import commands as c
from domain.facility import facts as f
from domain.facility.authority import (
    Asking,
    deciding,
    in_state,
    lead,
    lead_or_street,
    pack_of,
    under,
)
from domain.facility.guideline import meets
from domain.facility.refusal_rules import refused
from domain.facility.state import (
    Accepting,
    Approved,
    Building,
    Facility,
    Open,
    Plan,
    Proposed,
    Ready,
    Suspended,
    Unproposed,
)
from domain.guards import acting_for, another_person, another_unit, begun_once, serving
from domain.people import Role
from domain.policy import Policy
from domain.rules import NeighbourSite, Rules
from domain.site.commands import SiteKind
from domain.site.facts import SiteState
from domain.site.labels import SITE_STATES
from domain.units import UnitKind
from domain.values import COMMUNITY_DIGITS, instant_text

_PROPOSED = ("提出设施", "the proposal")
UNDER_WAY = (Approved, Building, Accepting, Ready, Open, Suspended)
"""The states in which money is spent."""


def propose_facility(
    state: Facility, asked: Asking, command: c.ProposeFacility, rules: Rules
) -> f.FacilityProposed:
    """The street or the lead proposes a facility on a free site of its community."""
    begun_once(asked, not isinstance(state, Unproposed))
    if len(command.place) != COMMUNITY_DIGITS:
        raise refused("facility-in-community", found=command.place)
    if asked.by.role is Role.STREET_DISPATCHER:
        serving(asked, command.place, rules)
    else:
        acting_for(asked, (command.lead,), rules)
    terms = rules.under(command.policy)
    pack = pack_of(terms)
    _functions_known(command.functions, terms.policy)
    _leads(command, asked, terms.policy, rules)
    site = _free_site(command.site, command, asked, rules)
    _funded(command.budget, [source.code for source in pack.funding_sources])
    meets(
        pack.complex,
        command.facility_kind,
        command.floor_area,
        command.functions,
        command.without_care,
    )
    for finding in command.findings:
        known = rules.neighbours.case(finding)
        if known is None or not known.is_open:
            raise refused("finding-open", found=finding)
    return f.FacilityProposed(
        title=command.title,
        place=command.place,
        facility_kind=command.facility_kind,
        functions=command.functions,
        floor_area=command.floor_area,
        site=command.site,
        site_kind=SiteKind(site.kind),
        lead=command.lead,
        street=_street_of(command.place, asked, rules),
        open_by=command.open_by,
        budget=command.budget,
        findings=tuple(dict.fromkeys(command.findings)),
        without_care=command.without_care,
        policy=terms.policy.id,
        decide_by=terms.deadline(pack.limits.decide, asked.at),
    )


def repeated(names: Iterable[str]) -> list[str]:
    """Return the names that stand more than once, in order."""
    listed = list(names)
    return sorted({one for one in listed if listed.count(one) > 1})


def _functions_known(functions: tuple[str, ...], policy: Policy) -> None:
    """Functions are categories of the pack, each named once."""
    if twice := repeated(functions):
        raise refused("functions-once", found=", ".join(twice))
    for code in functions:
        if policy.category(code) is None:
            raise refused("function-known", policy=policy.id, found=code)


def _leads(command: c.ProposeFacility, asked: Asking, policy: Policy, rules: Rules) -> None:
    """The lead is a department that leads one of the functions, in whose division the place is."""
    unit = rules.unit(command.lead, asked.at)
    lines = {
        line for one in policy.categories if one.code in command.functions for line in one.lead
    }
    fits = unit.kind is UnitKind.DEPARTMENT and unit.line in lines and unit.covers(command.place)
    if not fits:
        raise refused("lead-of-function", unit=unit.code)


def _free_site(
    stream: str, plan: c.ProposeFacility | Plan, asked: Asking, rules: Rules
) -> NeighbourSite:
    """The site is free, in the community, large enough, and there before the facility opens."""
    site = rules.neighbours.case(stream)
    if not isinstance(site, NeighbourSite) or site.state != SiteState.AVAILABLE:
        known = SITE_STATES[SiteState(site.state)] if isinstance(site, NeighbourSite) else None
        raise refused("site-free", site=stream, state=known or ("未登记", "unknown"))
    if site.place != plan.place:
        raise refused("site-near", found=site.place, place=plan.place)
    if plan.floor_area > site.floor_area:
        raise refused("area-within-site", area=plan.floor_area, available=site.floor_area)
    earliest = max(asked.at, site.available_from)
    if plan.open_by <= earliest:
        raise refused(
            "open-by-later", found=instant_text(plan.open_by), earliest=instant_text(earliest)
        )
    return site


def _street_of(place: str, asked: Asking, rules: Rules) -> str:
    """Return the street office of the place."""
    offices = sorted(
        unit.code
        for unit in rules.units.values()
        if unit.kind is UnitKind.STREET_OFFICE and unit.stands(asked.at) and unit.covers(place)
    )
    if not offices:
        raise refused("street-of-place", place=place)
    return offices[0]


def _funded(budget: tuple[c.BudgetLine, ...], known: list[str]) -> None:
    """Every line has a source of the pack's list, each once."""
    sources = [line.source for line in budget]
    strange = [one for one in sources if one not in known] or repeated(sources)
    if strange:
        raise refused("funding-source", found=", ".join(strange), expected=", ".join(known))


def change_site(
    state: Facility, asked: Asking, command: c.ChangeSite, rules: Rules
) -> f.FacilitySiteChanged:
    """Before building, street or lead put the plan on another free site; it is decided on anew."""
    before = in_state(state, Proposed, Approved).plan
    lead_or_street(asked, before, rules)
    plan = replace(
        before,
        floor_area=command.floor_area or before.floor_area,
        open_by=command.open_by or before.open_by,
    )
    site = _free_site(command.site, plan, asked, rules)
    terms, pack = under(plan, rules)
    meets(pack.complex, plan.facility_kind, plan.floor_area, plan.functions, plan.without_care)
    return f.FacilitySiteChanged(
        site=command.site,
        site_before=before.site,
        site_kind=SiteKind(site.kind),
        site_kind_before=before.site_kind,
        floor_area=plan.floor_area,
        floor_area_before=before.floor_area,
        open_by=plan.open_by,
        open_by_before=before.open_by,
        reason=command.reason,
        decide_by=terms.deadline(pack.limits.decide, asked.at),
    )


# -- the decision ----------------------------------------------------------------------------------


def approve_facility(
    state: Facility, asked: Asking, command: c.ApproveFacility, rules: Rules
) -> f.FacilityApproved:
    """Whoever did not propose it approves it, once the site is held for it and for no other."""
    plan = in_state(state, Proposed).plan
    _another_decides(asked, plan, rules)
    site = rules.neighbours.case(plan.site)
    holder = site.held_by if isinstance(site, NeighbourSite) else None
    if holder != asked.stream:
        raise refused("site-not-reserved", site=plan.site, holder=holder or "—")
    terms, pack = under(plan, rules)
    first = pack.milestones[0]
    return f.FacilityApproved(
        document=command.document,
        milestone=first.code,
        milestone_by=terms.deadline(first.within, asked.at),
    )


def drop_facility(
    state: Facility, asked: Asking, command: c.DropFacility, rules: Rules
) -> f.FacilityDropped:
    """Until it is completed a facility may be given up; the site becomes free."""
    plan = in_state(state, Proposed, Approved, Building).plan
    _another_decides(asked, plan, rules)
    return f.FacilityDropped(reason=command.reason, site=plan.site)


def _another_decides(asked: Asking, plan: Plan, rules: Rules) -> None:
    """The authority decides, and neither the person nor the unit that proposed or leads."""
    deciding(asked, plan.place, rules)
    another_person(asked, plan.proposers, _PROPOSED)
    another_unit(asked, (*plan.proposer_units, plan.lead), _PROPOSED, rules)


# -- money -----------------------------------------------------------------------------------------


def revise_budget(
    state: Facility, asked: Asking, command: c.ReviseBudget, rules: Rules
) -> f.BudgetRevised:
    """Whoever may approve replaces the lines; no line falls below what is spent of it."""
    plan = in_state(state, *UNDER_WAY).plan
    _another_decides(asked, plan, rules)
    _, pack = under(plan, rules)
    _funded(command.budget, [source.code for source in pack.funding_sources])
    before = tuple(c.BudgetLine(source=source, cents=cents) for source, cents in plan.budget)
    if command.budget == before:
        raise refused("budget-changed")
    after = {line.source: line.cents for line in command.budget}
    for source in dict.fromkeys(one.source for one in plan.spendings):
        spent = plan.spent(source)
        if after.get(source, 0) < spent:
            raise refused(
                "budget-below-spent", source=source, spent=spent, found=after.get(source, 0)
            )
    return f.BudgetRevised(budget=command.budget, budget_before=before, reason=command.reason)


def record_spending(
    state: Facility, asked: Asking, command: c.RecordSpending, rules: Rules
) -> f.SpendingRecorded:
    """The lead records what was paid, never more than is planned of that source."""
    plan = in_state(state, *UNDER_WAY).plan
    lead(asked, plan, rules)
    if any(one.voucher == command.voucher for one in plan.spendings):
        raise refused("voucher-once", voucher=command.voucher)
    between(asked, command.paid_at, plan.approved_at or plan.proposed_at)
    planned, spent = plan.planned(command.source), plan.spent(command.source)
    if spent + command.cents > planned:
        raise refused(
            "spending-within-budget",
            source=command.source,
            planned=planned,
            spent=spent,
            found=command.cents,
        )
    return f.SpendingRecorded(
        source=command.source,
        cents=command.cents,
        paid_at=command.paid_at,
        voucher=command.voucher,
    )


def reverse_spending(
    state: Facility, asked: Asking, command: c.ReverseSpending, rules: Rules
) -> f.SpendingReversed:
    """What was recorded is taken back by a fact of its own, once."""
    plan = in_state(state, *UNDER_WAY).plan
    lead(asked, plan, rules)
    paid = next(
        (one for one in plan.spendings if one.voucher == command.voucher and not one.reversed),
        None,
    )
    if paid is None:
        raise refused("voucher-known", voucher=command.voucher)
    return f.SpendingReversed(
        source=paid.source, cents=paid.cents, voucher=paid.voucher, reason=command.reason
    )


def between(asked: Asking, told: datetime, earliest: datetime) -> None:
    """An instant that is told lies between *earliest* and now; people write whole minutes."""
    earliest = earliest.replace(second=0, microsecond=0)
    if not earliest <= told <= asked.at:
        raise refused(
            "instant-in-order",
            found=instant_text(told),
            earliest=instant_text(earliest),
            latest=instant_text(asked.at),
        )
