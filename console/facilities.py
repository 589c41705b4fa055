"""服务设施: the coverage of communities by function, what a gap rests on, a facility's own page."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.cases import PANELS, address_of
from console.district import short
from console.seeing import page, seer_of
from domain.facility.figures import FIGURES, Cell, Parts
from projections.case_board import CaseLine
from services.case_lists import CaseAt
from services.coverage import cell_at, covered_at, street_row, streets
from services.seeing import NothingHere, Seer
from wording.labels import label, state_label

router = APIRouter()
_AROUND = re.compile(r"^.{1,8}?(街道|镇)(?=.{2,})|(社区)?(居民委员会|居委会|居委)$")
Division = Annotated[str, Query(pattern=r"^(\d{9})?$")]


@router.get("/coverage")
def show(request: Request, street: Division = "") -> Response:
    """Show in which communities which function is open, by street or within one street."""
    seer = seer_of(request, "/facilities")
    offices = streets(seer)
    chosen = next((one for one in offices if one.division == street), None)
    if street and chosen is None:
        raise NothingHere
    seer.house.catch_up()
    found = covered_at(seer, street)
    if chosen is None and len(offices) == 1:
        chosen = offices[0]
    return page(
        request,
        "coverage.html",
        seer=seer,
        chosen=chosen,
        offices=offices,
        columns=[(one, seer.category_name(one)) for one in found.functions],
        by_street=[]
        if chosen
        else [
            (one, name, list(street_row(found.matrix, one, found.functions).values()))
            for one, name in zip(offices, short([one.name for one in offices]), strict=True)
        ],
        by_community=[
            (
                _short(seer.place_name(place)),
                [
                    (f"/coverage/{place}/{one}", _said(seer, cell), cell)
                    for one, cell in row.items()
                ],
            )
            for place, row in (found.matrix.items() if chosen else ())
        ],
        figures=[
            (seer.say(*FIGURES[name]), _share(name, parts), _of(name, parts))
            for name, parts in found.figures.items()
        ],
        money=[
            (
                seer.names.ground(source, seer.language),
                _yuan(parts.numerator),
                _yuan(parts.denominator),
            )
            for source, parts in found.money.items()
        ],
        use=[
            (seer.category_name(function), _share("use", parts), _of("use", parts))
            for function, parts in found.use.items()
        ],
    )


@router.get("/coverage/{place}/{function}")
def show_cell(request: Request, place: str, function: str) -> Response:
    """Show one community and function: its facilities, and the findings that speak of the gap."""
    seer = seer_of(request, "/facilities")
    seer.house.catch_up()
    cell, facilities, findings = cell_at(seer, place, function)
    return page(
        request,
        "coverage_cell.html",
        seer=seer,
        place=seer.place_name(place),
        street=place[:9],
        function=seer.category_name(function),
        cell=cell,
        said=_said(seer, cell),
        facilities=[_line(seer, one) for one in facilities],
        findings=[_line(seer, one) for one in findings],
    )


def _said(seer: Seer, cell: Cell) -> str:
    """Say in a word how a community stands with a function."""
    if cell.open:
        return seer.say(f"已开 {len(cell.open)}", f"{len(cell.open)} open")
    if cell.coming:
        return seer.say(f"在建 {len(cell.coming)}", f"{len(cell.coming)} to come")
    return seer.say("缺", "none")


def _line(seer: Seer, line: CaseLine) -> dict[str, Any]:
    return {
        "title": line.title_in(seer.language),
        "address": address_of(line),
        "state": state_label(line.category, line.state, seer.language),
    }


def _share(name: str, parts: Parts) -> str:
    """Return a figure as a percentage, or as a mean where it is one; nothing of nothing."""
    if parts.denominator == 0:
        return "—"
    if name in {"days_to_open", "use"}:
        tenths = parts.numerator * 10 // parts.denominator
        return f"{tenths // 10}.{tenths % 10}"
    tenths = parts.numerator * 1000 // parts.denominator
    return f"{tenths // 10}.{tenths % 10} %"


def _of(name: str, parts: Parts) -> str:
    """Return numerator and denominator; money in yuan."""
    if name == "money_spent":
        return f"{_yuan(parts.numerator)} / {_yuan(parts.denominator)}"
    return f"{parts.numerator:,} / {parts.denominator:,}"


def _short(name: str) -> str:
    """Return what of a community's name fits into a table: without district, street and office."""
    return _AROUND.sub("", name) or name


