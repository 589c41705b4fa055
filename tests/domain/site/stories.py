"""A site of Shipai from the register to its withdrawal, and its table for the laws."""

from dataclasses import replace
from functools import cache

from hypothesis import strategies as st
from pydantic import BaseModel

from domain.envelope import SYSTEM
from domain.rules import NeighbourFacility, Rules
from domain.site import commands as c
from domain.site.case import SITE
from tests.domain.harness import Story, given
from tests.domain.laws import Row
from tests.domain.world import (
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    COMMUNITY_WORKER,
    DISPATCHER,
    EVERYBODY,
    HEALTH_COORDINATOR,
    HOUSING_COORDINATOR,
    SECOND_DISPATCHER,
    SHIPAI,
    SHIPAI_PLACE,
    STREET_COORDINATOR,
    WUSHAN_PLACE,
    Town,
    on,
    rules_with,
    uuid_of,
)

__all__ = ["EVERYBODY", "EVERY_STATE", "IMAGINED", "KIND", "TABLE"]

KIND = SITE
SITE_ID = f"site/{uuid_of('the old post office')}"
FACILITY_ID = f"facility/{uuid_of('Shipai under one roof')}"
ANOTHER_ID = f"facility/{uuid_of('a canteen next door')}"

REGISTER = c.RegisterSite(
    title="石牌东路旧邮政所",
    place=SHIPAI_PLACE,
    site_kind=c.SiteKind.IDLE_PUBLIC_ROOMS,
    floor_area=900,
    owner="区机关事务管理局",
    condition=c.SiteCondition.FITTING,
    available_from=on(5, 1),
)
RESERVE = c.ReserveSite(facility=FACILITY_ID)


def plan(stream: str, *, is_open: bool = True, site: str = SITE_ID) -> NeighbourFacility:
    """Return what the site may know of a facility that is planned on it."""
    return NeighbourFacility(
        stream=stream,
        state="PROPOSED" if is_open else "DROPPED",
        is_open=is_open,
        kind="COMPLEX",
        place=SHIPAI_PLACE,
        lead=CIVIL_AFFAIRS,
        street=SHIPAI,
        site=site,
        functions=("ELDER",),
        findings=(),
        operators=(),
    )


def among(*plans: NeighbourFacility) -> Rules:
    return rules_with(town=Town(others=plans))


@cache
def nowhere() -> Story:
    plans = among(plan(FACILITY_ID), plan(ANOTHER_ID))
    return replace(given(case=SITE, rules=plans), stream=SITE_ID)


@cache
def available() -> Story:
    return nowhere().does(REGISTER, DISPATCHER)


@cache
def reserved() -> Story:
    return available().does(RESERVE, SYSTEM)


@cache
def in_use() -> Story:
    return reserved().does(c.OccupySite(facility=FACILITY_ID), SYSTEM)


@cache
def withdrawn() -> Story:
    return available().does(c.WithdrawSite(reason="产权单位收回"), DISPATCHER)


EVERY_STATE = {
    "AVAILABLE": available,
    "RESERVED": reserved,
    "IN_USE": in_use,
    "WITHDRAWN": withdrawn,
}

STREET = (DISPATCHER, SECOND_DISPATCHER)
DEPARTMENTS = (CIVIL_COORDINATOR, HEALTH_COORDINATOR, HOUSING_COORDINATOR, STREET_COORDINATOR)
KEEPERS = (COMMUNITY_WORKER, *STREET, *DEPARTMENTS)
REVISE = c.ReviseSite(floor_area=880, reason="实测")

TABLE: dict[str, Row] = {
    "register": (nowhere, REGISTER, KEEPERS),
    "revise": (available, REVISE, KEEPERS),
    "revise while held": (in_use, REVISE, KEEPERS),
    "reserve": (available, RESERVE, (SYSTEM,)),
    "occupy": (reserved, c.OccupySite(facility=FACILITY_ID), (SYSTEM,)),
    "release what is reserved": (reserved, c.ReleaseSite(facility=FACILITY_ID), (SYSTEM,)),
    "release what is used": (in_use, c.ReleaseSite(facility=FACILITY_ID), (SYSTEM,)),
    "withdraw": (available, c.WithdrawSite(reason="收回"), (*STREET, *DEPARTMENTS)),
}

texts = st.sampled_from(["理由", "打 13800138000", "证 44010619900307123X"])
facilities = st.sampled_from([FACILITY_ID, ANOTHER_ID, f"facility/{uuid_of('none')}"])
areas = st.integers(1, 2000)
instants = st.sampled_from([on(1, 1), on(5, 12), on(6, 1, year=2035)])
IMAGINED: st.SearchStrategy[BaseModel] = st.one_of(
    st.builds(
        c.RegisterSite,
        title=texts,
        place=st.sampled_from([SHIPAI_PLACE, WUSHAN_PLACE, "440106"]),
        site_kind=st.sampled_from(c.SiteKind),
        floor_area=areas,
        owner=texts,
        condition=st.sampled_from(c.SiteCondition),
        available_from=instants,
    ),
    st.builds(
        c.ReviseSite,
        floor_area=st.none() | areas,
        owner=st.none() | texts,
        available_from=st.none() | instants,
        reason=texts,
    ),
    st.builds(c.ReserveSite, facility=facilities),
    st.builds(c.OccupySite, facility=facilities),
    st.builds(c.ReleaseSite, facility=facilities),
    st.builds(c.WithdrawSite, reason=texts),
)
