"""A programme row by row: the facts of each, its guards by rule, its clocks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.clocks import RecomputeDeadlines
from domain.community_figures import CommunityFigure
from domain.envelope import SYSTEM
from domain.people import Role
from domain.programme import commands as c
from domain.programme import facts as f
from tests.domain.harness import Story
from tests.domain.programme import stories as s
from tests.domain.world import (
    AUTHORITY,
    CIVIL_COORDINATOR,
    DISPATCHER,
    DISSOLVED,
    HEALTH_COORDINATOR,
    HOUSING,
    HOUSING_COORDINATOR,
    MARKET_COORDINATOR,
    ORGANIZATION,
    POLICY,
    SECOND_AUTHORITY,
    SECOND_DISPATCHER,
    SHIPAI,
    SHIPAI_PLACE,
    UNITS,
    WUSHAN,
    WUSHAN_DISPATCHER,
    WUSHAN_PLACE,
    YEAR_2026,
    YEAR_2027,
    Town,
    acting,
    on,
    rules_with,
)


def drafted(**changes: object) -> Story:
    return s.undrafted().when(s.DRAFT.model_copy(update=changes), HOUSING_COORDINATOR)


# The draft.


def test_a_department_drafts_and_the_authority_has_ten_working_days() -> None:
    told = drafted().then(f.ProgrammeDrafted, lead=HOUSING, quota=2, policy="town")
    told.then_state("DRAFT").then_clocks(draft_review=on(5, 25, "17:00"))
    assert told.last(f.ProgrammeDrafted).goals == s.DRAFT.goals


def test_a_programme_is_drafted_once() -> None:
    s.draft().when(s.DRAFT, HOUSING_COORDINATOR).then_refused("begun-once")


def test_weights_that_sum_to_99_are_refused() -> None:
    light = (*s.CRITERIA[:2], c.Criterion(criterion="LASTING_OPERATION", weight=19))
    drafted(criteria=light).then_refused("weights-sum")


def test_a_criterion_stands_in_the_pack_and_once_in_the_draft() -> None:
    unknown = (c.Criterion(criterion="LUCK", weight=100),)
    drafted(criteria=unknown).then_refused("code-listed")
    twice = (c.Criterion(criterion="NEED_URGENCY", weight=50),) * 2
    drafted(criteria=twice).then_refused("codes-once")


def test_a_goal_stands_once_and_a_share_ends_at_a_hundred() -> None:
    drafted(goals=(s.FUNCTIONS, s.FUNCTIONS)).then_refused("codes-once")
    too_much = s.SATISFIED.model_copy(update={"target": 101})
    drafted(goals=(too_much,)).then_refused("share-target")


@pytest.mark.parametrize(
    "dates",
    [
        {"apply_until": on(5, 11)},
        {"build_until": on(6, 1)},
        {"apply_from": on(4, 1), "apply_until": on(5, 1)},
    ],
)
def test_dates_run_forward_and_the_window_lies_ahead(dates: dict[str, object]) -> None:
    drafted(**dates).then_refused("programme-dates")


def test_the_quota_is_bounded_by_the_pack() -> None:
    drafted(quota=101).then_refused("quota-max")


def test_a_department_drafts_for_places_it_serves() -> None:
    drafted(place="440105").then_refused("own-place-only")


def test_a_pack_without_programmes_says_so() -> None:
    bare = rules_with(POLICY.model_copy(update={"programmes": None}))
    s.undrafted().under(bare).when(s.DRAFT, HOUSING_COORDINATOR).then_refused("pack-without")


def test_a_draft_is_revised_and_the_decision_is_due_anew() -> None:
    asked = s.draft().at(on(5, 13, "10:00")).when(s.REVISION, HOUSING_COORDINATOR)
    told = asked.then(f.ProgrammeRevised, reason="征求意见后压减名额")
    fact = told.last(f.ProgrammeRevised)
    assert (fact.terms_before.quota, fact.terms.quota) == (2, 1)
    assert (fact.terms_before.apply_until, fact.terms.apply_until) == (on(6, 1), on(6, 8))
    assert fact.terms.criteria == s.DRAFT.criteria, "what is left out stays as it is"
    told.then_state("DRAFT").then_clocks(draft_review=on(5, 27, "17:00"))
    told.does(c.OpenCall(), AUTHORITY).then_clocks(applications=on(6, 8))


def test_a_late_draft_that_is_revised_has_its_limit_again() -> None:
    late = s.draft().rings("draft_review")
    late.then_clocks().does(s.REVISION, HOUSING_COORDINATOR).then_clocks("draft_review")


def test_a_revision_meets_what_a_draft_meets_and_changes_something() -> None:
    def revised(**changes: object) -> Story:
        command = c.ReviseProgramme.model_validate({"reason": "调整", **changes})
        return s.draft().when(command, HOUSING_COORDINATOR)

    revised().then_refused("draft-changes")
    revised(quota=2).then_refused("draft-changes")
    revised(quota=101).then_refused("quota-max")
    revised(build_until=on(6, 1)).then_refused("programme-dates")
    revised(criteria=s.CRITERIA[:2]).then_refused("weights-sum")
    s.calling().when(s.REVISION, HOUSING_COORDINATOR).then_refused("not-in-state")
    s.draft().when(s.REVISION, CIVIL_COORDINATOR).then_refused("named-unit-only")


# The call.


def test_the_call_names_every_street_office_of_the_place() -> None:
    told = s.draft().when(c.OpenCall(), AUTHORITY)
    told.then(f.CallOpened, authority=ORGANIZATION, streets=(SHIPAI, WUSHAN)).then_state(
        "CALLING"
    ).then_clocks(applications=on(6, 1))


def test_a_call_is_opened_before_its_window_ends() -> None:
    s.draft().when(c.OpenCall(), AUTHORITY, at=on(6, 1)).then_refused("window-open")


def test_a_place_without_street_offices_calls_nobody() -> None:
    story = s.undrafted().does(
        s.DRAFT.model_copy(update={"place": "440106009"}), HOUSING_COORDINATOR
    )
    story.when(c.OpenCall(), AUTHORITY).then_refused("nobody-to-call")


def test_a_draft_that_is_not_decided_in_time_is_late_once() -> None:
    late = s.draft().when_rings("draft_review").then(f.ProgrammeLimitMissed, clock="draft_review")
    late.then_clocks().when(c.OpenCall(), AUTHORITY).then(f.CallOpened)


def test_a_street_applies_and_its_baseline_is_what_the_ledger_has() -> None:
    told = s.calling().when(s.applying(SHIPAI_PLACE), DISPATCHER)
    fact = told.then(f.CommunityApplied, street=SHIPAI).last(f.CommunityApplied)
    assert fact.baseline == s.REACHED.frozen


def test_a_street_withdraws_its_application_and_may_apply_anew() -> None:
    asked = s.applied().when(s.withdrawing(SHIPAI_PLACE), DISPATCHER)
    left = asked.then(f.CommunityWithdrawn, community=SHIPAI_PLACE, street=SHIPAI)
    left.then_state("CALLING")
    assert [one.community for one in left.state.body.applications] == [
        s.SHIPAI_SECOND,
        WUSHAN_PLACE,
    ]
    left.when(s.withdrawing(SHIPAI_PLACE), DISPATCHER).then_refused("application-known")
    left.when(s.applying(SHIPAI_PLACE), SECOND_DISPATCHER).then(f.CommunityApplied)


def test_what_is_withdrawn_is_neither_ranked_nor_selected() -> None:
    left = s.scored().does(s.withdrawing(SHIPAI_PLACE), DISPATCHER)
    left.when(s.SELECTION, AUTHORITY).then_refused("application-known")
    chosen = (c.Chosen(community=s.SHIPAI_SECOND), c.Chosen(community=WUSHAN_PLACE))
    told = left.when(c.SelectCommunities(selected=chosen), AUTHORITY)
    ranking = told.then(f.CommunitiesSelected).last(f.CommunitiesSelected).ranking
    assert [(one.community, one.rank) for one in ranking] == [
        (s.SHIPAI_SECOND, 1),
        (WUSHAN_PLACE, 2),
    ]


def test_a_street_withdraws_its_own_and_before_the_selection() -> None:
    s.applied().when(s.withdrawing(WUSHAN_PLACE), DISPATCHER).then_refused("named-unit-only")
    s.selected().when(s.withdrawing(SHIPAI_PLACE), DISPATCHER).then_refused("selection-made-once")


def test_a_community_applies_once_and_within_the_window() -> None:
    again = s.applied().when(s.applying(SHIPAI_PLACE), SECOND_DISPATCHER)
    again.then_refused("applied-once")
    late = s.calling().when(s.applying(SHIPAI_PLACE), DISPATCHER, at=on(6, 1))
    late.then_refused("window-open")
    early = s.undrafted().does(
        s.DRAFT.model_copy(update={"apply_from": on(5, 20)}), HOUSING_COORDINATOR
    )
    opened = early.does(c.OpenCall(), AUTHORITY)
    opened.when(s.applying(SHIPAI_PLACE), DISPATCHER).then_refused("window-open")


@pytest.mark.parametrize("place", ["440106005", "440103001001"])
def test_only_a_community_of_a_called_street_applies(place: str) -> None:
    s.calling().when(s.applying(place), DISPATCHER).then_refused("community-of-street")


def test_a_street_applies_for_its_own_communities_only() -> None:
    s.calling().when(s.applying(WUSHAN_PLACE), DISPATCHER).then_refused("named-unit-only")


def test_the_call_closes_by_its_clock() -> None:
    closed = s.applied().when_rings("applications")
    closed.then(f.CallClosed, communities=(SHIPAI_PLACE, s.SHIPAI_SECOND, WUSHAN_PLACE)).then_state(
        "SELECTING"
    ).then_clocks(selection=on(6, 30, "17:00"))


# The panel and its scores.


def naming(*reviewers: c.Reviewer, reason: str | None = None) -> c.NameReviewers:
    return c.NameReviewers(reviewers=reviewers, reason=reason)


THREE = tuple(map(s.reviewer, s.PANEL_OF[:3]))


def test_a_panel_has_three_reviewers_of_other_streets() -> None:
    told = s.closed().when(naming(*THREE), AUTHORITY)
    told.then(f.ReviewersNamed, reviewers=THREE, reviewers_before=())
    s.closed().when(naming(*THREE[:2]), AUTHORITY).then_refused("panel-size")
    of_wushan = s.reviewer(WUSHAN_DISPATCHER)
    s.closed().when(naming(*THREE[:2], of_wushan), AUTHORITY).then_refused("panel-size")


def test_a_reviewer_is_in_service_and_named_once() -> None:
    s.closed().when(naming(*THREE, THREE[0]), AUTHORITY).then_refused("reviewer-once")
    elsewhere = c.Reviewer(person=str(CIVIL_COORDINATOR.person), unit=DISSOLVED)
    s.closed().when(naming(*THREE, elsewhere), AUTHORITY).then_refused("reviewer-once")
    nobody = c.Reviewer(person=str(DISPATCHER.person), unit=HOUSING)
    s.closed().when(naming(*THREE, nobody), AUTHORITY).then_refused("reviewer-in-service")


def test_a_changed_panel_has_a_reason_and_keeps_who_has_scored() -> None:
    s.selecting().when(naming(*THREE), AUTHORITY).then_refused("panel-change-reason")
    changed = s.selecting().when(naming(*THREE, reason="五山调整人员"), AUTHORITY)
    changed.then(f.ReviewersNamed, reviewers_before=s.PANEL.reviewers)
    one = s.selecting().does(s.scoring(SHIPAI_PLACE, 1, 2, 3), WUSHAN_DISPATCHER)
    one.when(naming(*THREE, reason="换人"), AUTHORITY).then_refused("reviewer-has-scored")


def test_a_score_is_weighted_out_of_ten_thousand() -> None:
    told = s.selecting().when(s.scoring(SHIPAI_PLACE, 90, 80, 70), CIVIL_COORDINATOR)
    told.then(f.ApplicationScored, weighted=90 * 50 + 80 * 30 + 70 * 20)


def test_only_the_panel_scores_once_for_those_who_applied() -> None:
    mark = s.scoring(SHIPAI_PLACE, 90, 80, 70)
    s.selecting().when(mark, HOUSING_COORDINATOR).then_refused("reviewer-named")
    once = s.selecting().does(mark, CIVIL_COORDINATOR)
    once.when(mark, CIVIL_COORDINATOR).then_refused("application-scored-once")
    nobody = s.scoring(s.SHIPAI_THIRD, 1, 1, 1)
    s.selecting().when(nobody, CIVIL_COORDINATOR).then_refused("application-known")


def test_who_has_scored_all_they_may_is_told_so_whatever_they_name() -> None:
    """Their own street's applications are not among them: nothing would ever end for them else."""
    applied = {one.community for one in s.selecting().state.body.applications}
    story = s.selecting()
    for community in sorted(applied):
        story = story.does(s.scoring(community, 90, 80, 70), CIVIL_COORDINATOR)
    again = s.scoring(SHIPAI_PLACE, 90, 80, 70)
    story.when(again, CIVIL_COORDINATOR).then_refused("application-left-to-score")


