"""服务机构的门: the public register, the application, and the page of a provider's own people.

Nobody needs an account here. The register shows bodies, never people; whoever applied has a link,
and by it does what is theirs to do.
"""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from console.provider_parts import (
    NO_LICENCE,
    NO_PRICE,
    about,
    filled_in,
    licence_rows,
    licences_told,
    moment_told,
    number_told,
    price_rows,
    prices_told,
    with_room,
)
from console.resident_doors import Bounded, code_of
from console.resident_visit import Visit
from console.seeing import instant, ours
from domain.provider.case import PROVIDER
from domain.provider.commands import ProviderKind
from domain.provider.state import Running
from domain.refusals import CommandRefused
from domain.units import UnitKind
from services.provider_links import Held
from services.providers import CATEGORY, register, registered
from services.rating_links import LinkOver, new_secret
from services.seeing import called
from wording.commands import command_label
from wording.labels import clock_label, label, state_label
from wording.names import KnownNames
from wording.sentences import sentence

router = APIRouter(route_class=Bounded)
Token = Annotated[str, Form(max_length=64)]
Short = Annotated[str, Form(max_length=120)]
Text = Annotated[str, Form(max_length=2000)]
Rows = Annotated[list[str], Form(max_length=40)]
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
_DOOR = "provider_door.html"
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
        categories=_categories(visit),
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


def _categories(visit: Visit) -> list[tuple[str, str]]:
    policy = visit.rules.under(None).policy
    return [(one.code, visit.names.category(one.code, visit.language)) for one in policy.categories]


def _areas(visit: Visit) -> list[tuple[str, str]]:
    offices = (one for one in visit.rules.units.values() if one.kind is UnitKind.STREET_OFFICE)
    return sorted({(one.division, one.name) for one in offices})


def _licences(visit: Visit) -> list[tuple[str, str]]:
    pack = visit.rules.under(None).policy.providers
    kinds = () if pack is None else pack.licences
    return [(one.code, visit.say(one.label.zh, one.label.en)) for one in kinds]


def _form(visit: Visit, told: dict[str, Any], problem: str = "", secret: str = "") -> Response:
    return visit.page(
        "provider_apply.html",
        status=422 if problem else 200,
        told=_UNTOLD | told,
        problem=problem,
        secret=secret or new_secret(),
        kinds=[(one.value, label(one, visit.language)) for one in ProviderKind],
        categories=_categories(visit),
        areas=_areas(visit),
        licence_kinds=_licences(visit),
        licences=with_room(told.get("licences", []), NO_LICENCE),
        prices=with_room(told.get("prices", []), NO_PRICE),
    )


