"""Lists of a pairing made up on a page: typed row by row, pasted, or read from a file.

A form holds everything typed until it is checked and recorded; nothing is kept in between.
"""

import asyncio
from itertools import zip_longest
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.seeing import ours, page, see_other, seer_of
from desk.identifiers import new_uuid7
from desk.orders import Receipt
from domain.pairing.authority import WHO_MAY
from domain.pairing.commands import ListKind
from domain.pairing.state import Drafted
from domain.refusals import CommandRefused
from domain.units import UnitKind
from importing.pairing_lists import ItemRow
from services.acting import given, order_of
from services.pairing_lists import Handed, Proposed, item_row, listed, proposed
from services.scope import pairing_at
from services.seeing import NothingHere, Seer, told
from wording.labels import label

router = APIRouter()
_EMPTY = ItemRow("", "", "", "")
_MORE = 5
_REVISE = "revise_lists"


def list_form(
    seer: Seer, stream: str, state: Drafted, command: str, filled: dict[str, Any]
) -> dict[str, Any]:
    """Return what the form of a list shows; without rows *filled* it begins with what stands."""
    made, kind = state.agreement, ListKind(filled["kind"])
    stands = made.list_of(kind, seer.unit)
    rows = filled.get("rows")
    if rows is None:
        items = () if stands is None else stands.items
        rows = [item_row(one) for one in items]
        rows += [_EMPTY] * _MORE
    policy = seer.rules.under(made.policy).policy
    refusal = filled.get("refusal")
    key = stream.partition("/")[2]
    return {
        "action": f"/pairings/{key}/{command}",
        "revising": command == _REVISE,
        "here": f"/pairings/{key}/{command}"
        if command == _REVISE
        else f"/pairings/{key}/start/lists",
        "kind": kind.value,
        "kind_name": label(kind, seer.language),
        "kinds": [(one.value, label(one, seer.language)) for one in ListKind],
        "stands": stands is not None,
        "rows": rows,
        "preview": bool(filled.get("preview")),
        "oddities": [
            (seer.say(*one.where), seer.say(one.chinese, one.english))
            for one in filled.get("oddities", ())
        ],
        "refusal": None if refusal is None else told(refusal, seer),
        "pasted": filled.get("pasted", ""),
        "reason": filled.get("reason", ""),
        "categories": {one.code: seer.say(one.label.zh, one.label.en) for one in policy.categories},
        "places": _places(seer, state),
        "command_id": f"console/{new_uuid7()}",
    }


def _places(seer: Seer, state: Drafted) -> dict[str, str]:
    """Return the places an item can be at: the whole street first, then its communities."""
    street = seer.rules.units[state.agreement.street].division
    kinds = {UnitKind.COMMUNITY, UnitKind.RESIDENTS_COMMITTEE}
    found = {
        unit.division: unit.name
        for unit in sorted(seer.rules.units.values(), key=lambda unit: unit.division)
        if unit.kind in kinds and unit.stands(seer.at) and unit.division.startswith(street)
    }
    return {street: seer.say("全街道", "the whole street")} | found


def handed_in(
    seer: Seer, stream: str, state: Drafted, command: str, sent: Any
) -> Receipt | dict[str, Any]:
    """Do what the button of the form says; return what the form holds then, or the receipt.

    `more` adds empty rows, `read` takes in what was pasted or uploaded, `check` shows what would
    be recorded with every oddity, `edit` goes back to the rows, `record` has it recorded.
    """
    try:
        kind = ListKind(str(sent.get("list", "")))
    except ValueError:
        raise NothingHere from None
    typed = _typed(sent)
    reason = str(sent.get("reason", "")).strip()
    held: dict[str, Any] = {"kind": kind, "rows": typed, "reason": reason}
    file = sent.get("file")
    content = file.file.read() if hasattr(file, "file") else b""
    pasted = str(sent.get("pasted", ""))
    match str(sent.get("do", "check")):
        case "record":
            return _recorded(seer, stream, state, command, held, str(sent.get("command_id", "")))
        case "edit":
            return held | {"rows": [*typed, *[_EMPTY] * _MORE]}
        case "more" | "read":
            read = _proposed(seer, state, kind, Handed((), pasted, content))
            rows = [one for one in typed if one != _EMPTY] + list(read.items)
            return held | {"rows": [*rows, *[_EMPTY] * _MORE], "oddities": read.oddities}
        case _:
            found = _proposed(seer, state, kind, Handed(typed, pasted, content))
            return _checked(seer, stream, state, command, held, found, pasted)