def test_every_criterion_is_scored() -> None:
    mark = s.scoring(SHIPAI_PLACE, 90, 80, 70)
    part = mark.model_copy(update={"scores": mark.scores[:2]})
    s.selecting().when(part, CIVIL_COORDINATOR).then_refused("every-criterion")
    double = mark.model_copy(update={"scores": (*mark.scores, mark.scores[0])})
    s.selecting().when(double, CIVIL_COORDINATOR).then_refused("every-criterion")


def test_nobody_scores_before_the_call_is_closed_or_after_the_selection() -> None:
    mark = s.scoring(SHIPAI_PLACE, 90, 80, 70)
    s.applied().when(mark, CIVIL_COORDINATOR).then_refused("not-in-state")
    s.selected().when(mark, WUSHAN_DISPATCHER).then_refused("panel-unchanged-after-selection")
    change = naming(*THREE, reason="换人")
    s.selected().when(change, AUTHORITY).then_refused("panel-unchanged-after-selection")


# The selection.


def test_the_selection_tells_the_ranking_and_why_it_leaves_it() -> None:
    told = s.scored().when(s.SELECTION, AUTHORITY).then(f.CommunitiesSelected)
    fact = told.last(f.CommunitiesSelected)
    assert [(one.community, one.rank, one.weighted, one.reviewers) for one in fact.ranking] == [
        (SHIPAI_PLACE, 1, 27_000, 3),
        (s.SHIPAI_SECOND, 2, 24_000, 3),
        (WUSHAN_PLACE, 3, 21_000, 3),
    ]
    first, second = fact.selected
    assert (first.passed_over, first.reason) == ((), None)
    assert (second.passed_over, second.reason) == ((s.SHIPAI_SECOND,), s.OUT_OF_ORDER)


