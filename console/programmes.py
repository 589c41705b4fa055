"""试点: what the page of a programme shows beside every case's: scores, selection, progress, goals.

The public sees what was published at `/pilots`; whoever oversees has the figures counted again.
"""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.cases import PANELS, address_of
from console.programme_parts import (
    Details,
    about,
    applications,
    assessments,
    quarters,
    score_table,
    selection,
    values_of,
)
from console.resident_visit import Visit
from console.seeing import page, seer_of
from projections.case_board import CaseLine
from services.case_lists import CaseAt, case_at
from services.programmes import (
    CATEGORY,
    counted_again,
    facts_behind,
    figures_by_stage,
    may_count_again,
    published,
    published_at,
)
from services.seeing import Seer
from wording.programme_values import figure_text

router = APIRouter()


def panel(seer: Seer, found: CaseAt) -> Details:
    """Return what the page of one programme is filled with."""
    details, address = found.line.details, address_of(found.line)
    names, language = seer.names, seer.language
    body = found.state.body
    table = score_table(details, [one.model_dump() for one in body.ranked()], names, language)
    for row in table["rows"]:
        row["score"] = _score_address(address, row["community"])
    select = _selection_address(address, details, [row["community"] for row in table["rows"]])
    return {
        **about(details, names, language),
        "base": address,
        "table": table,
        "applications": applications(details, names, language),
        "select": select,
        "filled": {"select_communities": select},
        "panel": [
            {"name": names.person(one["person"], language), "unit": seer.unit_name(one["unit"])}
            for one in details["panel"]
        ],
        "selected": selection(details, names, language),
        "quarters": quarters(details, names, language),
        "assessed": assessments(details, names, language),
        "left": [names.place(one, language) for one in details["unassessed"]],
        "extended": [names.place(one, language) for one in details["extended_to"]],
        "public": f"/pilots/{found.line.key}" if details["published_at"] else "",
    }


PANELS[CATEGORY] = panel


def _score_address(address: str, community: str) -> str:
    return f"{address}/score_application?{urlencode({'community': community})}"


def _selection_address(address: str, details: Details, ranked: list[str]) -> str:
    """The form of the selection begins with the best ones: whoever leaves that order says why."""
    first = ranked[: details["quota"]]
    rows = {f"selected.{number}.community": one for number, one in enumerate(first)}
    return f"{address}/select_communities?{urlencode(rows)}"


@router.get("/programmes/{key}/figures")
def show_figures(
    request: Request,
    key: str,
    community: Annotated[str, Query(max_length=12)] = "",
    recompute: Annotated[str, Query(max_length=3)] = "",
) -> Response:
    """Show what was frozen of each community and the facts its goals rest on, and count again."""
    seer = seer_of(request, "/programmes")
    found = case_at(seer, CATEGORY, key)
    details = found.line.details
    again = counted_again(seer, found) if recompute == "yes" else None
    communities = [one["community"] for one in details["applications"]]
    wanted = [one for one in communities if community in ("", one)]
    return page(
        request,
        "programme_figures.html",
        seer=seer,
        line=found.line,
        address=address_of(found.line),
        community=community,
        stages=[
            (
                seer.place_name(one),
                [
                    {**stage, "values": values_of(stage["figures"], seer.language)}
                    for stage in figures_by_stage(details, one)
                ],
            )
            for one in wanted
        ],
        goals=[
            {
                **one,
                "goals": [
                    {**goal, "facts": facts_behind(seer, goal["rests_on"])} for goal in one["goals"]
                ],
            }
            for one in assessments(details, seer.names, seer.language)
            if one["community"] in wanted
        ],
        again=None if again is None else _counted(seer, again[0]),
        recorded=None if again is None else again[1],
        may=may_count_again(seer),
    )


def _counted(seer: Seer, again: list[Any]) -> list[Details]:
    return [
        {
            "name": seer.place_name(one.frozen.community),
            "position": one.position,
            "until": one.frozen.position,
            "agrees": one.agrees,
            "figures": [
                figure_text(value.model_dump(mode="json"), seer.language)
                for value in one.again.frozen.figures
            ],
        }
        for one in again
    ]


# What everybody may read.


@router.get("/pilots")
def show_published(request: Request) -> Response:
    """List the programmes whose selection was published, for everybody."""
    visit = Visit(request)
    lines = [_public_line(visit, line) for line in published(visit.house)]
    return visit.page("pilots.html", lines=lines)


def _public_line(visit: Visit, line: CaseLine) -> Details:
    return {
        "title": line.title,
        "address": f"/pilots/{line.key}",
        "place": visit.names.place(line.place, visit.language),
        "published_at": line.details["published_at"],
        "count": len(line.details["selected"]),
    }


@router.get("/pilots/{key}")
def show_selection(request: Request, key: str) -> Response:
    """Show one published selection: who was selected, at which rank, why, and how far they are."""
    visit = Visit(request)
    line = published_at(visit.house, key)
    details, names, language = line.details, visit.names, visit.language
    table = score_table(details, details["ranking"], names, language)
    return visit.page(
        "pilot.html",
        line=line,
        lead=names.unit(details["lead"], language),
        authority=names.unit(details["authority"], language),
        about=about(details, names, language),
        table=table,
        selected=selection(details, names, language),
        quarters=quarters(details, names, language)[-1:],
        assessed=assessments(details, names, language),
    )
