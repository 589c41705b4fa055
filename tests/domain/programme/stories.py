"""How a programme usually goes, as commands played through the decider, one step a function.

The housing department of the district drafts on Monday 11 May; the call is open until 1 June. Two
communities of Shipai and one of Wushan apply; four reviewers score them; two are selected, one of
them out of order. Building goes on until the end of November.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from hypothesis import strategies as st
from pydantic import BaseModel

from domain.clocks import RecomputeDeadlines, RingClock
from domain.community_figures import (
    CommunityFigure,
    CommunityFigures,
    CountedCommunity,
    FigureValue,
)
from domain.envelope import SYSTEM, By
from domain.finding.pack import Comparison
from domain.people import Grant, Person
from domain.programme import commands as c
from domain.programme.case import PROGRAMME
from domain.rules import Rules
from tests.domain.harness import Story, given
from tests.domain.laws import Row
from tests.domain.world import (
    AUTHORITY,
    CIVIL_COORDINATOR,
    DISPATCHER,
    EVERYBODY,
    HEALTH_COORDINATOR,
    HOUSING_COORDINATOR,
    LONG_AGO,
    MARKET_COORDINATOR,
    SECOND_AUTHORITY,
    SECOND_DISPATCHER,
    SHIPAI_PLACE,
    WUSHAN_DISPATCHER,
    WUSHAN_PLACE,
    YEAR_2026,
    YEAR_2027,
    Town,
    on,
    rules_with,
    uuid_of,
)

__all__ = ["EVERYBODY"]

KIND = PROGRAMME
PROGRAMME_ID = f"programme/{uuid_of('embedded services in fifteen minutes')}"
DISTRICT = "440106"
SHIPAI_SECOND = "440106005002"
SHIPAI_THIRD = "440106005003"

CRITERIA = (
    c.Criterion(criterion="NEED_URGENCY", weight=50),
    c.Criterion(criterion="SITE_CONDITIONS", weight=30),
    c.Criterion(criterion="LASTING_OPERATION", weight=20),
)
FUNCTIONS = c.Goal(
    figure=CommunityFigure.FUNCTIONS_OPEN,
    measure=c.GoalMeasure.NUMBER,
    comparison=Comparison.AT_LEAST,
    target=4,
)
SATISFIED = c.Goal(
    figure=CommunityFigure.RESIDENTS_SATISFIED,
    measure=c.GoalMeasure.PERCENT,
    comparison=Comparison.AT_LEAST,
    target=90,
)
FEW_OPEN = c.Goal(
    figure=CommunityFigure.FINDINGS_OPEN,
    measure=c.GoalMeasure.NUMBER,
    comparison=Comparison.AT_MOST,
    target=2,
)
DRAFT = c.DraftProgramme(
    title="社区嵌入式服务设施试点",
    level=c.ProgrammeLevel.DISTRICT,
    place=DISTRICT,
    quota=2,
    apply_from=on(5, 11),
    apply_until=on(6, 1),
    build_until=on(11, 30),
    criteria=CRITERIA,
    goals=(FUNCTIONS, SATISFIED, FEW_OPEN),
)
REVISION = c.ReviseProgramme(quota=1, apply_until=on(6, 8), reason="征求意见后压减名额")
PANEL_OF = (CIVIL_COORDINATOR, HEALTH_COORDINATOR, MARKET_COORDINATOR, WUSHAN_DISPATCHER)


def reviewer(by: By) -> c.Reviewer:
    return c.Reviewer(person=str(by.person), unit=str(by.unit))


PANEL = c.NameReviewers(reviewers=tuple(map(reviewer, PANEL_OF)))


def applying(community: str) -> c.ApplyCommunity:
    return c.ApplyCommunity(community=community, statement="空置用房三处，居民议事会已同意")


def withdrawing(community: str) -> c.WithdrawCommunity:
    return c.WithdrawCommunity(community=community, reason="用房已另行安排")


def scoring(community: str, *points: int) -> c.ScoreApplication:
    return c.ScoreApplication(
        community=community,
        scores=tuple(
            c.CriterionScore(criterion=one.criterion, points=mark)
            for one, mark in zip(CRITERIA, points, strict=True)
        ),
    )


OUT_OF_ORDER = "五山为唯一有现成场地可当年开放的社区"
SELECTION = c.SelectCommunities(
    selected=(
        c.Chosen(community=SHIPAI_PLACE),
        c.Chosen(community=WUSHAN_PLACE, reason=OUT_OF_ORDER),
    )
)
"""Wushan ranks third: the second of Shipai is passed over for it."""


def counted(community: str, **figures: tuple[int, int]) -> CountedCommunity:
    """Return what is counted of *community*: numerator and denominator of each figure."""
    values = tuple(
        FigureValue(figure=CommunityFigure(name), numerator=found, denominator=out_of)
        for name, (found, out_of) in figures.items()
    )
    return CountedCommunity(
        frozen=CommunityFigures(community=community, position=99, figures=values),
        facts={one.figure: tuple(range(one.numerator)) for one in values},
    )


REACHED = counted(
    SHIPAI_PLACE, FUNCTIONS_OPEN=(4, 5), RESIDENTS_SATISFIED=(90, 100), FINDINGS_OPEN=(2, 9)
)
MISSED = counted(
    WUSHAN_PLACE, FUNCTIONS_OPEN=(3, 5), RESIDENTS_SATISFIED=(89, 99), FINDINGS_OPEN=(3, 3)
)
COUNTED: Mapping[str, CountedCommunity] = {SHIPAI_PLACE: REACHED, WUSHAN_PLACE: MISSED}
IN_TOWN = rules_with(town=Town(counted=COUNTED))


def also(rules: Rules, *grants: By) -> Rules:
    """Return *rules* in which these people hold these roles beside their own."""
    people = dict(rules.people)
    for by in grants:
        known = people.get(str(by.person), Person(id=str(by.person), name=None))
        grant = Grant(role=by.role, unit=str(by.unit), since=LONG_AGO)
        people[known.id] = known.model_copy(update={"grants": (*known.grants, grant)})
    return replace(rules, people=people, index=None)


@cache
def undrafted() -> Story:
    return replace(given(case=PROGRAMME, rules=IN_TOWN), stream=PROGRAMME_ID)


@cache
def draft() -> Story:
    return undrafted().does(DRAFT, HOUSING_COORDINATOR)


@cache
def calling() -> Story:
    return draft().after(minutes=10).does(c.OpenCall(), AUTHORITY)


@cache
def applied() -> Story:
    return (
        calling()
        .after(days=1)
        .does(applying(SHIPAI_PLACE), DISPATCHER)
        .does(applying(SHIPAI_SECOND), SECOND_DISPATCHER)
        .does(applying(WUSHAN_PLACE), WUSHAN_DISPATCHER)
    )


@cache
def closed() -> Story:
    return applied().rings("applications")


@cache
def selecting() -> Story:
    return closed().after(days=1).does(PANEL, AUTHORITY)


@cache
def scored() -> Story:
    """Shipai's first has 90 points from everybody, its second 80, Wushan 70."""
    story = selecting().after(days=1)
    for by in PANEL_OF[:3]:
        story = story.does(scoring(SHIPAI_PLACE, 90, 90, 90), by)
        story = story.does(scoring(SHIPAI_SECOND, 80, 80, 80), by)
        story = story.does(scoring(WUSHAN_PLACE, 70, 70, 70), by)
    return story


