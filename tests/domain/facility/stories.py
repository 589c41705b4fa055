"""How a facility usually goes, as commands played through the decider, one step a function.

The street of Shipai proposes a complex on the old post office; the lead is civil affairs, whose
staff record the milestones; housing is the department that may approve. Proposed on Monday 11 May,
open on 10 June 2026.
"""

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from domain.facility import commands as c
from domain.facility.case import FACILITY
from domain.rules import Neighbour, NeighbourFacility, NeighbourProvider, NeighbourSite, Rules
from tests.domain.harness import Story, given
from tests.domain.world import (
    AGENT,
    AUTHORITY,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    DISPATCHER,
    HOUSING_COORDINATOR,
    SHIPAI,
    SHIPAI_CENTER,
    SHIPAI_PLACE,
    Town,
    on,
    rules_with,
    uuid_of,
)

FACILITY_ID = f"facility/{uuid_of('Shipai under one roof')}"
OTHER_ID = f"facility/{uuid_of('the canteen next door')}"
SITE_ID = f"site/{uuid_of('the old post office')}"
NEXT_DOOR_ID = f"site/{uuid_of('the new building next door')}"
FINDING_ID = f"finding/{uuid_of('no canteen in Shipai')}"
LATER_FINDING_ID = f"finding/{uuid_of('no day care in Shipai')}"
CARE_ID = f"provider/{uuid_of('care for elders')}"
CHAIN_ID = f"provider/{uuid_of('a chain of canteens')}"
EXPIRED_ID = f"provider/{uuid_of('a provider that lapsed')}"

FUNCTIONS = ("ELDER", "MEAL", "HEALTH")
TERM_END = on(12, 31, "00:00", 2027)


def budget(**cents: int) -> tuple[c.BudgetLine, ...]:
    return tuple(c.BudgetLine(source=name, cents=sum_) for name, sum_ in cents.items())


PROPOSE = c.ProposeFacility(
    title="石牌东社区服务综合体",
    place=SHIPAI_PLACE,
    facility_kind=c.FacilityKind.COMPLEX,
    functions=FUNCTIONS,
    floor_area=820,
    site=SITE_ID,
    lead=CIVIL_AFFAIRS,
    open_by=on(12, 1),
    budget=budget(DISTRICT=300_000_00, BOND=500_000_00),
    findings=(FINDING_ID,),
)
DESIGN = c.RecordMilestone(
    milestone="DESIGN", planned=on(5, 13), actual=on(5, 12), evidence="方案批复"
)
WORKS = c.RecordMilestone(
    milestone="WORKS", planned=on(5, 20), actual=on(5, 18), evidence="完工照片"
)
CHECKLIST = tuple(c.Checked(item=item, met=True) for item in ("AREA", "FIRE"))
ACCEPT = c.AcceptFacility(floor_area=815, functions=FUNCTIONS, checklist=CHECKLIST)
CARE = c.Operator(
    functions=("ELDER", "HEALTH"),
    mode=c.OperationMode.ENTRUSTED,
    provider=CARE_ID,
    term_end=TERM_END,
)
CANTEEN = c.Operator(
    functions=("MEAL",), mode=c.OperationMode.CHAIN, provider=CHAIN_ID, term_end=TERM_END
)
CENTER_ITSELF = c.Operator(
    functions=("MEAL",), mode=c.OperationMode.SELF, unit=SHIPAI_CENTER, term_end=TERM_END
)
OPENING = c.SubmitOpening(
    hours="周一至周日 8:00—20:00",
    price_list="午餐 15 元，日托每月 1800 元",
    places=tuple(c.Places(function=one, places=40) for one in FUNCTIONS),
)
CLOSE = c.CloseFacility(
    reason="房屋征收",
    users_go=(
        c.UsersGo(function="ELDER", arrangement="转至五山街道日托中心"),
        c.UsersGo(function="MEAL", facility=OTHER_ID),
        c.UsersGo(function="HEALTH", arrangement="转至社区卫生服务中心"),
    ),
)
SPEND = c.RecordSpending(
    source="DISTRICT", cents=100_000_00, paid_at=on(5, 12), voucher="P-2026-001"
)


def site(state: str = "AVAILABLE", held_by: str | None = None, **changes: Any) -> NeighbourSite:
    found = NeighbourSite(
        stream=SITE_ID,
        state=state,
        is_open=True,
        kind="IDLE_PUBLIC_ROOMS",
        place=SHIPAI_PLACE,
        floor_area=900,
        available_from=on(5, 1),
        held_by=held_by,
    )
    return replace(found, **changes)


def provider(
    stream: str,
    *categories: str,
    kind: str = "SOCIAL_ORG",
    agents: tuple[str, ...] = (),
    until: datetime = TERM_END,
) -> NeighbourProvider:
    return NeighbourProvider(
        stream=stream,
        state="ADMITTED",
        is_open=True,
        kind=kind,
        admitted_for=categories,
        areas=("440106",),
        agents=agents,
        may_begin=True,
        valid_until=until,
    )