def test_applications_rank_by_the_mean_over_their_reviewers() -> None:
    """One more reviewer, who liked Wushan less, must not lift it by the sum."""
    story = s.scored().does(s.scoring(SHIPAI_PLACE, 30, 30, 30), WUSHAN_DISPATCHER)
    ranking = story.state.body.ranked()
    assert [(one.community, one.rank) for one in ranking] == [
        (s.SHIPAI_SECOND, 1),
        (SHIPAI_PLACE, 2),
        (WUSHAN_PLACE, 3),
    ]


def test_equals_share_a_rank_and_either_may_be_taken() -> None:
    story = s.selecting()
    for by in s.PANEL_OF[:3]:
        for place in (SHIPAI_PLACE, s.SHIPAI_SECOND, WUSHAN_PLACE):
            story = story.does(s.scoring(place, 70, 70, 70), by)
    last = c.SelectCommunities(selected=(c.Chosen(community=WUSHAN_PLACE),))
    fact = story.when(last, AUTHORITY).then(f.CommunitiesSelected).last(f.CommunitiesSelected)
    assert fact.selected[0].rank == 1


def choosing(*places: str) -> c.SelectCommunities:
    return c.SelectCommunities(selected=tuple(c.Chosen(community=one) for one in places))


def test_whoever_is_taken_out_of_order_has_a_reason() -> None:
    out = s.scored().when(choosing(SHIPAI_PLACE, WUSHAN_PLACE), AUTHORITY)
    out.then_refused("out-of-order-reason")


