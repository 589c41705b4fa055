"""The page of a provider's own people 服务机构自己的门: how it stands, and what is theirs to do.

Nobody needs an account here: whoever applied has a link, and does by it what is theirs.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from console.provider_forms import (
    Offered,
    Rows,
    Short,
    Text,
    Token,
    category_choices,
    licence_rows,
    moment_told,
    number_told,
    price_rows,
    rows_with_room,
)
from console.resident_doors import Bounded
from console.resident_visit import Visit
from console.seeing import instant, ours
from domain.provider.case import PROVIDER
from domain.provider.state import Running
from domain.refusals import CommandRefused
from services.provider_links import Held
from services.providers import CATEGORY
from services.rating_links import LinkOver, new_secret
from services.seeing import called
from wording.commands import command_label
from wording.labels import clock_label, state_label
from wording.names import KnownNames
from wording.sentences import sentence

router = APIRouter(route_class=Bounded)
DOOR = "provider_door.html"


@router.get("/p/")
def door(request: Request) -> Response:
    """Show the door: the secret is in the fragment, which no server sees, or is typed in."""
    return Visit(request).page(DOOR, over=False)


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
        return visit.over(DOOR)


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
        **rows_with_room(visit, licence_rows(body.licences), price_rows(body.prices)),
        categories=category_choices(visit),
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
    offered: Annotated[Offered, Depends()],
    token: Token = "",
    kind: Short = "",
    once: Token = "",
    text: Text = "",
    name: Short = "",
    categories: Rows = [],  # noqa: B006
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
        return visit.over(DOOR)
    links, stream = visit.house.provider_links, held.link.stream
    try:
        lists = offered.told()
        match kind:
            case "submit_rectification" | "appeal_measure":
                command: dict[str, Any] = {"text": text.strip()}
            case "correct_application":
                command = lists
            case "report_change":
                command = {"name": name.strip() or None, "categories": categories} | lists
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
