"""The provider of these stories: a meals firm in Shipai, and everything that may happen to it.

Its credit code is made up (its organisation part says so) and ends in its right check character.
"""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from pydantic import BaseModel

from domain.clocks import RecomputeDeadlines, RingClock
from domain.envelope import SYSTEM, By
from domain.people import Channel, Known, Role
from domain.provider import commands as c
from domain.provider.case import PROVIDER as KIND
from domain.provider.figures import ServiceFigures
from domain.provider.identity import check_character, provider_stream
from domain.rules import NeighbourFacility, NeighbourProvider, NeighbourTask, Rules
from tests.domain import world
from tests.domain.harness import Story
from tests.domain.laws import Row
from tests.domain.world import (
    ADJUDICATOR,
    AGENT,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    CIVIL_STAFF_2,
    COMMUNITY_WORKER,
    DISPATCHER,
    HEALTH_COORDINATOR,
    HOUSING_COORDINATOR,
    HOUSING_STAFF,
    MARKET_COORDINATOR,
    SECOND_DISPATCHER,
    SHIPAI,
    SHIPAI_PLACE,
    STAFF_WHO_SIGNS,
    STREET_COORDINATOR,
    SUPERVISOR,
    WUSHAN_PLACE,
    YEAR_2026,
    YEAR_2027,
    Town,
    on,
    rules_with,
    sealed,
    task_id,
    uuid_of,
)


def code_of(organisation: str) -> str:
    """Return a credit code of a firm in Tianhe with this organisation part, rightly checked."""
    bare = f"91440106{organisation}"
    return f"{bare}{check_character(bare)}"


CODE = code_of("MADEUP001")
HEAD_CODE = code_of("MADEUP009")
STREAM = provider_stream(CODE)
AREA = "440106005"

SECOND_CIVIL = STAFF_WHO_SIGNS[1]
"""Another coordinator of civil affairs: whoever warned does not confirm."""
SUCCESSOR_AGENT = By(
    role=Role.PROVIDER,
    person=f"subject/{uuid_of('an agent of the successor')}",
    channel=Channel.LINK,
    known=Known.LINK,
    session="01995f3a-0000-7000-8000-00000000a6e8",
)
EVERYBODY = (
    *world.EVERYBODY,
    SUCCESSOR_AGENT,
    SECOND_CIVIL,
    CIVIL_STAFF_2,
    MARKET_COORDINATOR,
    HOUSING_STAFF,
)
LEADS = (CIVIL_COORDINATOR, SECOND_CIVIL)
OFFICES = (*LEADS, HEALTH_COORDINATOR, HOUSING_COORDINATOR, MARKET_COORDINATOR, STREET_COORDINATOR)

# The town beside it: a task and a facility it serves, and who could take them over.

SERVED_TASK = NeighbourTask(
    task_id("a meal"),
    "IN_PROGRESS",
    True,
    "MEAL",
    SHIPAI_PLACE,
    "M-1",
    CIVIL_AFFAIRS,
    None,
    (),
    provider=STREAM,
)
KITCHEN = NeighbourFacility(
    f"facility/{uuid_of('the kitchen')}",
    "OPEN",
    True,
    "COMPLEX",
    SHIPAI_PLACE,
    CIVIL_AFFAIRS,
    SHIPAI,
    f"site/{uuid_of('a site')}",
    ("MEAL", "ELDER"),
    (),
    (("MEAL", STREAM), ("ELDER", SHIPAI)),
)
SUCCESSOR = NeighbourProvider(
    provider_stream(code_of("MADEUP002")),
    "ADMITTED",
    True,
    "ENTERPRISE",
    ("MEAL", "ELDER"),
    (AREA,),
    (str(SUCCESSOR_AGENT.person),),
    name="另一家助餐公司",
    may_begin=True,
    valid_until=on(1, 1, year=2029),
    lead=CIVIL_AFFAIRS,
)
ELSEWHERE = replace(SUCCESSOR, stream=provider_stream(code_of("MADEUP003")), areas=("440106006",))
TOWN = Town(tasks=(SERVED_TASK,), others=(KITCHEN, SUCCESSOR, ELSEWHERE))
PLAN = (
    c.Succession(case=SERVED_TASK.stream, successor=SUCCESSOR.stream),
    c.Succession(case=KITCHEN.stream, function="MEAL", successor=SUCCESSOR.stream),
)
SERVING = rules_with(town=TOWN)
IDLE = rules_with(town=Town(others=(SUCCESSOR, ELSEWHERE)))