def test_a_selection_keeps_to_the_quota_and_to_those_who_applied() -> None:
    three = choosing(SHIPAI_PLACE, s.SHIPAI_SECOND, WUSHAN_PLACE)
    s.scored().when(three, AUTHORITY).then_refused("quota")
    s.scored().when(choosing(SHIPAI_PLACE, SHIPAI_PLACE), AUTHORITY).then_refused("selected-once")
    s.scored().when(choosing(s.SHIPAI_THIRD), AUTHORITY).then_refused("application-known")


def test_every_application_has_three_scores_first() -> None:
    s.selecting().when(s.SELECTION, AUTHORITY).then_refused("scores-enough")
    story = s.selecting()
    for by in (CIVIL_COORDINATOR, HEALTH_COORDINATOR, MARKET_COORDINATOR):
        story = story.does(s.scoring(SHIPAI_PLACE, 90, 90, 90), by)
    story.when(choosing(SHIPAI_PLACE), AUTHORITY).then_refused("scores-enough")


def test_a_selection_is_made_once_then_published() -> None:
    s.selected().when(s.SELECTION, AUTHORITY).then_refused("selection-made-once")
    s.scored().when(c.PublishSelection(), AUTHORITY).then_refused("selection-first")
    told = s.selected().when(c.PublishSelection(), AUTHORITY)
    told.then(f.SelectionPublished, communities=(SHIPAI_PLACE, WUSHAN_PLACE)).then_state("RUNNING")