@cache
def selected() -> Story:
    return scored().after(days=1).does(SELECTION, AUTHORITY)


@cache
def running() -> Story:
    return selected().after(days=1).does(c.PublishSelection(), AUTHORITY)


@cache
def progressed() -> Story:
    return running().rings("progress")


@cache
def assessing() -> Story:
    return progressed().rings("build_end")


@cache
def half_assessed() -> Story:
    return assessing().does(c.AssessCommunity(community=SHIPAI_PLACE), HOUSING_COORDINATOR)


@cache
def assessed() -> Story:
    return half_assessed().does(c.AssessCommunity(community=WUSHAN_PLACE), HOUSING_COORDINATOR)


EXTENSION = c.ExtendProgramme(divisions=("440103", "440111"), reason="两个社区的做法可推广")
END = c.EndProgramme(reason="目标未达成，不再推广")


@cache
def extended() -> Story:
    return assessed().does(EXTENSION, SECOND_AUTHORITY)


@cache
def ended() -> Story:
    return assessed().does(END, AUTHORITY)


EVERY_STATE = {
    "DRAFT": draft,
    "CALLING": applied,
    "SELECTING": selecting,
    "RUNNING": running,
    "ASSESSING": assessing,
    "EXTENDED": extended,
    "ENDED": ended,
}
BEGINNINGS = (undrafted, closed, scored, selected, progressed, half_assessed, assessed)
WORLDS = (IN_TOWN, rules_with(town=Town(counted=COUNTED), years=(YEAR_2026, YEAR_2027)))

