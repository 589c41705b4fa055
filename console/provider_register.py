"""The public register of providers 服务机构名录, and the application to be on it.

Nobody needs an account here. The register shows bodies, never people; whoever applied is handed
the link of their page (`console/provider_own.py`).
"""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from console.provider_forms import (
    Offered,
    Rows,
    Short,
    Text,
    Token,
    category_choices,
    rows_with_room,
)
from console.provider_own import DOOR
from console.provider_parts import about
from console.resident_doors import Bounded, code_of
from console.resident_visit import Visit
from console.seeing import ours
from domain.provider.case import PROVIDER
from domain.provider.commands import ProviderKind
from domain.refusals import CommandRefused
from domain.units import UnitKind
from services.providers import CATEGORY, register, registered
from services.rating_links import LinkOver, new_secret
from wording.labels import label

router = APIRouter(route_class=Bounded)
_UNTOLD: dict[str, Any] = dict.fromkeys(
    (
        "name",
        "provider_kind",
        "credit_code",
        "team_number",
        "head_code",
        "categories",
        "areas",
        "contact",
    )
)
_SECRET = re.compile(r"[\w-]{22}")


@router.get("/service-providers")
def show_register(
    request: Request, category: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """List who is admitted for what, with grades and warnings in force, for everybody."""
    visit = Visit(request)
    lines = [
        line for line in register(visit.house) if category in ("", *line.details["categories"])
    ]
    return visit.page(
        "provider_register.html",
        lines=[about(line, visit.names, visit.language) for line in lines],
        category=category,
        categories=category_choices(visit),
    )


@router.get("/service-providers/apply")
def ask(request: Request) -> Response:
    """Show the form of an application; looking at it applies for nothing."""
    return _form(Visit(request), {})


@router.get("/service-providers/{key}")
def show_one(request: Request, key: str) -> Response:
    """Show one provider of the register."""
    visit = Visit(request)
    line = registered(visit.house, key)
    return visit.page("provider_public.html", one=about(line, visit.names, visit.language))


def _areas(visit: Visit) -> list[tuple[str, str]]:
    offices = (one for one in visit.rules.units.values() if one.kind is UnitKind.STREET_OFFICE)
    return sorted({(one.division, one.name) for one in offices})


def _form(visit: Visit, told: dict[str, Any], problem: str = "", secret: str = "") -> Response:
    return visit.page(
        "provider_apply.html",
        status=422 if problem else 200,
        told=_UNTOLD | told,
        problem=problem,
        secret=secret or new_secret(),
        kinds=[(one.value, label(one, visit.language)) for one in ProviderKind],
        categories=category_choices(visit),
        areas=_areas(visit),
        **rows_with_room(visit, told.get("licences", []), told.get("prices", [])),
    )


@router.post("/service-providers/apply")
def apply(
    request: Request,
    offered: Annotated[Offered, Depends()],
    secret: Token = "",
    name: Short = "",
    provider_kind: Short = "",
    credit_code: Short = "",
    team_number: Short = "",
    head_code: Short = "",
    categories: Rows = [],  # noqa: B006 - a form's default is never changed
    areas: Rows = [],  # noqa: B006
    contact: Text = "",
) -> Response:
    """Take an application, once however often it is sent, and hand over the link of its body."""
    visit = Visit(request)
    secret = secret if _SECRET.fullmatch(secret) else new_secret()
    ours(request, secret, secret)
    told: dict[str, Any] = {
        "name": name.strip(),
        "provider_kind": provider_kind,
        "credit_code": credit_code.strip().upper() or None,
        "team_number": team_number.strip() or None,
        "head_code": head_code.strip().upper() or None,
        "categories": categories,
        "areas": areas,
        "contact": contact.strip(),
    }
    command: dict[str, Any] = {name: value for name, value in told.items() if value}
    told |= offered.as_sent()
    try:
        command |= {"kind": "apply_for_admission"} | offered.told()
        stream = PROVIDER.named_by(command)
        if stream is None:
            raise _numberless()
        position = visit.house.provider_links.apply(stream, command, secret, visit.source)
    except CommandRefused as refusal:
        return _form(visit, told, visit.told(refusal, CATEGORY), secret)
    except LinkOver:
        return visit.over(DOOR)
    address = _address(request, secret)
    return visit.page(
        "provider_handed.html", position=f"{position:,}", address=address, code=code_of(address)
    )


def _numberless() -> CommandRefused:
    return CommandRefused(
        "number-of-body",
        "请填写统一社会信用代码；尚无代码的志愿服务队伍填写队伍编号。",
        "Give the unified social credit code; a volunteer team without one gives its number.",
    )


def _address(request: Request, secret: str) -> str:
    return f"{str(request.base_url).rstrip('/')}/p/#{secret}"
