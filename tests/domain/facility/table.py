"""A facility's table for the laws of every kind: rows, states, wild commands, who may say what."""

from hypothesis import strategies as st
from pydantic import BaseModel

from domain.clocks import RecomputeDeadlines, RingClock
from domain.envelope import SYSTEM
from domain.facility import commands as c
from domain.facility.case import FACILITY as KIND
from domain.linking import LinkFinding
from tests.domain.facility import stories as s
from tests.domain.facility.stories import EVERY_STATE
from tests.domain.harness import Story
from tests.domain.laws import Row
from tests.domain.world import (
    AGENT,
    AUTHORITY,
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    DISPATCHER,
    EVERYBODY,
    HOUSING_COORDINATOR,
    SECOND_AUTHORITY,
    SECOND_DISPATCHER,
    SHIPAI_CENTER,
    SHIPAI_PLACE,
    WUSHAN_PLACE,
    YEAR_2026,
    YEAR_2027,
    on,
    rules_with,
)

__all__ = [
    "ALSO_HEARD",
    "BEGINNINGS",
    "EVERYBODY",
    "EVERY_STATE",
    "IMAGINED",
    "KIND",
    "TABLE",
    "WORLDS",
]

STREET = (DISPATCHER, SECOND_DISPATCHER)
AUTHORITIES = (AUTHORITY, SECOND_AUTHORITY)
DECIDING = (*AUTHORITIES, HOUSING_COORDINATOR)
LEAD = (CIVIL_COORDINATOR, CIVIL_STAFF)
MORE = c.ReviseBudget(budget=s.budget(DISTRICT=400_000_00), reason="追加")


def _run_by_the_centre() -> Story:
    return s.entrusted(s.ready(), s.CARE, s.CENTER_ITSELF)


def _canteen_to_find() -> Story:
    return s.entrusted(s.ready(), s.CARE)


TABLE: dict[str, Row] = {
    "propose": (s.unproposed, s.PROPOSE, (*STREET, CIVIL_COORDINATOR)),
    "approve": (s.proposed, c.ApproveFacility(document="穗天发改〔2026〕12号"), DECIDING),
    "change the site": (s.proposed, s.MOVE, (CIVIL_COORDINATOR, *STREET)),
    "change the site of what is approved": (s.approved, s.MOVE, (CIVIL_COORDINATOR, *STREET)),
    "drop": (s.proposed, c.DropFacility(reason="资金未落实"), DECIDING),
    "drop while building": (s.building, c.DropFacility(reason="规划调整"), DECIDING),
    "link a finding": (s.approved, LinkFinding(finding=s.LATER_FINDING_ID), (SYSTEM,)),
    "revise the budget": (s.building, MORE, DECIDING),
    "spend": (s.building, s.SPEND, LEAD),
    "take spending back": (
        s.spent,
        c.ReverseSpending(voucher="P-2026-001", reason="重复登记"),
        LEAD,
    ),
    "first milestone": (s.approved_since_a_day, s.DESIGN, LEAD),
    "next milestone": (s.works_due, s.WORKS, LEAD),
    "report completed": (s.all_reached, c.ReportCompleted(evidence="竣工报告"), LEAD),
    "first key": (s.accepting, s.ACCEPT, (CIVIL_COORDINATOR, *STREET)),
    "second key": (s.one_key, s.ACCEPT, STREET),
    "refuse acceptance": (
        s.one_key,
        c.RefuseAcceptance(items=("FIRE",), reason="疏散通道过窄"),
        (CIVIL_COORDINATOR, *STREET),
    ),
    "entrust": (_canteen_to_find, c.EntrustOperator(operator=s.CANTEEN), STREET),
    "change the operator": (
        s.opened,
        c.ChangeOperator(operator=s.CENTER_ITSELF, hand_over="当面移交", reason="协商一致"),
        STREET,
    ),
    "take over": (s.opened, s.TAKE_OVER, (SYSTEM,)),
    "hand in the opening": (s.with_operators, s.OPENING, (AGENT,)),
    "hand in the opening, run by the centre": (
        _run_by_the_centre,
        s.OPENING,
        (AGENT, CENTER_COORDINATOR),
    ),
    "hand in the opening before anybody runs it": (s.ready, s.OPENING, STREET),
    "open": (s.submitted, c.OpenFacility(), STREET),
    "report use": (s.opened, s.use(), (AGENT,)),
    "suspend": (
        s.opened,
        c.SuspendFacility(ground="SAFETY", reason="消防通道被占用"),
        (CIVIL_COORDINATOR, *STREET),
    ),
    "resume": (s.inspected, s.RESUME, (CIVIL_COORDINATOR, *STREET)),
    "close": (s.opened, s.CLOSE, AUTHORITIES),
    "close what is suspended": (s.suspended, s.CLOSE, AUTHORITIES),
    "ring": (s.proposed, RingClock(name="facility_decision", due=on(6, 8)), (SYSTEM,)),
    "recompute": (s.proposed, RecomputeDeadlines(), (SYSTEM,)),
}

