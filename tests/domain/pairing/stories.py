"""How a pairing usually goes, as commands played through the decider, one step a function.

The centre of Shipai pairs with civil affairs, health and the street office. Drafted and proposed
on Monday 11 May; everyone answers, claims and signs within minutes; approved the same day. The
term is 1 June 2026 to 31 May 2028.
"""

from dataclasses import replace
from functools import cache

from domain.envelope import SYSTEM, By
from domain.figures import ReviewFigures
from domain.pairing.case import PAIRING
from domain.pairing.commands import (
    AcceptProposal,
    ApprovePairing,
    AttachList,
    ChangeLead,
    ClaimProject,
    CounterPropose,
    DraftPairing,
    GiveScore,
    ListItem,
    ListKind,
    OpenReview,
    ProposePairing,
    RequestExit,
    ScoreReview,
    SignAgreement,
    SubmitForApproval,
    Successor,
    SuspendPairing,
)
from domain.rules import NeighbourTask, Rules
from tests.domain.harness import Story, given
from tests.domain.world import (
    AUTHORITY,
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    DISPATCHER,
    HEALTH,
    HEALTH_COORDINATOR,
    HOUSING,
    SHIPAI,
    SHIPAI_CENTER,
    SHIPAI_PLACE,
    Town,
    on,
    rules_with,
    task_id,
    uuid_of,
)

PAIRING_ID = f"pairing/{uuid_of('Shipai helps its elders')}"
TERM_START, TERM_END = on(6, 1, "00:00"), on(6, 1, "00:00", 2028)
PARTIES = (SHIPAI_CENTER, CIVIL_AFFAIRS, HEALTH, SHIPAI)
SPEAKERS = {
    SHIPAI_CENTER: CENTER_COORDINATOR,
    CIVIL_AFFAIRS: CIVIL_COORDINATOR,
    HEALTH: HEALTH_COORDINATOR,
    SHIPAI: DISPATCHER,
}
TERMS = ("GOALS", "RESOURCES", "EXIT")

DRAFT = DraftPairing(
    center=SHIPAI_CENTER,
    departments=(CIVIL_AFFAIRS, HEALTH),
    street=SHIPAI,
    categories=("ELDER", "HEALTH"),
    title="石牌街道养老结对",
    term_start=TERM_START,
    term_end=TERM_END,
)
CANTEEN = ListItem(code="N-1", title="社区长者饭堂", category="ELDER", place=SHIPAI_PLACE)
SCREENING = ListItem(code="P-1", title="入户体检", category="HEALTH")
HANDRAILS = ListItem(code="P-2", title="加装扶手", category="ELDER", place=SHIPAI_PLACE)
NEEDS = AttachList(list=ListKind.NEED, unit=SHIPAI_CENTER, items=(CANTEEN,))
PROJECTS = AttachList(list=ListKind.PROJECT, unit=SHIPAI_CENTER, items=(SCREENING, HANDRAILS))
LEAD = ChangeLead(lead=HEALTH, reason="健康项目为主")
SIGN = SignAgreement(terms=TERMS, signature="eyJhbGciOiJTTTIifQ..c2lnbmF0dXJl")

FIGURES = ReviewFigures(
    position=99,
    tasks=10,
    closed=8,
    on_time=7,
    contacted_on_time=9,
    contact_due=10,
    resolved=6,
    resolution_answers=8,
    satisfied=7,
    rated=8,
    grade_sum=32,
)
"""Eight residents gave four on average: 80 out of 100."""

IN_TOWN = rules_with(town=Town(frozen=FIGURES))


@cache
def undrafted() -> Story:
    return replace(given(case=PAIRING, rules=IN_TOWN), stream=PAIRING_ID)


@cache
def draft() -> Story:
    return undrafted().does(DRAFT, CENTER_COORDINATOR)


@cache
def with_lists() -> Story:
    return draft().does(NEEDS, CENTER_COORDINATOR).does(PROJECTS, CENTER_COORDINATOR)


@cache
def proposed() -> Story:
    return with_lists().after(minutes=10).does(ProposePairing(), CENTER_COORDINATOR)


def answers(story: Story, *units: str) -> Story:
    for unit in units:
        story = story.after(minutes=1).does(AcceptProposal(), SPEAKERS[unit])
    return story