def test_selecting_and_publishing_have_limits() -> None:
    late = s.scored().when_rings("selection").then(f.ProgrammeLimitMissed, clock="selection")
    late.then_clocks().when(s.SELECTION, AUTHORITY).then(f.CommunitiesSelected)
    s.selected().when_rings("publication").then(f.ProgrammeLimitMissed, clock="publication")


# Progress, assessment, extension.


def test_every_quarter_freezes_the_figures_of_the_pilots() -> None:
    due = s.running().clocks()["progress"]
    told = s.running().when_rings("progress").then(f.ProgrammeProgressRecorded, number=1)
    fact = told.last(f.ProgrammeProgressRecorded)
    assert fact.communities == (s.REACHED.frozen, s.MISSED.frozen)
    assert fact.progress_at.due == due + timedelta(days=92)


def test_a_late_ring_moves_no_quarter_but_leaves_none_in_the_past() -> None:
    due = s.running().clocks()["progress"]
    an_hour = s.running().rings("progress", due + timedelta(hours=1))
    assert an_hour.clocks()["progress"] == due + timedelta(days=92)
    late = due + timedelta(days=100)
    assert s.running().rings("progress", late).clocks()["progress"] == late + timedelta(days=92)


def test_the_end_of_building_begins_the_assessment() -> None:
    told = s.progressed().when_rings("build_end").then(f.AssessmentBegun, reason=None)
    told.then_state("ASSESSING")
    early = s.running().when(c.BeginAssessment(reason="提前建成"), AUTHORITY)
    early.then(f.AssessmentBegun, reason="提前建成")


def test_a_community_is_assessed_goal_by_goal_with_the_facts() -> None:
    told = s.assessing().when(c.AssessCommunity(community=SHIPAI_PLACE), HOUSING_COORDINATOR)
    fact = told.then(f.CommunityAssessed, goals_met=3).last(f.CommunityAssessed)
    assert [one.met for one in fact.verdicts] == [True, True, True]
    functions = fact.verdicts[0]
    assert (functions.value.numerator, functions.value.denominator) == (4, 5)
    assert functions.rests_on == (0, 1, 2, 3)


def test_goals_are_missed_by_one_and_by_a_fraction() -> None:
    """89 of 99 residents are 89.9 %: no rounding helps it to 90."""
    told = s.assessing().does(c.AssessCommunity(community=WUSHAN_PLACE), HOUSING_COORDINATOR)
    fact = told.last(f.CommunityAssessed)
    assert ([one.met for one in fact.verdicts], fact.goals_met) == ([False, False, False], 0)


