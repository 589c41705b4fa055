"""A street with a site, an authority and a centre: what a facility needs in a test."""

from typing import Any

from desk.clerking import look, run_errand
from desk.desk import Desk
from tests import accounts
from tests.journeys.district import BUREAU

AUTHORITY_UNIT, COMMITTEE = "440106-ZZB", "440106003001-RC"
COMMUNITY, OTHER_COMMUNITY = "440106003001", "440106003002"


def furnished(desk: Desk) -> None:
    """Register the units a facility of the street has to do with, beside the office's own."""
    accounts.enter(
        desk,
        f"unit/{AUTHORITY_UNIT}",
        "register_unit",
        name="区委组织部",
        unit_kind="ORGANIZATION_DEPT",
        division="440106",
    )
    for place, name in ((COMMUNITY, "一社区居委会"), (OTHER_COMMUNITY, "二社区居委会")):
        accounts.enter(
            desk,
            f"unit/{place}-RC",
            "register_unit",
            name=name,
            unit_kind="RESIDENTS_COMMITTEE",
            division=place,
        )


def settle(desk: Desk, stream: str) -> None:
    """Run every errand *stream* still owes, as its clerk would."""
    for version, errand in look(desk, stream, 0).errands:
        run_errand(desk, stream, version, errand.command_id)


def site(place: str = COMMUNITY, **changes: Any) -> dict[str, Any]:
    """Return the command that registers a site."""
    return {
        "kind": "register_site",
        "title": "旧邮政所",
        "place": place,
        "site_kind": "IDLE_PUBLIC_ROOMS",
        "floor_area": 900,
        "owner": "区机关事务管理局",
        "condition": "FITTING",
        "available_from": "2026-01-01T00:00:00+08:00",
    } | changes


def proposal(stream: str, place: str = COMMUNITY, **changes: Any) -> dict[str, Any]:
    """Return the command that proposes a complex on the site *stream*."""
    return {
        "kind": "propose_facility",
        "title": "一社区服务综合体",
        "place": place,
        "facility_kind": "COMPLEX",
        "functions": ["ELDER", "MEAL", "HEALTH"],
        "floor_area": 820,
        "site": stream,
        "lead": BUREAU,
        "open_by": "2030-01-01T00:00:00+08:00",
        "budget": [{"source": "DISTRICT_BUDGET", "cents": 300_000_00}],
    } | changes
