"""The end of a programme: each pilot held against its goals by figures, then extended or ended.

A goal is met by what the ledger has, never by what somebody says of it; one that rests on nothing
(0 of 0) is not met.
"""

from domain import guards
from domain.community_figures import CountedCommunity, FigureValue
from domain.envelope import Asked
from domain.programme.authority import deciding, in_state
from domain.programme.calling import figures_of, programmes
from domain.programme.commands import (
    AssessCommunity,
    BeginAssessment,
    ExtendProgramme,
    Goal,
    GoalMeasure,
    ProgrammeCommand,
)
from domain.programme.facts import (
    FACTS_TOLD_MAX,
    AssessmentBegun,
    CommunityAssessed,
    GoalVerdict,
    ProgrammeExtended,
)
from domain.programme.refusal_rules import refused
from domain.programme.state import Assessing, Programme, Running
from domain.rules import Rules

Asking = Asked[ProgrammeCommand]

DISTRICT_DIGITS = 6
"""How long the division code of a district or a city is."""


def begin_assessment(
    state: Programme, asked: Asking, command: BeginAssessment, rules: Rules
) -> AssessmentBegun:
    """An authority may have the pilots assessed before the time of building is over."""
    body = in_state(state, Running).body
    deciding(asked, body, rules)
    terms = rules.under(body.policy)
    return AssessmentBegun(
        reason=command.reason,
        assess_by=terms.deadline(programmes(terms).assessment, asked.at),
    )


def assess_community(
    state: Programme, asked: Asking, command: AssessCommunity, rules: Rules
) -> CommunityAssessed:
    """The lead department assesses each pilot once, goal by goal."""
    body = in_state(state, Assessing).body
    guards.acting_for(asked, (body.lead,), rules)
    if not body.unassessed:
        raise refused("pilot-left-to-assess")
    if command.community not in body.pilots:
        raise refused("pilot-known", community=command.community)
    if command.community not in body.unassessed:
        raise refused("assessed-once", community=command.community)
    counted = figures_of((command.community,), rules)[command.community]
    verdicts = tuple(verdict_on(goal, counted) for goal in body.goals)
    return CommunityAssessed(
        community=command.community,
        figures=counted.frozen,
        verdicts=verdicts,
        goals_met=sum(one.met for one in verdicts),
        comment=command.comment,
    )


def verdict_on(goal: Goal, counted: CountedCommunity) -> GoalVerdict:
    """Return whether *goal* is met by what was counted, and by which facts."""
    value = counted.frozen.value(goal.figure)
    return GoalVerdict(
        goal=goal,
        value=value,
        met=is_met(goal, value),
        rests_on=counted.facts.get(goal.figure, ())[:FACTS_TOLD_MAX],
    )


def is_met(goal: Goal, value: FigureValue) -> bool:
    """Say whether *value* reaches *goal*; shares are compared without rounding."""
    if value.denominator == 0:
        return False
    if goal.measure is GoalMeasure.PERCENT:
        found, target = value.numerator * 100, goal.target * value.denominator
    else:
        found, target = value.numerator, goal.target
    return goal.comparison.met(found, target)


def extend_programme(
    state: Programme, asked: Asking, command: ExtendProgramme, rules: Rules
) -> ProgrammeExtended:
    """With every pilot assessed, somebody who assessed none decides on the next wave."""
    body = in_state(state, Assessing).body
    deciding(asked, body, rules)
    guards.another_person(asked, body.assessors, ("评估", "assessing"))
    if body.unassessed:
        raise refused("all-assessed", missing=", ".join(body.unassessed))
    divisions = list(command.divisions)
    if within := [one for one in divisions if len(one) != DISTRICT_DIGITS]:
        raise refused("next-wave", found=", ".join(within))
    if twice := sorted({one for one in divisions if divisions.count(one) > 1}):
        raise refused("codes-once", found=", ".join(twice))
    return ProgrammeExtended(divisions=command.divisions, reason=command.reason)
