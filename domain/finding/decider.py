"""Decide what may happen to a finding: every row of its table.

`decide` refuses or gives facts and changes nothing; it reads no clock, no database and no random
number. Who may act is in `authority.py`, what is remembered in `state.py`.
"""

from datetime import datetime
from typing import assert_never

from domain import guards
from domain.clocks import RecomputeDeadlines, RingClock
from domain.finding import clocks, remedying
from domain.finding import commands as c
from domain.finding import facts as f
from domain.finding.authority import (
    WHO_MAY,
    Asking,
    another_verifies,
    district_office,
    in_state,
    near,
    near_or_lead,
    pack_of,
    reopened_in_time,
    worker_on_spot,
)
from domain.finding.labels import FINDING_LISTS
from domain.finding.pack import Comparison, FindingLevel, Indicator
from domain.finding.refusal_rules import refused
from domain.finding.state import (
    Body,
    Finding,
    InRemedy,
    Open,
    Planned,
    Recorded,
    StruckOff,
    Verifying,
)
from domain.linking import NoteLinkedCase
from domain.refusals import CommandRefused
from domain.rules import NeighbourFinding, Rules, Terms
from domain.units import UnitKind
from domain.values import instant_text

Facts = tuple[f.FindingFact, ...]

PLACE_DIGITS: dict[FindingLevel, tuple[int, ...]] = {
    FindingLevel.HOME: (12,),
    FindingLevel.ESTATE: (12,),
    FindingLevel.COMMUNITY: (12,),
    FindingLevel.BLOCK: (9,),
    FindingLevel.DISTRICT: (6,),
}
"""How long the division code of a finding's place is at each level."""


def decide(state: Finding, asked: Asking, rules: Rules) -> Facts:
    """Return the facts that follow from what is asked, or refuse it by rule."""
    guards.authorised(asked, WHO_MAY[asked.command.kind], rules)
    guards.told_in_time(asked, state.body.recorded_at if isinstance(state, Recorded) else None)
    match asked.command:
        case RingClock() as command:
            return clocks.ring(state, asked, command, rules)
        case RecomputeDeadlines():
            return clocks.recompute(state, rules)
        case c.RecordFinding() as command:
            return (_record(state, asked, command, rules),)
        case c.AdoptFinding() as command:
            return (_adopt(state, asked, command, rules),)
        case c.PlanRemedy() as command:
            return remedying.plan(state, asked, command, rules)
        case c.StartRemedy():
            return (remedying.start(state, asked, rules),)
        case c.MeasureAgain() as command:
            return (_measure(state, asked, command, rules),)
        case c.ReportRemedied() as command:
            return (remedying.report(state, asked, command, rules),)
        case c.StrikeOff() as command:
            return (_strike_off(state, asked, command, rules),)
        case c.RejectRemedy() as command:
            return (_reject(state, asked, command, rules),)
        case c.ReopenFinding() as command:
            return (_reopen(state, asked, command, rules),)
        case c.DismissFinding() as command:
            return (_dismiss(state, asked, command, rules),)
        case c.MergeFinding() as command:
            return (_merge(state, asked, command, rules),)
        case NoteLinkedCase() as command:
            return remedying.note(state, command)
        case _ as never:
            assert_never(never)


def _record(
    state: Finding, asked: Asking, command: c.RecordFinding, rules: Rules
) -> f.FindingRecorded:
    """A value that misses its target, of an indicator of the catalogue, at a place of its level."""
    if isinstance(state, Recorded):
        raise guards.refused("begun-once", stream=asked.stream)
    terms = rules.under(command.policy)
    pack = pack_of(terms)
    near(asked, command.place, pack, rules)
    _level_fits(command)
    known = guards.one_of(command.indicator, (one.code for one in pack.indicators))
    indicator = next(one for one in pack.indicators if one.code == known)
    _measured_at(indicator, command)
    target = indicator.target if command.target is None else command.target
    if target is None:
        raise refused("target-known", indicator=indicator.code)
    if indicator.comparison.met(command.value, target):
        raise _says_value("value-misses-target", indicator.comparison, command.value, target)
    _in_time(asked, command.found_at, None)
    return f.FindingRecorded(
        level=command.level,
        place=command.place,
        indicator=indicator.code,
        indicator_label=indicator.label,
        category=indicator.category,
        measured_in=indicator.unit,
        comparison=indicator.comparison,
        value=command.value,
        target=target,
        evidence=command.evidence,
        found_at=command.found_at,
        source=command.source,
        ledger_row=command.ledger_row,
        note=command.note,
        policy=terms.policy.id,
        adopt_by=terms.deadline(pack.adoption, asked.at),
        refresh_by=terms.deadline(pack.refresh, asked.at),
    )