def graded(**figures: int) -> Rules:
    """Return the town's rules where the tasks of a quarter come to these *figures*."""
    return rules_with(town=replace(TOWN, served=ServiceFigures(position=7, **figures)))


BAD_QUARTER = graded(tasks=10, on_time=1, rated=10, satisfied=1)
GOOD_QUARTER = graded(tasks=10, on_time=10, rated=10, satisfied=9)

# What is said.

BUSINESS = c.Licence(licence="BUSINESS", number="GS-1", valid_until=None)
FOOD = c.Licence(licence="FOOD", number="JY-1", valid_until=on(11, 30))
PRICES = (c.Price(item="午餐", per="份", cents=1500),)


def applying(**changed: Any) -> c.ApplyForAdmission:
    """Return the application, with some fields changed."""
    told: dict[str, Any] = {
        "name": "好饭助餐公司（测试）",
        "provider_kind": c.ProviderKind.ENTERPRISE,
        "credit_code": CODE,
        "categories": ("MEAL", "ELDER"),
        "areas": (AREA,),
        "prices": PRICES,
        "licences": (BUSINESS, FOOD),
        "contact": sealed("the owner"),
    }
    return c.ApplyForAdmission(**(told | changed))


APPLY = applying()
VALID_UNTIL = on(5, 1, year=2028)
ADMIT = c.AdmitProvider(categories=("MEAL", "ELDER"), areas=(AREA,), valid_until=VALID_UNTIL)
WARN = c.WarnProvider(ground="INSPECTION_FAILED", reason="留样不全")
SUBMIT = c.SubmitRectification(text=sealed("we did"))
APPEAL = c.AppealMeasure(text=sealed("we object"))
AT_ONCE = c.SuspendProvider(ground="SAFETY", until=on(8, 1))
ORDER = c.OrderExit(ground="ACCIDENT", reason="发生安全责任事故", plan=PLAN)
VERDICTS: tuple[tuple[str, By], ...] = (
    ("LICENCE", MARKET_COORDINATOR),
    ("SAFETY", HOUSING_COORDINATOR),
    ("STAFF/MEAL", CIVIL_STAFF),
    ("STAFF/ELDER", CIVIL_STAFF),
)


def verdict(item: str, met: bool = True) -> c.VerifyItem:
    """Return what a department says of *item*."""
    return c.VerifyItem(item=item, met=met, evidence="现场核验记录")


# The stories, each from the one before.


def unapplied() -> Story:
    return Story(KIND, rules=SERVING, stream=STREAM)


def applied(by: By = AGENT) -> Story:
    return unapplied().does(APPLY, by)


def applied_by_the_street() -> Story:
    return applied(DISPATCHER)


def correction_asked() -> Story:
    ask = c.AskCorrection(lacking="缺食品经营许可证副本")
    return applied().does(ask, CIVIL_COORDINATOR)


def correction_missed() -> Story:
    return correction_asked().rings("correct")


def verifying() -> Story:
    return applied().does(c.TakeUpApplication(), CIVIL_COORDINATOR)


def verified() -> Story:
    story = verifying()
    for item, by in VERDICTS:
        story = story.does(verdict(item), by)
    return story


def admitted() -> Story:
    return verified().does(ADMIT, CIVIL_COORDINATOR)


def change_reported() -> Story:
    food = FOOD.model_copy(update={"number": "JY-2", "valid_until": on(11, 30, year=2029)})
    return admitted().does(c.ReportChange(licences=(BUSINESS, food)), AGENT)


def warned() -> Story:
    return admitted().does(WARN, CIVIL_COORDINATOR)