def _typed(sent: Any) -> list[ItemRow]:
    """Return the rows of the form that hold anything, the place alone being nothing."""
    columns = [sent.getlist(name) for name in ("code", "title", "category", "place", "promise")]
    told_of = zip_longest(*columns, fillvalue="")
    rows = [ItemRow(*(str(cell).strip() for cell in cells)) for cells in told_of]
    return [one for one in rows if one.code or one.title or one.category or one.promise]


def _proposed(seer: Seer, state: Drafted, kind: ListKind, handed: Handed) -> Proposed:
    return proposed(state.agreement, seer.rules, kind, seer.unit, handed)


def _checked(
    seer: Seer,
    stream: str,
    state: Drafted,
    command: str,
    held: dict[str, Any],
    found: Proposed,
    pasted: str,
) -> dict[str, Any]:
    """Return the preview of what would be recorded, or the rows again where they cannot be."""
    if found.unsure or not found.items:
        rows = [*held["rows"], *[_EMPTY] * _MORE]
        return held | {"rows": rows, "oddities": found.oddities, "pasted": pasted}
    checked = held | {"rows": list(found.items), "oddities": found.oddities, "preview": True}
    hearing = seer.house.books.desk.hearing(stream)
    refusal = hearing.refusal_of(seer.who, _command(seer, command, checked, state))
    if refusal is not None:
        rows = [*found.items, *[_EMPTY] * _MORE]
        return checked | {"rows": rows, "preview": False, "refusal": refusal}
    return checked


def _recorded(
    seer: Seer, stream: str, state: Drafted, command: str, held: dict[str, Any], command_id: str
) -> Receipt | dict[str, Any]:
    try:
        asked = _command(seer, command, held, state)
        return given(seer, order_of(seer, stream, asked, command_id or None))
    except CommandRefused as refusal:
        return held | {"rows": [*held["rows"], *[_EMPTY] * _MORE], "refusal": refusal}


def _command(seer: Seer, command: str, held: dict[str, Any], state: Drafted) -> dict[str, Any]:
    """Return the rows as the command that records them."""
    items = listed(held["rows"], state.agreement)
    made = {"kind": command, "list": held["kind"].value, "unit": seer.unit, "items": items}
    return made | ({"reason": held["reason"]} if command == _REVISE else {})


@router.get("/pairings/{key}/revise_lists")
def ask_revision(
    request: Request,
    key: str,
    listed: Annotated[ListKind, Query(alias="list")] = ListKind.NEED,
) -> Response:
    """Show the form in which a list of a running pairing is revised."""
    seer = seer_of(request, "/pairings")
    _, state = pairing_at(seer, key)
    return _revision(request, seer, key, state, {"kind": listed})


def _revision(
    request: Request, seer: Seer, key: str, state: Drafted, filled: dict[str, Any]
) -> Response:
    if seer.role not in WHO_MAY[_REVISE]:
        raise NothingHere
    form = list_form(seer, f"pairing/{key}", state, _REVISE, filled)
    return page(
        request,
        "pairing_revise.html",
        status=422 if form["refusal"] else 200,
        seer=seer,
        key=key,
        title=state.agreement.title,
        form=form,
    )


@router.post("/pairings/{key}/revise_lists")
async def revise(request: Request, key: str) -> Response:
    """Go on making up the revised list, or ask for it."""
    sent = await request.form(max_files=1, max_fields=1200, max_part_size=11 * 1024 * 1024)
    return await asyncio.to_thread(_revise, request, key, sent)


def _revise(request: Request, key: str, sent: Any) -> Response:
    seer = seer_of(request, "/pairings")
    ours(request, str(sent.get("form", "")), seer.session.form)
    line, state = pairing_at(seer, key)
    if seer.role not in WHO_MAY[_REVISE]:
        raise NothingHere
    done = handed_in(seer, line.stream, state, _REVISE, sent)
    if isinstance(done, dict):
        return _revision(request, seer, key, state, done)
    return see_other(f"/pairings/{key}?receipt={done.position}")