def _level_fits(command: c.RecordFinding) -> None:
    digits = PLACE_DIGITS[command.level]
    if len(command.place) not in digits:
        raise refused(
            "level-fits-place",
            level=FINDING_LISTS[FindingLevel][command.level],
            expected="、".join(str(one) for one in digits),
            found=command.place,
        )


def _measured_at(indicator: Indicator, command: c.RecordFinding) -> None:
    labels = FINDING_LISTS[FindingLevel]
    if command.level not in indicator.levels:
        zh, en = zip(*(labels[level] for level in indicator.levels), strict=True)
        raise refused(
            "indicator-of-level",
            indicator=indicator.code,
            expected=("、".join(zh), ", ".join(en)),
            found=labels[command.level],
        )


def _says_value(rule: str, comparison: Comparison, value: int, target: int) -> CommandRefused:
    return refused(
        rule, comparison=FINDING_LISTS[Comparison][comparison], value=value, target=target
    )


def _meets(body: Body, value: int) -> None:
    if not body.meets(value):
        raise _says_value(
            "value-meets-target", body.recorded.comparison, value, body.recorded.target
        )


def _misses(body: Body, value: int) -> None:
    if body.meets(value):
        raise _says_value(
            "value-misses-target", body.recorded.comparison, value, body.recorded.target
        )


def _in_time(asked: Asking, found: datetime, earliest: datetime | None) -> None:
    """What was measured was measured by now, and not before what is known already."""
    if found > asked.at or (earliest is not None and found < earliest):
        raise refused(
            "measured-in-time",
            found=instant_text(found),
            earliest="…" if earliest is None else instant_text(earliest),
            latest=instant_text(asked.at),
        )


def _adopt(
    state: Finding, asked: Asking, command: c.AdoptFinding, rules: Rules
) -> f.FindingAdopted:
    """The street or the district names a lead of the right line, and a day within the limit."""
    body = in_state(state, asked, Open).body
    terms = rules.under(body.recorded.policy)
    pack = pack_of(terms)
    near(asked, body.recorded.place, pack, rules)
    before = body.adoption
    if before is not None and command.reason is None:
        raise refused("reason-for-change", lead=before.lead)
    _lead_fits(asked, command.lead, body, terms, rules)
    latest = terms.deadline(pack.remedy_max, asked.at).due
    if not asked.at < command.target_date <= latest:
        raise refused(
            "target-date-in-range",
            found=instant_text(command.target_date),
            latest=instant_text(latest),
        )
    return f.FindingAdopted(
        lead=command.lead,
        lead_before=None if before is None else before.lead,
        target_date=command.target_date,
        target_date_before=None if before is None else before.target_date,
        reason=command.reason,
        plan_by=terms.deadline(pack.planning, asked.at),
    )


def _lead_fits(asked: Asking, lead: str, body: Body, terms: Terms, rules: Rules) -> None:
    """A department of one of the category's lines leads; where streets lead, the street may."""
    unit = rules.unit(lead, asked.at)
    recorded = body.recorded
    category = terms.policy.category(recorded.category)
    lines = category.lead if category else ()
    by_line = unit.kind is UnitKind.DEPARTMENT and unit.line in lines
    by_street = (
        category is not None and category.street_leads and unit.kind is UnitKind.STREET_OFFICE
    )
    if not (by_line or by_street):
        expected = ", ".join(lines) or "—"
        raise refused(
            "lead-fits-category", category=recorded.category, expected=expected, found=lead
        )
    if not rules.serves(lead, recorded.place, asked.at):
        raise refused("lead-covers-place", lead=lead, place=recorded.place)