@cache
def negotiating() -> Story:
    return answers(proposed(), CIVIL_AFFAIRS, HEALTH, SHIPAI)


@cache
def countered() -> Story:
    """Everyone answered, health with other wishes."""
    story = answers(proposed(), CIVIL_AFFAIRS, SHIPAI)
    return story.after(minutes=1).does(CounterPropose(text="请缩减项目"), HEALTH_COORDINATOR)


@cache
def claimed() -> Story:
    return (
        negotiating()
        .does(ClaimProject(item="P-1", unit=HEALTH), HEALTH_COORDINATOR)
        .does(ClaimProject(item="N-1", unit=CIVIL_AFFAIRS), CIVIL_COORDINATOR)
    )


def signs(story: Story, *units: str) -> Story:
    for unit in units:
        story = story.after(minutes=1).does(SIGN, SPEAKERS[unit])
    return story


@cache
def signed() -> Story:
    return signs(claimed(), *PARTIES)


@cache
def pending() -> Story:
    return signed().does(SubmitForApproval(), SYSTEM)


@cache
def active() -> Story:
    return pending().after(minutes=10).does(ApprovePairing(), AUTHORITY)


@cache
def adjusting() -> Story:
    return active().does(LEAD, CENTER_COORDINATOR)


@cache
def suspended() -> Story:
    return active().does(SuspendPairing(reason="场地装修", until=on(6, 15)), AUTHORITY)


@cache
def fell_due() -> Story:
    return active().rings("review")


@cache
def under_review() -> Story:
    return fell_due().after(minutes=1).does(OpenReview(), SYSTEM)


def scores(
    story: Story, center_and_street: int, departments: int, by: By = CENTER_COORDINATOR
) -> Story:
    give = GiveScore(side="CENTER_AND_STREET", score=center_and_street)
    back = GiveScore(side="DEPARTMENTS", score=departments)
    return story.does(give, by).does(back, CIVIL_COORDINATOR)


def reviewed(story: Story, *marks: int) -> Story:
    """Hold one review after the other until each of *marks* was given by both sides."""
    for mark in marks:
        story = story.rings("review").does(OpenReview(), SYSTEM)
        story = scores(story, mark, mark).does(ScoreReview(), AUTHORITY)
    return story


@cache
def passed() -> Story:
    return reviewed(active(), 90)


@cache
def renewable() -> Story:
    """Shortly before the end, the newest review passed."""
    return reviewed(active(), 90, 90, 90, 90).at(on(5, 1, year=2028))


def task(
    what: str,
    main_unit: str | None = CIVIL_AFFAIRS,
    *,
    is_open: bool = True,
    pairing: str = PAIRING_ID,
) -> NeighbourTask:
    return NeighbourTask(
        stream=task_id(what),
        state="IN_PROGRESS" if is_open else "CLOSED",
        is_open=is_open,
        category="ELDER",
        place=SHIPAI_PLACE,
        matter="general",
        main_unit=main_unit,
        pairing=pairing,
        subjects=(),
    )


RAMP, LIFT = task("the ramp"), task("the lift", HEALTH)
RAMP_TO_HOUSING = Successor(task=RAMP.stream, unit=HOUSING)
LIFT_TO_STREET = Successor(task=LIFT.stream, unit=SHIPAI)


def with_tasks(*tasks: NeighbourTask) -> Rules:
    return rules_with(town=Town(tasks=tasks))


@cache
def leaving() -> Story:
    """Civil affairs leaves; two tasks are open."""
    return (
        active()
        .under(with_tasks(RAMP, LIFT))
        .does(
            RequestExit(reason="机构改革", successors=(RAMP_TO_HOUSING, LIFT_TO_STREET)),
            CIVIL_COORDINATOR,
        )
    )


@cache
def failed_twice() -> Story:
    story = reviewed(active(), 10).under(with_tasks(RAMP, task("the path", None)))
    return reviewed(story, 10)


EVERY_STATE = {
    "DRAFT": draft,
    "PROPOSED": proposed,
    "NEGOTIATING": negotiating,
    "PENDING_APPROVAL": pending,
    "ACTIVE": active,
    "ADJUSTING": adjusting,
    "SUSPENDED": suspended,
    "UNDER_REVIEW": under_review,
    "TERMINATING": leaving,
}
"""Every open state with a story that is in it."""