def warned_by_the_market() -> Story:
    return admitted().does(WARN, MARKET_COORDINATOR)


def rectifying() -> Story:
    return warned().does(SUBMIT, AGENT)


def warning_appealed() -> Story:
    return warned().does(APPEAL, AGENT)


def suspended() -> Story:
    return admitted().does(AT_ONCE, CIVIL_COORDINATOR)


def suspended_while_warned() -> Story:
    return warned().does(AT_ONCE, CIVIL_COORDINATOR)


def order_given() -> Story:
    return admitted().does(ORDER, CIVIL_COORDINATOR)


def ordered() -> Story:
    return order_given().does(c.CountersignExit(), SUPERVISOR)


def order_appealed() -> Story:
    return ordered().does(APPEAL, AGENT)


def exiting() -> Story:
    return admitted().does(c.RequestProviderExit(plan=PLAN), AGENT)


ACCEPT_TASK = c.AcceptService(served=SERVED_TASK.stream)
ACCEPT_MEALS = c.AcceptService(served=KITCHEN.stream, function="MEAL")


def _handed_over(story: Story) -> Story:
    story = story.does(ACCEPT_TASK, SUCCESSOR_AGENT).does(ACCEPT_MEALS, SUCCESSOR_AGENT)
    return story.under(IDLE)


def handed_over() -> Story:
    return _handed_over(exiting())


def ordered_and_handed_over() -> Story:
    return _handed_over(ordered())


def exited() -> Story:
    return handed_over().does(c.CompleteProviderExit(), SYSTEM)


def barred() -> Story:
    return ordered_and_handed_over().does(c.CompleteProviderExit(), SYSTEM)


def refused() -> Story:
    return verified().does(
        c.RefuseProvider(ground="ITEM_NOT_MET", reason="证照不符"), CIVIL_COORDINATOR
    )


def lapsed() -> Story:
    story = admitted()
    return story.at(VALID_UNTIL).rings("validity", VALID_UNTIL)


def rated_twice() -> Story:
    story = admitted().under(BAD_QUARTER)
    return story.rings("grading").rings("grading").under(SERVING)


EVERY_STATE = {
    "APPLIED": applied,
    "VERIFYING": verifying,
    "ADMITTED": admitted,
    "WARNED": warned,
    "RECTIFYING": rectifying,
    "SUSPENDED": suspended,
    "EXITING": exiting,
    "EXITED": barred,
    "REFUSED": refused,
    "LAPSED": lapsed,
}
BEGINNINGS = (
    correction_missed,
    verified,
    change_reported,
    warning_appealed,
    suspended_while_warned,
    order_given,
    order_appealed,
    handed_over,
    exited,
    rated_twice,
)
WORLDS = (
    SERVING,
    IDLE,
    BAD_QUARTER,
    GOOD_QUARTER,
    rules_with(town=TOWN, years=(YEAR_2026, YEAR_2027)),
)

HOURS = c.RecordServiceHours(
    category="MEAL", place=SHIPAI_PLACE, people=3, minutes=90, served_at=on(5, 11)
)
ANOTHER = c.NameAgent(agent=str(SUCCESSOR_AGENT.person))


def _ring(story: Story, name: str) -> tuple[Story, RingClock]:
    due = story.clock(name).due
    return story.at(due), RingClock(name=name, due=due)