def _measure(
    state: Finding, asked: Asking, command: c.MeasureAgain, rules: Rules
) -> f.ValueMeasured:
    """Whoever is near, or the lead, measures an open finding again; the half-year begins anew."""
    body = in_state(state, asked, Open, Planned, InRemedy, Verifying).body
    terms = rules.under(body.recorded.policy)
    pack = pack_of(terms)
    near_or_lead(asked, body, pack, rules)
    _in_time(asked, command.measured_at, body.measured_at)
    return f.ValueMeasured(
        value=command.value,
        value_before=body.value,
        measured_at=command.measured_at,
        evidence=command.evidence,
        refresh_by=terms.deadline(pack.refresh, asked.at),
    )


def _strike_off(
    state: Finding, asked: Asking, command: c.StrikeOff, rules: Rules
) -> f.FindingStruckOff:
    """Others than those who remedied measure on the spot, with a community worker there."""
    body = in_state(state, asked, Verifying).body
    terms = rules.under(body.recorded.policy)
    pack = pack_of(terms)
    another_verifies(asked, body, pack, rules)
    worker_on_spot(asked, command.worker, body.recorded.place, rules)
    _meets(body, command.value)
    return f.FindingStruckOff(
        value=command.value,
        value_before=body.value,
        evidence=command.evidence,
        worker=command.worker,
        reopen_by=terms.deadline(pack.reopening, asked.at),
    )


def _reject(
    state: Finding, asked: Asking, command: c.RejectRemedy, rules: Rules
) -> f.RemedyRejected:
    """Others than those who remedied send it back, with what they measured and the reason."""
    body = in_state(state, asked, Verifying).body
    another_verifies(asked, body, pack_of(rules.under(body.recorded.policy)), rules)
    return f.RemedyRejected(value=command.value, value_before=body.value, reason=command.reason)


def _reopen(
    state: Finding, asked: Asking, command: c.ReopenFinding, rules: Rules
) -> f.FindingReopened:
    """Whoever may record opens it again within the limit, where it misses its target once more."""
    struck = in_state(state, asked, StruckOff)
    body = struck.body
    terms = rules.under(body.recorded.policy)
    pack = pack_of(terms)
    near(asked, body.recorded.place, pack, rules)
    reopened_in_time(asked, struck)
    _misses(body, command.value)
    return f.FindingReopened(
        round=body.round + 1,
        value=command.value,
        value_before=body.value,
        reason=command.reason,
        adopt_by=terms.deadline(pack.adoption, asked.at),
        refresh_by=terms.deadline(pack.refresh, asked.at),
    )


def _dismiss(
    state: Finding, asked: Asking, command: c.DismissFinding, rules: Rules
) -> f.FindingDismissed:
    """The district's office leaves it out on a ground of the pack; not whoever recorded it."""
    body = in_state(state, asked, Open).body
    pack = pack_of(rules.under(body.recorded.policy))
    district_office(asked, body.recorded.place, pack, rules)
    guards.another_person(asked, (body.recorder,), ("登记问题", "recording it"))
    ground = guards.one_of(command.ground, (one.code for one in pack.dismissal_grounds))
    return f.FindingDismissed(ground=ground, reason=command.reason)


def _merge(state: Finding, asked: Asking, command: c.MergeFinding, rules: Rules) -> f.FindingMerged:
    """The street merges a finding nothing leans on into an open one about the same."""
    body = in_state(state, asked, Open).body
    guards.serving(asked, body.recorded.place, rules)
    if command.master == asked.stream:
        raise refused("master-is-another")
    if body.linked:
        raise refused("linked-not-merged", cases=", ".join(one.case for one in body.linked))
    master = guards.neighbour_of(rules, command.master, NeighbourFinding, ("台账问题", "finding"))
    alike = (master.indicator, master.place) == (body.recorded.indicator, body.recorded.place)
    if not (alike and master.is_open):
        raise refused("master-alike", master=command.master)
    return f.FindingMerged(master=command.master)
