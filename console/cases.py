"""案卷: the cases of every kind on the board of cases, as a list, one by one, and begun.

A kind whose pages show more has a room of its own that adds to these: `PANELS` holds what it shows
of one case, `case_<category>.html` how.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.acting import plain_of
from console.forms import command_of, fields_of
from console.seeing import ours, page, sections_of, see_other, seer_of
from console.task import acts, not_now
from desk.identifiers import new_uuid7
from domain.casebook import CASES
from domain.models import models_of
from domain.refusals import CommandRefused
from projections.case_board import CaseFilter, CaseLine
from projections.history import case_history
from services.acting import given, order_of
from services.case_lists import PLURALS, CaseAt, case_at, cases_at, category_at, counts_at
from services.offering import offers
from services.seeing import NothingHere, Seer, told
from wording.commands import command_label
from wording.labels import LABELS, clock_label, label, state_label
from wording.sentences import deadline_text

router = APIRouter()
PAGE = 20

Panel = Callable[[Seer, CaseAt], dict[str, Any]]
PANELS: dict[str, Panel] = {}
"""What more is shown of one case of a kind, by its category: what its template is filled with.

`filled` holds the addresses of forms that begin filled in, by command.
"""


@router.get("/{section}")
def show_list(
    request: Request,
    section: str,
    state: str = "",
    q: str = "",
    place: str = "",
    mine: bool = False,
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """List the cases of one kind, in the order of the clock."""
    category = category_at(section)
    seer = seer_of(request, f"/{section}")
    wanted = CaseFilter(
        category,
        states=(state,) if state else (),
        place=place or None,
        holder=seer.unit if mine else None,
        search=q.strip() or None,
    )
    lines, total = cases_at(seer, wanted, order="next_due", page=number, size=PAGE)
    counts = counts_at(seer, CaseFilter(category))
    return page(
        request,
        "cases.html",
        seer=seer,
        category=category,
        title=_called(seer, section),
        plural=section,
        rows=[row_of(seer, line) for line in lines],
        by_service=any(line.service for line in lines),
        by_clock=any(line.next_due for line in lines),
        states=[
            (one, state_label(category, one, seer.language), counts[one])
            for one in _in_order(category, counts)
        ],
        state=state,
        q=q,
        place=place,
        mine=mine,
        begins=list(beginnings(seer, category)),
        number=number,
        pages=max(1, -(-total // PAGE)),
        total=total,
    )


def _called(seer: Seer, section: str) -> str:
    """Return what the menu calls the page of a kind."""
    return dict(sections_of(seer))[f"/{section}"]


def _in_order(category: str, counts: dict[str, int]) -> list[str]:
    """Return the states there are cases in, in the order a case goes through them."""
    order = list(LABELS.get(f"{category.capitalize()}State", {}))
    return sorted(counts, key=lambda one: order.index(one) if one in order else len(order))


def row_of(seer: Seer, line: CaseLine) -> dict[str, Any]:
    """Return what a list shows of a case, in the language of whoever looks."""
    return {
        "line": line,
        "title": line.title_in(seer.language),
        "kind": label(line.category, seer.language, among="CaseKind"),
        "address": address_of(line),
        "state": state_label(line.category, line.state, seer.language),
        "place": seer.place_name(line.place) if line.place else "",
        "holder": seer.unit_name(line.holder) if line.holder else "",
        "service": seer.category_name(line.service) if line.service else "",
        "clock": clock_label(line.next_clock, seer.language) if line.next_clock else "",
    }


def address_of(line: CaseLine) -> str:
    """Return where the page of a case is."""
    return f"/{PLURALS[line.category]}/{line.key}"


def beginnings(seer: Seer, category: str) -> Iterator[tuple[str, str]]:
    """Yield address and name of each command by which this role begins a case of a kind."""
    kind = CASES[category]
    for command in sorted(kind.begun_by):
        if seer.role in kind.who_may.get(command, ()):
            yield f"/{PLURALS[category]}/new/{command}", command_label(command, seer.language)


@router.get("/{section}/{key}")
def show(request: Request, section: str, key: str, receipt: int | None = None) -> Response:
    """Show one case: where it stands, what runs, what may be done, what happened."""
    category = category_at(section)
    seer = seer_of(request, f"/{section}")
    found = case_at(seer, category, key)
    line, kind, state = found
    desk, ledger = seer.house.books.desk, seer.house.books.ledger
    offered = offers(desk.hearing(line.stream), seer.who, kind.policy_id(state))
    entries = ledger.read(line.stream)
    panel = PANELS.get(category)
    shown = {} if panel is None else panel(seer, found)
    may, filled = acts(seer, address_of(line), offered), shown.get("filled", {})
    running = () if line.over else kind.clocks(state, seer.rules)
    return page(
        request,
        "case.html",
        seer=seer,
        found=found,
        line=line,
        category=category,
        plural=section,
        section_title=_called(seer, section),
        state_label=state_label(category, line.state, seer.language),
        about=row_of(seer, line),
        panel=shown,
        units=[seer.unit_name(one) for one in seer.house.boards.cases.units(line.stream)],
        clocks=[
            (clock_label(one.name, seer.language), one.due, _why(seer, one))
            for one in sorted(running, key=lambda one: one.due)
        ],
        may=[(filled.get(one.rpartition("/")[2], one), *rest) for one, *rest in may],
        may_not=not_now(seer, offered),
        history=list(reversed(case_history(ledger, line.stream, seer.names, seer.language))),
        facts=len(entries),
        position=entries[-1].position,
        fingerprint=entries[-1].hash[:16],
        receipt=receipt,
    )


def _why(seer: Seer, clock: Any) -> str:
    if clock.deadline is None:
        return ""
    told_as = deadline_text(clock.deadline.model_dump(mode="json"), seer.language)
    return told_as.partition(seer.say("：", ": due"))[0]


@router.get("/{section}/new/{command}")
def ask(request: Request, section: str, command: str) -> Response:
    """Show the form by which a case is begun."""
    category = category_at(section)
    seer = seer_of(request, f"/{section}")
    return _form(request, seer, category, command, dict(request.query_params))


@router.post("/{section}/new/{command}")
async def begin(request: Request, section: str, command: str) -> Response:
    """Have a case begun, and show it."""
    sent = await request.form(max_files=1, max_fields=300, max_part_size=11 * 1024 * 1024)
    return await asyncio.to_thread(_begin, request, section, command, sent)


def _begin(request: Request, section: str, command: str, sent: Any) -> Response:
    category = category_at(section)
    seer = seer_of(request, f"/{section}")
    ours(request, str(sent.get("form", "")), seer.session.form)
    model = _model(seer, category, command)
    plain = plain_of(sent)
    try:
        stream = CASES[category].named_by(plain) or f"{category}/{plain['case']}"
        order = order_of(seer, stream, command_of(command, model, sent), plain.get("command_id"))
        position = given(seer, order).position
    except CommandRefused as refusal:
        return _form(request, seer, category, command, plain, refusal)
    return see_other(f"/{section}/{stream.partition('/')[2]}?receipt={position}")


def _model(seer: Seer, category: str, command: str) -> Any:
    kind = CASES[category]
    if command not in kind.begun_by or seer.role not in kind.who_may.get(command, ()):
        raise NothingHere
    return models_of(kind.commands)[command]


def _form(
    request: Request,
    seer: Seer,
    category: str,
    command: str,
    filled: dict[str, Any],
    refusal: CommandRefused | None = None,
) -> Response:
    kind, section = CASES[category], PLURALS[category]
    model = _model(seer, category, command)
    policy = seer.rules.under(None).policy
    return page(
        request,
        "case_new.html",
        status=200 if refusal is None else 422,
        seer=seer,
        title=command_label(command, seer.language),
        case_title=_called(seer, section),
        back=f"/{section}",
        action=f"/{section}/new/{command}",
        fields=fields_of(command, model, seer, policy, filled, None, kind),
        case=filled.get("case") or str(uuid4()),
        command_id=filled.get("command_id") or f"console/{new_uuid7()}",
        refusal=None if refusal is None else told(refusal, seer),
        files=False,
        upload="",
        accept="",
        most=0,
    )