AUTHORITIES = (AUTHORITY, SECOND_AUTHORITY)
SHIPAI_STREET = (DISPATCHER, SECOND_DISPATCHER)
DEPARTMENTS = (CIVIL_COORDINATOR, HEALTH_COORDINATOR, HOUSING_COORDINATOR)

TABLE: dict[str, Row] = {
    "draft": (undrafted, DRAFT, DEPARTMENTS),
    "revise the draft": (draft, REVISION, (HOUSING_COORDINATOR,)),
    "open the call": (draft, c.OpenCall(), AUTHORITIES),
    "give up a draft": (draft, END, AUTHORITIES),
    "apply": (calling, applying(SHIPAI_PLACE), SHIPAI_STREET),
    "apply for Wushan": (calling, applying(WUSHAN_PLACE), (WUSHAN_DISPATCHER,)),
    "withdraw": (applied, withdrawing(SHIPAI_PLACE), SHIPAI_STREET),
    "withdraw after the call": (scored, withdrawing(WUSHAN_PLACE), (WUSHAN_DISPATCHER,)),
    "name the panel early": (applied, PANEL, AUTHORITIES),
    "name the panel": (closed, PANEL, AUTHORITIES),
    "score": (
        selecting,
        scoring(SHIPAI_PLACE, 90, 80, 70),
        (CIVIL_COORDINATOR, HEALTH_COORDINATOR, WUSHAN_DISPATCHER),
    ),
    "score Wushan": (
        selecting,
        scoring(WUSHAN_PLACE, 90, 80, 70),
        (CIVIL_COORDINATOR, HEALTH_COORDINATOR),
    ),
    "select": (scored, SELECTION, AUTHORITIES),
    "publish": (selected, c.PublishSelection(), AUTHORITIES),
    "begin the assessment": (running, c.BeginAssessment(reason="提前建成"), AUTHORITIES),
    "assess": (assessing, c.AssessCommunity(community=SHIPAI_PLACE), (HOUSING_COORDINATOR,)),
    "assess the other": (
        half_assessed,
        c.AssessCommunity(community=WUSHAN_PLACE),
        (HOUSING_COORDINATOR,),
    ),
    "extend": (assessed, EXTENSION, AUTHORITIES),
    "end": (assessed, END, AUTHORITIES),
    "ring": (
        applied,
        RingClock(name="applications", due=DRAFT.apply_until),
        (SYSTEM,),
    ),
    "recompute": (draft, RecomputeDeadlines(), (SYSTEM,)),
}

COMMUNITIES = (SHIPAI_PLACE, SHIPAI_SECOND, SHIPAI_THIRD, WUSHAN_PLACE)
ALSO_HEARD = tuple(
    (c.AssessCommunity(community=place), by) for place in COMMUNITIES for by in DEPARTMENTS
)
"""Whichever pilots a walk selects, whichever department drafted."""