def test_a_goal_that_rests_on_nothing_is_not_met() -> None:
    bare = s.assessing().under(rules_with())
    fact = bare.does(c.AssessCommunity(community=SHIPAI_PLACE), HOUSING_COORDINATOR).last(
        f.CommunityAssessed
    )
    assert not any(one.met for one in fact.verdicts)


def test_only_pilots_are_assessed_once_by_the_lead() -> None:
    assess = c.AssessCommunity(community=SHIPAI_PLACE)
    s.half_assessed().when(assess, HOUSING_COORDINATOR).then_refused("assessed-once")
    other = c.AssessCommunity(community=s.SHIPAI_SECOND)
    s.assessing().when(other, HOUSING_COORDINATOR).then_refused("pilot-known")
    s.assessing().when(assess, CIVIL_COORDINATOR).then_refused("named-unit-only")
    s.assessed().when(assess, HOUSING_COORDINATOR).then_refused("pilot-left-to-assess")
    s.assessed().when(other, HOUSING_COORDINATOR).then_refused("pilot-left-to-assess")


def test_nothing_is_extended_or_ended_before_every_pilot_is_assessed() -> None:
    s.half_assessed().when(s.EXTENSION, AUTHORITY).then_refused("all-assessed")
    s.half_assessed().when(s.END, AUTHORITY).then_refused("all-assessed")


def test_the_next_wave_is_made_of_districts_or_cities() -> None:
    street = c.ExtendProgramme(divisions=("440103", "440111005"), reason="推广")
    s.assessed().when(street, AUTHORITY).then_refused("next-wave")


def test_a_programme_is_extended_to_other_divisions_once_each() -> None:
    told = s.assessed().when(s.EXTENSION, AUTHORITY)
    told.then(f.ProgrammeExtended, divisions=("440103", "440111")).then_state("EXTENDED")
    twice = c.ExtendProgramme(divisions=("440103", "440103"), reason="推广")
    s.assessed().when(twice, AUTHORITY).then_refused("codes-once")


@pytest.mark.parametrize("state", ["DRAFT", "CALLING", "SELECTING", "RUNNING"])
def test_a_programme_is_ended_with_its_reason(state: str) -> None:
    told = s.EVERY_STATE[state]().when(s.END, SECOND_AUTHORITY)
    told.then(f.ProgrammeEnded, state_before=f.ProgrammeState(state)).then_state("ENDED")


def test_the_assessment_has_a_limit() -> None:
    s.assessing().when_rings("assessment").then(f.ProgrammeLimitMissed).then_clocks()
    assert "assessment" in s.half_assessed().clocks()
    s.assessed().then_clocks()  # all is assessed: nothing is late any more


def test_a_provisional_limit_is_counted_again() -> None:
    """Thirty working days from December end in a year that is not published yet."""
    story = s.assessing()
    assert story.state.assess_by.provisional
    known = story.under(rules_with(years=(YEAR_2026, YEAR_2027)))
    told = known.when(RecomputeDeadlines(), SYSTEM)
    fact = told.then(f.ProgrammeDeadlineRecalculated, clock="assessment").last(
        f.ProgrammeDeadlineRecalculated
    )
    assert not fact.due.provisional
    assert told.go_on().clocks()["assessment"] == fact.due.due


def test_whoever_decides_has_the_place_in_their_division() -> None:
    """A street's own organisation office decides nothing of the district."""
    small = UNITS[ORGANIZATION].model_copy(update={"division": "440106005"})
    rules = rules_with(town=Town(counted=s.COUNTED))
    narrow = replace(rules, units={**UNITS, ORGANIZATION: small})
    s.draft().under(narrow).when(c.OpenCall(), AUTHORITY).then_refused("programme-authority")
    chief = acting("Shi of Shipai", Role.PARTY_AUTHORITY, SHIPAI)
    by_street = s.also(s.IN_TOWN, chief)
    s.draft().under(by_street).when(c.OpenCall(), chief).then_refused("programme-authority")


def test_a_figure_that_was_not_counted_then_is_nothing_of_nothing() -> None:
    value = s.REACHED.frozen.value(CommunityFigure.TASKS_CLOSED)
    assert (value.numerator, value.denominator) == (0, 0)