TABLE: dict[str, Row] = {
    "apply": (unapplied, APPLY, (AGENT, SUCCESSOR_AGENT, *OFFICES, DISPATCHER, SECOND_DISPATCHER)),
    "apply again": (refused, APPLY, (AGENT, *OFFICES, DISPATCHER, SECOND_DISPATCHER)),
    "name an agent": (verifying, ANOTHER, LEADS),
    "name an agent of an application": (applied, ANOTHER, LEADS),
    "name an agent for the street": (
        applied_by_the_street,
        ANOTHER,
        (DISPATCHER, SECOND_DISPATCHER, STREET_COORDINATOR),
    ),
    "ask to correct": (applied, c.AskCorrection(lacking="缺副本"), LEADS),
    "correct": (correction_asked, c.CorrectApplication(prices=PRICES), (AGENT,)),
    "take up": (applied, c.TakeUpApplication(), LEADS),
    "verify for the market": (verifying, verdict("LICENCE"), (MARKET_COORDINATOR,)),
    "verify for safety": (verifying, verdict("SAFETY"), (HOUSING_COORDINATOR, HOUSING_STAFF)),
    "verify for the category": (
        verifying,
        verdict("STAFF/MEAL"),
        (*LEADS, CIVIL_STAFF, CIVIL_STAFF_2),
    ),
    "verify a change": (change_reported, verdict("LICENCE"), (MARKET_COORDINATOR,)),
    "admit": (verified, ADMIT, LEADS),
    "refuse": (verified, c.RefuseProvider(ground="ITEM_NOT_MET", reason="无"), LEADS),
    "refuse what was not corrected": (
        correction_missed,
        c.RefuseProvider(ground="NOT_CORRECTED", reason="无"),
        LEADS,
    ),
    "report a change": (admitted, c.ReportChange(name="好饭助餐（测试）"), (AGENT, *LEADS)),
    "renew": (admitted, c.RenewAdmission(valid_until=on(5, 2, year=2028)), LEADS),
    "inspect": (
        admitted,
        c.InspectProvider(passed=False, found="留样不全"),
        (*LEADS, CIVIL_STAFF, CIVIL_STAFF_2, MARKET_COORDINATOR),
    ),
    "judge a complaint": (
        admitted,
        c.JudgeComplaint(task=SERVED_TASK.stream, upheld=True, reason="属实"),
        (*LEADS, MARKET_COORDINATOR),
    ),
    "record hours": (
        admitted,
        HOURS,
        (AGENT, COMMUNITY_WORKER, DISPATCHER, SECOND_DISPATCHER),
    ),
    "warn": (admitted, WARN, (*LEADS, MARKET_COORDINATOR)),
    "submit": (warned, SUBMIT, (AGENT,)),
    "confirm": (rectifying, c.ConfirmRectification(evidence="复查合格"), (SECOND_CIVIL,)),
    "refuse rectification": (
        rectifying,
        c.RefuseRectification(reason="仍不全"),
        (SECOND_CIVIL,),
    ),
    "suspend": (admitted, AT_ONCE, LEADS),
    "give reasons": (suspended, c.GiveSuspensionReasons(reason="燃气泄漏"), LEADS),
    "restore": (suspended, c.RestoreProvider(reason="隐患消除"), LEADS),
    "request exit": (admitted, c.RequestProviderExit(plan=PLAN), (AGENT,)),
    "order exit": (admitted, ORDER, LEADS),
    "countersign": (order_given, c.CountersignExit(), (SUPERVISOR,)),
    "drop the order": (order_given, c.DropExitOrder(reason="证据不足"), (SUPERVISOR,)),
    "revise the plan": (exiting, c.ReviseExitPlan(plan=PLAN, reason="接续机构调整"), LEADS),
    "accept": (exiting, ACCEPT_TASK, (SUCCESSOR_AGENT, *LEADS)),
    "complete": (handed_over, c.CompleteProviderExit(), (SYSTEM, *LEADS)),
    "appeal the warning": (warned, APPEAL, (AGENT,)),
    "appeal the order": (ordered, APPEAL, (AGENT,)),
    "uphold": (warning_appealed, c.UpholdMeasure(reason="事实清楚"), (ADJUDICATOR,)),
    "lift": (order_appealed, c.LiftMeasure(reason="事实不清"), (ADJUDICATOR,)),
    "ring": (
        lambda: admitted().at(on(7, 1, "00:00")),
        RingClock(name="grading", due=on(7, 1, "00:00")),
        (SYSTEM,),
    ),
    "recompute": (applied, RecomputeDeadlines(), (SYSTEM,)),
}

ALSO_HEARD = tuple((applying(licences=(BUSINESS,)), by) for by in (AGENT, *OFFICES))
"""An application whose licence has no end: whoever was refused may apply again, however late."""

