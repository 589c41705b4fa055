"""What an admitted provider reports, what ends, how each quarter is rated (ADMITTED, LAPSED)."""

import pytest

from domain.clocks import RecomputeDeadlines
from domain.envelope import SYSTEM
from domain.provider import commands as c
from domain.provider import facts as f
from tests.domain.harness import Story
from tests.domain.provider import stories as s
from tests.domain.world import (
    AGENT,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    HEALTH_COORDINATOR,
    MARKET_COORDINATOR,
    YEAR_2026,
    YEAR_2027,
    on,
    rules_with,
    sealed,
)

# Changes, validities, licences.


def test_a_name_changes_at_once() -> None:
    changed = (
        s.admitted()
        .when(c.ReportChange(name="新名（测试）"), AGENT)
        .then(
            f.ProviderChangeReported, name="新名（测试）", name_before=s.APPLY.name, verify_by=None
        )
    )
    assert changed.state.body.name == "新名（测试）"


def test_a_changed_licence_is_verified_again() -> None:
    changed = s.change_reported()
    assert changed.state.body.licences == (s.BUSINESS, s.FOOD), "not before it is verified"
    assert "verify_change" in changed.clocks()
    changed.when(c.ReportChange(name="又改"), AGENT).then_refused("change-pending")
    changed.when(c.RenewAdmission(valid_until=on(5, 2, year=2028)), CIVIL_COORDINATOR).then_refused(
        "change-pending"
    )
    met = changed.when(s.verdict("LICENCE"), MARKET_COORDINATOR).then(
        f.ProviderChangeVerified, in_effect=True, dropped=False
    )
    assert met.state.body.licences[1].number == "JY-2"
    assert met.clocks()["licence/2"] == on(11, 30, year=2029)
    dropped = changed.when(s.verdict("LICENCE", met=False), MARKET_COORDINATOR).then(
        f.ProviderChangeVerified, in_effect=False, dropped=True
    )
    assert dropped.state.body.licences == (s.BUSINESS, s.FOOD)
    met.when(s.verdict("LICENCE"), MARKET_COORDINATOR).then_refused("change-reported")


def test_wider_categories_are_verified_by_who_leads_them() -> None:
    wider = (
        s.admitted()
        .when(c.ReportChange(categories=("HEALTH",)), AGENT)
        .then(f.ProviderChangeReported, categories=("MEAL", "ELDER", "HEALTH"))
    )
    assert [one.item for one in wider.facts[-1].fact.items] == ["STAFF/HEALTH"]
    wide = wider.does(s.verdict("STAFF/HEALTH"), HEALTH_COORDINATOR)
    assert wide.state.admission.categories == ("MEAL", "ELDER", "HEALTH")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (c.ReportChange(), "change-something"),
        (c.ReportChange(name=s.APPLY.name, categories=("MEAL",)), "change-something"),
        (c.ReportChange(categories=("MOON",)), "code-listed"),
        (
            c.ReportChange(
                licences=(c.Licence(licence="FOOD", number="JY-9", valid_until=on(5, 1)),)
            ),
            "licence-in-force",
        ),
    ],
)
def test_a_change_that_cannot_stand_is_refused(change: c.ReportChange, rule: str) -> None:
    s.admitted().when(change, AGENT).then_refused(rule)


def test_an_admission_is_renewed_to_a_later_day() -> None:
    admitted = s.admitted()
    later = c.RenewAdmission(valid_until=on(5, 2, year=2028))
    admitted.when(later, CIVIL_COORDINATOR).then(
        f.AdmissionRenewed, valid_until_before=s.VALID_UNTIL
    )
    earlier = c.RenewAdmission(valid_until=on(5, 1, year=2027))
    admitted.when(earlier, CIVIL_COORDINATOR).then_refused("validity-in-range")


def test_the_end_of_a_validity_is_told_twice_and_then_it_lapses() -> None:
    first = (
        s.admitted()
        .when_rings("licence/2.notice_1")
        .then(f.ValidityEndAnnounced, days=60, licence="FOOD", licence_number="JY-1")
    )
    second = first.when_rings("licence/2.notice_2").then(f.ValidityEndAnnounced, days=30)
    ended = second.when_rings("licence/2").then(f.LicenceEnded, licence="FOOD")
    assert not [one for one in ended.clocks() if one.startswith("licence")]
    told = ended.when_rings("validity.notice_1").then(f.ValidityEndAnnounced, licence=None)
    told.when_rings("validity").then(f.ProviderLapsed, cause=f.LapseCause.VALIDITY)