PROVIDERS = (
    provider(CARE_ID, "ELDER", "HEALTH", "MEAL", agents=(str(AGENT.person),)),
    provider(CHAIN_ID, "MEAL", kind="CHAIN_BRANCH"),
    provider(EXPIRED_ID, *FUNCTIONS, until=on(5, 1)),
)
FINDINGS = (Neighbour(FINDING_ID, "OPEN", True), Neighbour(LATER_FINDING_ID, "STRUCK_OFF", False))


def other(state: str = "OPEN", functions: tuple[str, ...] = ("MEAL",)) -> NeighbourFacility:
    return NeighbourFacility(
        stream=OTHER_ID,
        state=state,
        is_open=state != "CLOSED",
        kind="SINGLE",
        place=SHIPAI_PLACE,
        lead=CIVIL_AFFAIRS,
        street=SHIPAI,
        site=f"site/{uuid_of('another site')}",
        functions=functions,
        findings=(),
        operators=(),
    )


def among(*others: Neighbour) -> Rules:
    """Return the town's rules with these cases beside providers and findings."""
    return rules_with(town=Town(others=(*others, *PROVIDERS, *FINDINGS)))


NEXT_DOOR = site("AVAILABLE", stream=NEXT_DOOR_ID, kind="NEW_BUILD", floor_area=1200)
MOVE = c.ChangeSite(site=NEXT_DOOR_ID, floor_area=900, reason="旧邮政所改作他用")

FREE = among(site(), other())
HELD = among(site("RESERVED", FACILITY_ID), NEXT_DOOR, other())


@cache
def unproposed() -> Story:
    return replace(given(case=FACILITY, rules=FREE), stream=FACILITY_ID)


@cache
def proposed() -> Story:
    return unproposed().does(PROPOSE, DISPATCHER).under(HELD)


@cache
def approved() -> Story:
    return proposed().after(minutes=10).does(c.ApproveFacility(), HOUSING_COORDINATOR)


@cache
def approved_since_a_day() -> Story:
    return approved().at(on(5, 13))


@cache
def building() -> Story:
    return approved_since_a_day().does(DESIGN, CIVIL_STAFF)


@cache
def works_due() -> Story:
    return building().at(on(5, 19))


@cache
def all_reached() -> Story:
    return works_due().does(WORKS, CIVIL_STAFF)


@cache
def accepting() -> Story:
    return all_reached().does(c.ReportCompleted(evidence="竣工报告"), CIVIL_STAFF)


@cache
def one_key() -> Story:
    return accepting().after(hours=1).does(ACCEPT, CIVIL_COORDINATOR)


@cache
def ready() -> Story:
    return one_key().after(hours=1).does(ACCEPT, DISPATCHER)


def entrusted(story: Story, *operators: c.Operator) -> Story:
    for operator in operators:
        story = story.after(minutes=1).does(c.EntrustOperator(operator=operator), DISPATCHER)
    return story


@cache
def with_operators() -> Story:
    return entrusted(ready(), CARE, CANTEEN)


@cache
def submitted() -> Story:
    return with_operators().does(OPENING, AGENT)


@cache
def opened() -> Story:
    return submitted().at(on(6, 10)).does(c.OpenFacility(), DISPATCHER)


def use(month: str = "2026-06", function: str = "ELDER", **changes: Any) -> c.ReportUse:
    told = {"visits": 600, "people": 80, "days_closed": 1, **changes}
    return c.ReportUse(month=month, function=function, **told)


@cache
def used() -> Story:
    return opened().at(on(7, 2)).does(use(), AGENT)


@cache
def suspended() -> Story:
    stop = c.SuspendFacility(ground="SAFETY", reason="消防通道被占用")
    return opened().after(days=1).does(stop, CIVIL_COORDINATOR)


@cache
def inspected() -> Story:
    return suspended().after(days=2)


@cache
def closed() -> Story:
    return opened().after(days=30).does(CLOSE, AUTHORITY)


@cache
def dropped() -> Story:
    return proposed().does(c.DropFacility(reason="资金未落实"), AUTHORITY)


@cache
def spent() -> Story:
    return building().does(SPEND, CIVIL_STAFF)


EVERY_STATE = {
    "PROPOSED": proposed,
    "APPROVED": approved,
    "BUILDING": building,
    "ACCEPTING": accepting,
    "READY": ready,
    "OPEN": opened,
    "SUSPENDED": suspended,
    "CLOSED": closed,
    "DROPPED": dropped,
}
"""One story of every state."""

TAKE_OVER = c.TakeOverFunction(function="MEAL", provider_before=CHAIN_ID, provider=CARE_ID)
RESUME = c.ResumeFacility(inspected_at=on(6, 12), evidence="复查记录")