@router.post("/service-providers/apply")
def apply(
    request: Request,
    secret: Token = "",
    name: Short = "",
    provider_kind: Short = "",
    credit_code: Short = "",
    team_number: Short = "",
    head_code: Short = "",
    categories: Rows = [],  # noqa: B006 - a form's default is never changed
    areas: Rows = [],  # noqa: B006
    licence: Rows = [],  # noqa: B006
    number: Rows = [],  # noqa: B006
    until: Rows = [],  # noqa: B006
    item: Rows = [],  # noqa: B006
    per: Rows = [],  # noqa: B006
    amount: Rows = [],  # noqa: B006
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
    told["licences"] = filled_in(("licence", licence), ("number", number), ("last_day", until))
    told["prices"] = filled_in(("item", item), ("per", per), ("amount", amount))
    try:
        command |= {
            "kind": "apply_for_admission",
            "licences": licences_told(licence, number, until),
            "prices": prices_told(item, per, amount),
        }
        stream = PROVIDER.named_by(command)
        if stream is None:
            raise _numberless()
        position = visit.house.provider_links.apply(stream, command, secret, visit.source)
    except CommandRefused as refusal:
        return _form(visit, told, visit.told(refusal, CATEGORY), secret)
    except LinkOver:
        return visit.over(_DOOR)
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


# The page of a provider's own people.


@router.get("/p/")
def door(request: Request) -> Response:
    """Show the door: the secret is in the fragment, which no server sees, or is typed in."""
    return Visit(request).page(_DOOR, over=False)


@router.post("/p/")
def show(
    request: Request, token: Token = "", show: Annotated[str, Form(max_length=10)] = ""
) -> Response:
    """Show how the provider stands, and what its people may do now."""
    ours(request, token, token)
    visit = Visit(request)
    visit.switch(show)
    try:
        return _page(visit, _held(visit, token), token)
    except LinkOver:
        return visit.over(_DOOR)


def _held(visit: Visit, token: str) -> Held:
    visit.house.following.knocked(visit.source)
    return visit.house.provider_links.opened(token.strip())


def _page(
    visit: Visit, held: Held, token: str, *, done: str = "", problem: str = "", opened: str = ""
) -> Response:
    links, body, language = visit.house.provider_links, held.state.body, visit.language
    may, names = links.may(held), _names(visit)
    running = PROVIDER.clocks(held.state, visit.rules)
    first = min(running, key=lambda clock: clock.due, default=None)
    return visit.page(
        "provider_own.html",
        status=422 if problem else 200,
        token=token,
        once=new_secret(),
        name=body.name,
        state=state_label("provider", PROVIDER.state_name(held.state), language),
        done=done,
        problem=problem,
        opened=opened,
        may=may,
        named=lambda kind: command_label(kind, language),
        clock="" if first is None else clock_label(first.name, language),
        due=None if first is None else first.due,
        steps=_steps(visit, held, names),
        licence_kinds=_licences(visit),
        licences=with_room(licence_rows(body.licences), NO_LICENCE),
        prices=with_room(price_rows(body.prices), NO_PRICE),
        categories=_categories(visit),
        hours=_hours(visit, held),
        served=[
            (
                service,
                names.case(service.case, language),
                visit.names.category(service.category, language),
                [(one.stream, one.name) for one in successors],
            )
            for service, successors in (
                links.served(held) if "request_provider_exit" in may else ()
            )
        ],
        to_accept=[
            (
                one,
                names.case(one.case, language),
                one.function and visit.names.category(one.function, language),
            )
            for one in links.to_accept(held)
        ],
    )


def _hours(visit: Visit, held: Held) -> dict[str, Any] | None:
    """Return what the form of service hours offers: for what and where, and for which task."""
    if not isinstance(held.state, Running):
        return None
    names, language = visit.names, visit.language
    links, admission = visit.house.provider_links, held.state.admission
    return {
        "categories": [(one, names.category(one, language)) for one in admission.categories],
        "places": [(one, names.place(one, language)) for one in links.places(held)],
        "tasks": [(one, names.case(one, language)) for one in links.tasks(held)],
    }


def _names(visit: Visit) -> KnownNames:
    """Return names in which tasks are called by number, and other providers by name."""
    return KnownNames(visit.rules, number_of=lambda one: called(visit.house, one, visit.language))


def _steps(visit: Visit, held: Held, names: KnownNames) -> list[tuple[str, str]]:
    """Return what happened, the newest first, in the sentences of the record.

    Sealed words stay sealed here; a limit is told by its end, which is what matters to a provider.
    """
    told = [
        (
            str(instant(entry.recorded_at)),
            sentence(
                entry.kind,
                entry.fact,
                names,
                visit.language,
                lambda limit: visit.say(
                    f"{instant(limit['due'])} 前", f"by {instant(limit['due'])}"
                ),
            ),
        )
        for entry in visit.house.books.ledger.read(held.link.stream)
        if entry.kind != "provider_deadline_recalculated.v1"
    ]
    return told[::-1]


@router.post("/p/do")
def act(
    request: Request,
    token: Token = "",
    kind: Short = "",
    once: Token = "",
    text: Text = "",
    name: Short = "",
    categories: Rows = [],  # noqa: B006
    licence: Rows = [],  # noqa: B006
    number: Rows = [],  # noqa: B006
    until: Rows = [],  # noqa: B006
    item: Rows = [],  # noqa: B006
    per: Rows = [],  # noqa: B006
    amount: Rows = [],  # noqa: B006
    served: Rows = [],  # noqa: B006
    successor: Rows = [],  # noqa: B006
    leaving: Short = "",
    category: Short = "",
    place: Short = "",
    people: Short = "",
    minutes: Short = "",
    served_at: Short = "",
    task: Short = "",
) -> Response:
    """Have what the provider's people do recorded as theirs, and show where it led."""
    ours(request, token, token)
    visit = Visit(request)
    try:
        held = _held(visit, token)
    except LinkOver:
        return visit.over(_DOOR)
    links, stream = visit.house.provider_links, held.link.stream
    try:
        licences = licences_told(licence, number, until)
        prices = prices_told(item, per, amount)
        match kind:
            case "submit_rectification" | "appeal_measure":
                command: dict[str, Any] = {"text": text.strip()}
            case "correct_application":
                command = {"licences": licences, "prices": prices}
            case "report_change":
                command = {
                    "name": name.strip() or None,
                    "licences": licences,
                    "prices": prices,
                    "categories": categories,
                }
            case "record_service_hours":
                command = {
                    "category": category,
                    "place": place,
                    "people": number_told(people),
                    "minutes": number_told(minutes),
                    "served_at": moment_told(served_at),
                    "task": task or None,
                }
            case "request_provider_exit":
                command = {"plan": _plan(served, successor)}
            case "accept_service":
                case, _, function = served[0].partition(" ") if served else ("", "", "")
                command, stream = {"served": case, "function": function or None}, leaving
            case _:
                return _page(visit, held, token)
        position = links.act(held, stream, {"kind": kind} | command, once)
    except CommandRefused as refusal:
        return _page(visit, held, token, problem=visit.told(refusal, CATEGORY), opened=kind)
    told = visit.say(f"已记下：账本第 {position:,} 位。", f"On record at position {position:,}.")
    return _page(visit, _held(visit, token), token, done=told)


def _plan(served: list[str], successor: list[str]) -> list[dict[str, Any]]:
    """Return the plan of a form's rows: `case function` beside the stream of a successor."""
    plan = []
    for named, stream in zip(served, successor, strict=False):
        case, _, function = named.partition(" ")
        if stream:
            plan.append({"case": case, "function": function or None, "successor": stream})
    return plan