WORLDS = (
    s.FREE,
    s.HELD,
    s.among(),
    rules_with(years=(YEAR_2026, YEAR_2027)),
)
BEGINNINGS = (s.unproposed, s.spent, s.one_key, s.with_operators, s.submitted, s.used)
ALSO_HEARD = ((s.use("2026-07"), AGENT), (s.RESUME, SECOND_DISPATCHER))

texts = st.sampled_from(["理由", "房屋征收", "打 13800138000", "证 44010619900307123X"])
codes = st.sampled_from(["ELDER", "MEAL", "HEALTH", "PROPERTY", "MOON"])
functions = st.lists(codes, min_size=1, max_size=4).map(tuple)
instants = st.sampled_from([on(1, 1), on(5, 12), on(5, 18), on(6, 11), on(6, 1, year=2035)])
sums = st.integers(1, 10**9)
sources = st.sampled_from(["DISTRICT", "BOND", "SOCIAL", "MOON"])
budgets = st.lists(st.builds(c.BudgetLine, source=sources, cents=sums), min_size=1, max_size=3).map(
    tuple
)
providers = st.sampled_from([s.CARE_ID, s.CHAIN_ID, s.EXPIRED_ID])
operators = st.builds(
    c.Operator,
    functions=functions,
    mode=st.sampled_from(c.OperationMode),
    provider=st.none() | providers,
    unit=st.sampled_from([None, SHIPAI_CENTER, "NO-SUCH"]),
    term_end=instants,
)
checks = st.lists(
    st.builds(
        c.Checked, item=st.sampled_from(["AREA", "FIRE", "MOON"]), met=st.booleans(), note=st.none()
    ),
    min_size=1,
    max_size=3,
).map(tuple)
IMAGINED: st.SearchStrategy[BaseModel] = st.one_of(
    st.builds(
        c.ProposeFacility,
        title=texts,
        place=st.sampled_from([SHIPAI_PLACE, WUSHAN_PLACE, "440106"]),
        facility_kind=st.sampled_from(c.FacilityKind),
        functions=functions,
        floor_area=st.integers(500, 1000),
        site=st.just(s.SITE_ID),
        lead=st.sampled_from([CIVIL_AFFAIRS, SHIPAI_CENTER, "NO-SUCH"]),
        open_by=instants,
        budget=budgets,
        findings=st.lists(st.sampled_from([s.FINDING_ID, s.LATER_FINDING_ID]), max_size=2).map(
            tuple
        ),
        without_care=st.none() | texts,
        policy=st.sampled_from([None, "town", "nowhere"]),
    ),
    st.builds(
        c.ChangeSite,
        site=st.sampled_from([s.SITE_ID, s.NEXT_DOOR_ID]),
        floor_area=st.none() | st.integers(500, 1300),
        open_by=st.none() | instants,
        reason=texts,
    ),
    st.builds(c.ReviseBudget, budget=budgets, reason=texts),
    st.builds(
        c.RecordSpending,
        source=sources,
        cents=sums,
        paid_at=instants,
        voucher=st.sampled_from(["P-2026-001", "P-2026-002"]),
    ),
    st.builds(
        c.RecordMilestone,
        milestone=st.sampled_from(["DESIGN", "WORKS", "MOON"]),
        planned=instants,
        actual=instants,
        evidence=texts,
    ),
    st.builds(
        c.AcceptFacility,
        floor_area=st.integers(500, 900),
        functions=functions,
        checklist=checks,
        without_care=st.none() | texts,
    ),
    st.builds(c.EntrustOperator, operator=operators),
    st.builds(c.ChangeOperator, operator=operators, hand_over=texts, reason=texts),
    st.builds(c.TakeOverFunction, function=codes, provider_before=providers, provider=providers),
    st.builds(
        c.ReportUse,
        month=st.sampled_from(["2026-05", "2026-06", "2026-07", "2035-01"]),
        function=codes,
        visits=st.integers(0, 100),
        people=st.integers(0, 100),
        days_closed=st.integers(0, 31),
        reason=st.none() | texts,
    ),
    st.builds(c.SuspendFacility, ground=st.sampled_from(["SAFETY", "MOON"]), reason=texts),
    st.builds(c.ResumeFacility, inspected_at=instants, evidence=texts),
    st.builds(
        RingClock,
        name=st.sampled_from(["milestone", "use_report", "operator_notice/1"]),
        due=instants,
    ),
    st.just(LinkFinding(finding=s.FINDING_ID)),
)
