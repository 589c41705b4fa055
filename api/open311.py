"""Open311 GeoReport v2 as a façade: intake and status for programs that speak it, JSON and XML.

A place is a division code in `address_id`, since we keep no coordinates; `extensions=true` adds
`notes`, what happened to a request. See https://wiki.open311.org/GeoReport_v2/ for the fields.
"""

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from fastapi.security.http import HTTPAuthorizationCredentials
from pydantic import BeforeValidator

from api.callers import caller
from api.describing import problems
from domain.refusals import CommandRefused
from services.seeing import NothingHere, Seer, SignedOut
from services.service_requests import register, request_of, requests_of, services_of
from wording.office_words import in_office_words

router = APIRouter(prefix="/open311/v2", tags=["open311"])
Form = Literal["json", "xml"]
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


def _as_written(told: object) -> object:
    """Refuse what else is read as an instant: a number, a day."""
    if isinstance(told, str) and not _INSTANT.fullmatch(told):
        raise ValueError("an instant is written 2026-11-29T08:00:00Z")
    return told


_FORMS: dict[str, Any] = {"content": {"application/json": {}, "text/xml": {}}}
_FOUND: dict[int | str, dict[str, Any]] = {200: {"description": "What was asked for."} | _FORMS}
ANSWERS = problems(405, 422, 429, 503) | {
    400: {"description": "What Open311 says of a request that is wrong."} | _FORMS,
    403: {"description": "No api_key in force."} | _FORMS,
    404: {"description": "There is no such service or request for whoever asks."} | _FORMS,
}
Instant = Annotated[
    datetime | None,
    BeforeValidator(_as_written),
    Query(description="RFC 3339, as Open311 has it: 2026-11-29T08:00:00Z."),
]
ApiKey = Annotated[
    str | None, Query(max_length=200, description="A session's token, where no header can be sent.")
]
_ITEMS = {"services": "service", "service_requests": "request", "errors": "error", "notes": "note"}


def _seer(request: Request, api_key: str | None) -> Seer:
    header = request.headers.get("authorization", "").removeprefix("Bearer ")
    token = header or api_key
    if not token:
        raise SignedOut
    return caller(request, HTTPAuthorizationCredentials(scheme="Bearer", credentials=token))


def _answer(form: Form, root: str, items: list[dict[str, Any]], status: int = 200) -> Response:
    if form == "json":
        return JSONResponse(items, status)
    tree = ET.Element(root)
    for item in items:
        _under(tree, _ITEMS[root], item)
    body = ET.tostring(tree, encoding="utf-8", xml_declaration=True)
    return Response(body, status, media_type="text/xml; charset=utf-8")


def _under(parent: ET.Element, name: str, value: Any) -> None:
    made = ET.SubElement(parent, name)
    match value:
        case dict():
            for key, inner in value.items():
                _under(made, key, inner)
        case list():
            for inner in value:
                _under(made, _ITEMS.get(name, "item"), inner)
        case None:
            pass
        case bool():
            made.text = str(value).lower()
        case _:
            made.text = "".join(sign for sign in str(value) if sign >= " " or sign in "\n\t")


def _wrong(form: Form, status: int, description: str) -> Response:
    return _answer(form, "errors", [{"code": status, "description": description}], status)


@router.get(
    "/discovery.{form}",
    responses=problems(422, 429, 503) | _FOUND,
    summary="Open311 服务发现 Discovery",
)
def discovery(request: Request, form: Form) -> Response:
    """Say where this server is and what it speaks."""
    base = str(request.base_url).rstrip("/")
    told = {
        "changeset": "2026-11-29T00:00:00Z",
        "contact": "",
        "key_service": f"{base}/sessions",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": f"{base}/open311/v2",
                "changeset": "2026-11-29T00:00:00Z",
                "type": "production",
                "formats": ["application/json", "text/xml"],
            }
        ],
    }
    if form == "json":
        return JSONResponse(told)
    tree = ET.Element("discovery")
    for key, value in told.items():
        _under(tree, key, value)
    body = ET.tostring(tree, encoding="utf-8", xml_declaration=True)
    return Response(body, media_type="text/xml; charset=utf-8")