def test_with_the_last_licence_the_admission_lapses() -> None:
    only = s.applying(licences=(s.FOOD,))
    story = s.unapplied().does(only, AGENT).does(c.TakeUpApplication(), CIVIL_COORDINATOR)
    for item, by in s.VERDICTS:
        story = story.does(s.verdict(item), by)
    story = story.does(s.ADMIT, CIVIL_COORDINATOR)
    story.when_rings("licence/1").then(f.ProviderLapsed, cause=f.LapseCause.LICENCES)


def test_an_admission_that_is_over_only_lapses() -> None:
    late = s.admitted().at(s.VALID_UNTIL)
    late.when(s.WARN, CIVIL_COORDINATOR).then_refused("validity-over")


# Rating.


def test_a_quarter_is_rated_by_the_clock_from_frozen_figures() -> None:
    rated = (
        s.admitted()
        .under(s.GOOD_QUARTER)
        .when_rings("grading")
        .then(f.PeriodRated, grade="A", grade_before=None, period_end=on(7, 1, "00:00"))
    )
    assert rated.facts[-1].fact.figures.position == 7
    assert rated.clocks()["grading"] == on(10, 1, "00:00")
    again = (
        rated.under(s.BAD_QUARTER)
        .when_rings("grading")
        .then(f.PeriodRated, grade="D", grade_before="A", period_start=on(7, 1, "00:00"))
    )
    assert again.clocks()["grading"] == on(1, 1, "00:00", year=2027)


def test_late_by_a_night_or_more_the_period_is_the_same() -> None:
    late = s.admitted().under(s.GOOD_QUARTER).when_rings("grading", on(7, 2, "03:21"))
    late.then(f.PeriodRated, period_end=on(7, 1, "00:00"), rate_at=on(10, 1, "00:00"))


def test_what_is_on_record_counts_in_its_own_quarter() -> None:
    story = (
        s.admitted()
        .does(c.InspectProvider(passed=True, found="无"), MARKET_COORDINATOR)
        .does(s.HOURS, AGENT)
    )
    judge = c.JudgeComplaint(task=s.SERVED_TASK.stream, upheld=True, reason="属实")
    story = story.does(judge, CIVIL_COORDINATOR)
    rated = story.under(s.GOOD_QUARTER).rings("grading")
    figures = rated.facts[-1].fact.figures
    assert (figures.complaints_upheld, figures.inspections_passed, figures.minutes) == (1, 1, 270)
    assert rated.facts[-1].fact.grade == "B", "one upheld complaint"
    nothing = rated.rings("grading").facts[-1].fact.figures
    assert (nothing.complaints_judged, nothing.inspections, nothing.minutes) == (0, 0, 0)


def test_nothing_to_go_by_is_no_grade() -> None:
    s.admitted().when_rings("grading").then(f.PeriodRated, grade=None)


# Clocks that are counted again, and who speaks.


def test_provisional_limits_are_counted_again() -> None:
    story = Story(s.KIND, rules=s.SERVING, stream=s.STREAM).at(on(12, 30))
    food = s.FOOD.model_copy(update={"valid_until": on(11, 30, year=2028)})
    story = story.does(s.applying(licences=(food,)), AGENT)
    known = story.under(rules_with(town=s.TOWN, years=(YEAR_2026, YEAR_2027)))
    known.when(RecomputeDeadlines(), SYSTEM).then(f.ProviderDeadlineRecalculated, clock="look_at")
    s.applied().when(RecomputeDeadlines(), SYSTEM).then_nothing()


def test_a_stranger_with_a_link_speaks_for_nobody() -> None:
    s.admitted().when(s.HOURS, s.SUCCESSOR_AGENT).then_refused("agent-only")
    s.warned().when(c.SubmitRectification(text=sealed("x")), s.SUCCESSOR_AGENT).then_refused(
        "agent-only"
    )
    s.verifying().when(s.verdict("LICENCE"), CIVIL_STAFF).then_refused("named-unit-only")