def _yuan(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02d}"


# -- the page of one facility ----------------------------------------------------------------------


def panel(seer: Seer, found: CaseAt) -> dict[str, Any]:
    """Return what the page of a facility shows beside what every case shows."""
    details = found.line.details
    ground = seer.names.ground
    operators = {function: one for one in details["operators"] for function in one["functions"]}
    return {
        "kind": label(details["facility_kind"], seer.language, among="FacilityKind"),
        "area": details["floor_area"],
        "below_advised": details["below_advised"],
        "without_care": details["without_care"],
        "site": f"/sites/{details['site'].partition('/')[2]}",
        "site_title": _title_of(seer, details["site"]),
        "site_kind": label(details["site_kind"], seer.language, among="SiteKind"),
        "lead": seer.unit_name(details["lead"]),
        "street": seer.unit_name(details["street"]),
        "open_by": details["open_by"],
        "opened_at": details["opened_at"],
        "hours": details["hours"],
        "price_list": details["price_list"],
        "functions": [
            (
                seer.category_name(function),
                _operator(seer, operators.get(function)),
                details["places"].get(function),
            )
            for function in details["functions"]
        ],
        "milestones": [
            (ground(one["milestone"], seer.language), one["planned"], one["actual"])
            for one in details["milestones"]
        ],
        "next_milestone": details["next_milestone"]
        and ground(details["next_milestone"], seer.language),
        "money": [
            (
                ground(one["source"], seer.language),
                _yuan(one["planned"]),
                _yuan(one["spent"]),
                _share("spent", Parts(one["spent"], one["planned"])),
            )
            for one in details["money"]
        ],
        "planned": _yuan(sum(one["planned"] for one in details["money"])),
        "spent": _yuan(sum(one["spent"] for one in details["money"])),
        "use": [
            (
                one["month"],
                seer.category_name(one["function"]),
                one["visits"],
                one["people"],
                one["days_closed"],
            )
            for one in reversed(details["use"])
        ],
        "findings": [
            (f"/findings/{one.partition('/')[2]}", _title_of(seer, one))
            for one in details["findings"]
        ],
    }


def _operator(seer: Seer, operator: dict[str, Any] | None) -> dict[str, Any] | None:
    if operator is None:
        return None
    who = operator["operator"]
    named = who.startswith("provider/")
    return {
        "name": _title_of(seer, who) if named else seer.unit_name(who),
        "mode": label(operator["mode"], seer.language, among="OperationMode"),
        "term_end": operator["term_end"],
    }


def _title_of(seer: Seer, stream: str) -> str:
    """Return the title of a case on the board, or what it is called where it has none."""
    line = seer.house.boards.cases.get(stream)
    return seer.names.case(stream, seer.language) if line is None else line.title_in(seer.language)


def _site_panel(seer: Seer, found: CaseAt) -> dict[str, Any]:
    details = found.line.details
    facility = details["facility"]
    return {
        "kind": label(details["site_kind"], seer.language, among="SiteKind"),
        "condition": label(details["condition"], seer.language, among="SiteCondition"),
        "area": details["floor_area"],
        "owner": details["owner"],
        "available_from": details["available_from"],
        "facility": facility and f"/facilities/{facility.partition('/')[2]}",
        "facility_title": facility and _title_of(seer, facility),
    }


PANELS["facility"] = panel
PANELS["site"] = _site_panel