# What nobody in their senses would say.

texts = st.sampled_from(["理由", "打 13800138000", "证 44010619900307123X"])
categories = st.lists(
    st.sampled_from(["MEAL", "ELDER", "HEALTH", "OTHER", "MOON"]), min_size=1, max_size=3
).map(tuple)
areas = st.lists(
    st.sampled_from([AREA, "440106", "440106006", "330100"]), min_size=1, max_size=2
).map(tuple)
instants = st.sampled_from([on(1, 1), on(5, 12), on(8, 1), VALID_UNTIL, on(6, 1, year=2035)])
licences = st.lists(
    st.builds(
        c.Licence,
        licence=st.sampled_from(["BUSINESS", "FOOD", "MOON"]),
        number=st.sampled_from(["GS-1", "JY-1"]),
        valid_until=st.none() | instants,
    ),
    max_size=3,
).map(tuple)
plans = st.lists(
    st.builds(
        c.Succession,
        case=st.sampled_from([SERVED_TASK.stream, KITCHEN.stream, task_id("nowhere")]),
        function=st.sampled_from([None, "MEAL", "ELDER"]),
        successor=st.sampled_from([SUCCESSOR.stream, ELSEWHERE.stream, STREAM]),
    ),
    max_size=3,
).map(tuple)
items = st.sampled_from(["LICENCE", "SAFETY", "STAFF", "STAFF/MEAL", "STAFF/ELDER", "MOON"])
codes = st.sampled_from([None, CODE, HEAD_CODE, CODE[:-1] + "0", "91440106MADEUPO01X"])

IMAGINED: st.SearchStrategy[BaseModel] = st.one_of(
    st.builds(
        c.ApplyForAdmission,
        name=texts,
        provider_kind=st.sampled_from(c.ProviderKind),
        credit_code=codes,
        team_number=st.sampled_from([None, "TH-0001"]),
        head_code=codes,
        categories=categories,
        areas=areas,
        licences=licences,
        policy=st.sampled_from([None, "town", "nowhere"]),
    ),
    st.builds(c.CorrectApplication, licences=licences),
    st.builds(c.VerifyItem, item=items, met=st.booleans(), evidence=texts),
    st.builds(c.AdmitProvider, categories=categories, areas=areas, valid_until=instants),
    st.builds(c.RefuseProvider, ground=st.sampled_from(["ITEM_NOT_MET", "MOON"]), reason=texts),
    st.builds(
        c.ReportChange,
        name=st.none() | texts,
        licences=st.none() | licences,
        categories=categories,
    ),
    st.builds(c.RenewAdmission, valid_until=instants),
    st.builds(
        c.JudgeComplaint,
        task=st.sampled_from([SERVED_TASK.stream, task_id("nowhere")]),
        upheld=st.booleans(),
        reason=texts,
    ),
    st.builds(
        c.RecordServiceHours,
        category=st.sampled_from(["MEAL", "MOON"]),
        place=st.sampled_from([SHIPAI_PLACE, WUSHAN_PLACE]),
        people=st.just(1),
        minutes=st.just(60),
        served_at=instants,
        task=st.sampled_from([None, SERVED_TASK.stream, task_id("nowhere")]),
    ),
    st.builds(
        c.SuspendProvider,
        ground=st.sampled_from(["SAFETY", "INVESTIGATION", "MOON"]),
        until=instants,
        reason=st.none() | texts,
    ),
    st.builds(c.RequestProviderExit, plan=plans),
    st.builds(
        c.OrderExit,
        ground=st.sampled_from(["ACCIDENT", "BELOW_FLOOR", "COMPLAINTS", "LICENCE_ENDED"]),
        reason=texts,
        plan=plans,
    ),
    st.builds(c.ReviseExitPlan, plan=plans, reason=texts),
    st.builds(
        RingClock,
        name=st.sampled_from(["grading", "validity", "licence/2", "licence/9", "rectify"]),
        due=instants,
    ),
)
