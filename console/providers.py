"""服务机构: what the page of a provider shows beside every case's, its rating, its agents' links.

The public register is in `console/provider_register.py`, the page of a provider's own people in
`console/provider_own.py`.
"""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from console.cases import PANELS, address_of
from console.provider_parts import about, last_day
from console.resident_doors import code_of
from console.seeing import ours, page, seer_of
from domain.provider.leaving import served_now
from domain.provider.rating import Check
from domain.provider.state import Exiting, Running, Suspended, Verifying
from services.case_lists import CaseAt, case_at
from services.providers import CATEGORY, Rated, is_public, ratings
from services.seeing import Seer
from wording.sentences import item_text, sentence

router = APIRouter()


def panel(seer: Seer, found: CaseAt) -> dict[str, Any]:
    """Return what the page of one provider is filled with."""
    names, language, state = seer.names, seer.language, found.state
    body = state.body
    items: list[dict[str, Any]] = []
    if isinstance(state, Verifying):
        said = {one.item: one for one in state.verdicts}
        items = [
            {
                "name": item_text(one.item, seer.names, seer.language),
                "item": one.item,
                "unit": seer.unit_name(one.unit),
                "verdict": said.get(one.item),
            }
            for one in state.items
        ]
    elif isinstance(state, Running) and state.admission.change is not None:
        met = state.admission.change.met
        items = [
            {
                "name": item_text(one.item, seer.names, seer.language),
                "item": one.item,
                "unit": seer.unit_name(one.unit),
                "verdict": {"met": True} if one.item in met else None,
            }
            for one in state.admission.change.items
        ]
    return {
        **about(found.line, names, language),
        "base": address_of(found.line),
        "lead": body.lead and seer.unit_name(body.lead),
        "applicant": body.unit and seer.unit_name(body.unit),
        "agents": [names.person(one, language) for one in body.agents],
        "head": body.head and names.case(body.head, language),
        "items": items,
        "reasons_by": state.reasons_by.due
        if isinstance(state, Suspended) and state.reasons_by
        else None,
        "plan": _plan(seer, state) if isinstance(state, Exiting) else [],
        "served": _served(seer, found.line.stream) if isinstance(state, Running) else [],
        "filled": _filled(seer, found),
        "public": f"/service-providers/{found.line.key}" if is_public(found.line) else "",
    }


PANELS[CATEGORY] = panel


def _served(seer: Seer, stream: str) -> list[dict[str, Any]]:
    """Return what the provider serves now."""
    names, language = seer.names, seer.language
    return [
        {
            "case": names.case(one.case, language),
            "category": names.category(one.category, language),
            "place": names.place(one.place, language),
        }
        for one in served_now(stream, seer.rules)
    ]


def _filled(seer: Seer, found: CaseAt) -> dict[str, str]:
    """Return the forms that begin filled in: with everything that needs a successor."""
    address, state = address_of(found.line), found.state
    if isinstance(state, Exiting):
        left = [(one.case, one.function, one.successor) for one in state.outstanding]
        return {"revise_exit_plan": f"{address}/revise_exit_plan?{_rows(left)}"}
    if isinstance(state, Running):
        served = served_now(found.line.stream, seer.rules)
        return {
            "order_exit": f"{address}/order_exit?"
            + _rows([(one.case, one.function, "") for one in served])
        }
    return {}


def _rows(plan: list[tuple[str, str | None, str]]) -> str:
    rows: dict[str, str] = {}
    for number, (case, function, successor) in enumerate(plan):
        rows |= {
            f"plan.{number}.case": case,
            f"plan.{number}.function": function or "",
            f"plan.{number}.successor": successor,
        }
    return urlencode(rows)


def _plan(seer: Seer, state: Exiting) -> list[dict[str, Any]]:
    names, language = seer.names, seer.language
    left = {(one.case, one.function) for one in state.outstanding}
    return [
        {
            "served": names.case(one.case, language),
            "function": one.function and names.category(one.function, language),
            "successor": names.case(one.successor, language),
            "accepted": (one.case, one.function) not in left,
        }
        for one in state.plan
    ]


@router.get("/providers/{key}/rating")
def show_rating(request: Request, key: str) -> Response:
    """Show each quarter's grade, what every grade asks for, and the facts it rests on."""
    seer = seer_of(request, "/providers")
    found = case_at(seer, CATEGORY, key)
    return page(
        request,
        "provider_rating.html",
        seer=seer,
        line=found.line,
        address=address_of(found.line),
        rated=[_rated(seer, one) for one in ratings(seer, found)],
    )


_FIGURES = {
    "satisfied": ("满意", "satisfied"),
    "on_time": ("按期办结", "on time"),
    "complaints_upheld": ("投诉属实", "complaints upheld"),
    "failed_inspections": ("检查不合格", "failed inspections"),
}
_SHARES = frozenset({"satisfied", "on_time"})


def _check(seer: Seer, check: Check) -> dict[str, str]:
    """Return what a grade asks for and what was found; of nothing there is no share."""
    found, of = check.found
    share = check.figure in _SHARES
    if share and not of:
        told = seer.say("本期没有", "none in this quarter")
    elif share:
        told = seer.say(f"实为 {found}/{of}", f"found {found}/{of}")
    else:
        told = seer.say(f"实为 {found} 次", f"found {found}")
    unit = "%" if share else seer.say(" 次", "")
    return {
        "name": seer.say(*_FIGURES[check.figure]),
        "wanted": f"{'≥' if share else '≤'} {check.wanted}{unit}",
        "found": told,
        "tone": "" if share and not of else "green" if check.met else "red",
    }


def _rated(seer: Seer, one: Rated) -> dict[str, Any]:
    english = seer.language == "en"
    rows = [
        {
            "grade": row.label.en if english else row.label.zh,
            "code": row.code,
            "checks": [_check(seer, check) for check in checks],
        }
        for row, checks in one.rows
    ]
    entries = [
        (
            entry.recorded_at,
            entry.position,
            sentence(entry.kind, entry.fact, seer.names, seer.language),
        )
        for entry in one.entries
    ]
    return {
        "fact": one.fact,
        "last_day": last_day(one.fact.period_end),
        "position": one.position,
        "rows": rows,
        "tasks": one.tasks,
        "entries": entries,
    }


@router.post("/providers/{key}/name_agent")
def hand_over(request: Request, key: str, form: Annotated[str, Form()] = "") -> Response:
    """Name a new agent and show their link once, with its QR code, to be handed to them."""
    seer = seer_of(request, "/providers")
    ours(request, form, seer.session.form)
    found = case_at(seer, CATEGORY, key)
    issued = seer.house.provider_links.issue(found.line.stream, seer.who)
    seer.house.catch_up()
    address = f"{str(request.base_url).rstrip('/')}/p/#{issued.token}"
    return page(
        request,
        "provider_link.html",
        seer=seer,
        number=found.line.title,
        back=address_of(found.line),
        address=address,
        code=code_of(address),
        receipt=issued.position,
    )