_places = st.sampled_from([*COMMUNITIES, "440106005", "440103001001"])
_wave = st.sampled_from(["440103", "440111", "440106005"])
_texts = st.sampled_from(["理由", "打 13800138000", "证 44010619900307123X"])
_codes = st.sampled_from([*(one.criterion for one in CRITERIA), "NO-SUCH"])
_instants = st.sampled_from([on(1, 1), on(5, 12), on(6, 1), on(11, 30), on(6, 1, year=2029)])
_points = st.integers(0, 100)
_criteria = st.one_of(
    st.just(CRITERIA),
    st.lists(
        st.builds(c.Criterion, criterion=_codes, weight=st.sampled_from([1, 50, 99])), min_size=1
    ).map(lambda some: tuple(some[:4])),
)
_goals = st.lists(
    st.builds(
        c.Goal,
        figure=st.sampled_from(CommunityFigure),
        measure=st.sampled_from(c.GoalMeasure),
        comparison=st.sampled_from(Comparison),
        target=st.sampled_from([0, 4, 100, 101]),
    ),
    min_size=1,
    max_size=3,
).map(tuple)
_reviewers = st.lists(
    st.builds(
        c.Reviewer,
        person=st.sampled_from([str(by.person) for by in (*PANEL_OF, DISPATCHER, AUTHORITY)]),
        unit=st.sampled_from([str(by.unit) for by in (*PANEL_OF, DISPATCHER, AUTHORITY)]),
    ),
    min_size=1,
    max_size=5,
).map(tuple)
IMAGINED: st.SearchStrategy[BaseModel] = st.one_of(
    st.builds(
        c.DraftProgramme,
        title=_texts,
        level=st.sampled_from(c.ProgrammeLevel),
        place=st.sampled_from([DISTRICT, "440105", "440106005"]),
        quota=st.sampled_from([1, 2, 999]),
        apply_from=_instants,
        apply_until=_instants,
        build_until=_instants,
        criteria=_criteria,
        goals=_goals,
        policy=st.sampled_from([None, "town", "nowhere"]),
    ),
    st.builds(
        c.ReviseProgramme,
        title=st.none() | _texts,
        quota=st.sampled_from([None, 1, 2, 999]),
        apply_from=st.none() | _instants,
        apply_until=st.none() | _instants,
        build_until=st.none() | _instants,
        criteria=st.just(()) | _criteria,
        goals=st.just(()) | _goals,
        reason=_texts,
    ),
    st.builds(c.WithdrawCommunity, community=_places, reason=_texts),
    st.just(c.OpenCall()),
    st.builds(c.ApplyCommunity, community=_places, statement=_texts),
    st.builds(c.NameReviewers, reviewers=_reviewers, reason=st.none() | _texts),
    st.builds(
        c.ScoreApplication,
        community=_places,
        scores=st.one_of(
            st.lists(
                st.builds(c.CriterionScore, criterion=_codes, points=_points),
                min_size=1,
                max_size=4,
            ).map(tuple),
            st.builds(lambda *marks: scoring(SHIPAI_PLACE, *marks).scores, *[_points] * 3),
        ),
        comment=st.none() | _texts,
    ),
    st.builds(
        c.SelectCommunities,
        selected=st.lists(
            st.builds(c.Chosen, community=_places, reason=st.none() | _texts),
            min_size=1,
            max_size=4,
        ).map(tuple),
    ),
    st.just(c.PublishSelection()),
    st.builds(c.BeginAssessment, reason=_texts),
    st.builds(c.AssessCommunity, community=_places, comment=st.none() | _texts),
    st.builds(
        c.ExtendProgramme,
        divisions=st.lists(
            st.sampled_from(["440103", "440111", "440106005"]), min_size=1, max_size=3
        ).map(tuple),
        reason=_texts,
    ),
    st.builds(c.EndProgramme, reason=_texts),
    st.builds(
        RingClock,
        name=st.sampled_from(["draft_review", "selection", "progress", "build_end"]),
        due=_instants,
    ),
    st.just(RecomputeDeadlines()),
)