@router.get("/services.{form}", responses=ANSWERS | _FOUND, summary="Open311 服务类别 Services")
def list_services(request: Request, form: Form, api_key: ApiKey = None) -> Response:
    """Return the categories a need may be registered under."""
    try:
        seer = _seer(request, api_key)
    except SignedOut:
        return _wrong(form, 403, "api_key: sign in with POST /api/v1/sessions")
    found = [
        {
            "service_code": one.code,
            "service_name": one.label.zh if seer.language == "zh" else one.label.en,
            "description": one.label.en if seer.language == "zh" else one.label.zh,
            "metadata": False,
            "type": "realtime",
            "keywords": "",
            "group": "",
        }
        for one in services_of(seer)
    ]
    return _answer(form, "services", found)


@router.get("/requests.{form}", responses=ANSWERS | _FOUND, summary="Open311 诉求列表 Requests")
def list_requests(
    request: Request,
    form: Form,
    service_code: Annotated[str | None, Query(max_length=400)] = None,
    service_request_id: Annotated[str | None, Query(max_length=2000)] = None,
    start_date: Instant = None,
    end_date: Instant = None,
    status: Literal["", "open", "closed"] = "",
    extensions: bool = False,
    api_key: ApiKey = None,
) -> Response:
    """Return requests within the caller's duties, at most 1,000, the newest first."""
    try:
        seer = _seer(request, api_key)
    except SignedOut:
        return _wrong(form, 403, "api_key: sign in with POST /api/v1/sessions")
    if service_request_id:
        found = []
        for number in service_request_id.split(",")[:100]:
            try:
                found.append(request_of(seer, number.strip(), history=extensions))
            except NothingHere:
                continue
        return _answer(form, "service_requests", found)
    codes = tuple(filter(None, (service_code or "").split(",")))
    return _answer(
        form,
        "service_requests",
        list(requests_of(seer, codes, start_date, end_date, status)),
    )


@router.get(
    "/requests/{number}.{form}", responses=ANSWERS | _FOUND, summary="Open311 查看诉求 A request"
)
def show_request(
    request: Request, number: str, form: Form, *, extensions: bool = False, api_key: ApiKey = None
) -> Response:
    """Return one request; with extensions also what happened to it."""
    try:
        seer = _seer(request, api_key)
        found = request_of(seer, number, history=extensions)
    except SignedOut:
        return _wrong(form, 403, "api_key: sign in with POST /api/v1/sessions")
    except NothingHere:
        return _wrong(form, 404, "service_request_id not found")
    return _answer(form, "service_requests", [found])


_FIELDS = (
    "service_code",
    "description",
    "address_id",
    "address_string",
    "first_name",
    "last_name",
    "phone",
)
_INTAKE = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["service_code", "description"],
                    "properties": {name: {"type": "string"} for name in (*_FIELDS, "api_key")},
                }
            }
        },
    }
}


@router.post(
    "/requests.{form}",
    status_code=201,
    responses=ANSWERS | {201: {"description": "Registered."} | _FORMS},
    openapi_extra=_INTAKE,
    summary="Open311 登记诉求 Register a request",
)
async def register_request(
    request: Request,
    form: Form,
    key: Annotated[str | None, Header(alias="Idempotency-Key", max_length=160)] = None,
) -> Response:
    """Register a need; `address_id` is the division code of the place."""
    body = await request.body()
    try:
        told = dict(parse_qsl(body.decode("utf-8"), keep_blank_values=False, max_num_fields=60))
    except ValueError:
        return _wrong(form, 400, "the body is no form in UTF-8")
    return await run_in_threadpool(_register, request, form, told, key)


def _register(request: Request, form: Form, told: dict[str, str], key: str | None) -> Response:
    try:
        seer = _seer(request, told.get("api_key"))
    except SignedOut:
        return _wrong(form, 403, "api_key: sign in with POST /api/v1/sessions")
    if told.get("lat") or told.get("long"):
        return _wrong(form, 400, "lat, long: we keep no coordinates; send address_id")
    for name in ("service_code", "description"):
        if not told.get(name):
            return _wrong(form, 400, f"{name} was not provided")
    try:
        number = register(seer, {name: told.get(name, "") for name in _FIELDS}, key)
    except CommandRefused as refusal:
        return _wrong(form, 400, f"{refusal.rule}: {in_office_words(refusal.chinese)}")
    made = {"service_request_id": number, "service_notice": "", "account_id": None}
    return _answer(form, "service_requests", [made], 201)
