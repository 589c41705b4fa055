"""名册: units and people with their validity, who changed what, and the forms to change it."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.administering import admin_of, tabs
from console.forms import Field, command_of, fields_of
from console.seeing import ours, page, see_other
from desk.identifiers import new_uuid7
from domain.casebook import CASES
from domain.models import models_of
from domain.people import BY_LINK, ROLE_LABELS, Person, Role
from domain.refusals import CommandRefused
from domain.units import UnitKind
from services import roster
from services.acting import given, order_of
from services.seeing import NothingHere, Seer, told
from wording.commands import command_label
from wording.fields import field_label
from wording.labels import label

router = APIRouter()
SHOWN = 200
NEW = "new"
OPENING = {"units": "register_unit", "people": "register_person"}
ACTS = {
    "units": ("change_unit", "close_unit"),
    "people": ("grant_role", "revoke_role", "change_person"),
}
_GRANTED = tuple(role for role in Role if role not in BY_LINK | {Role.SYSTEM})


@router.get("/admin")
def show(request: Request, q: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Show units and people of the division."""
    seer = admin_of(request, "/admin")
    units, people = roster.units(seer, q), roster.people(seer, q)
    return page(
        request,
        "admin_roster.html",
        seer=seer,
        tabs=tabs(seer),
        tab="/admin",
        q=q,
        units=units[:SHOWN],
        units_total=len(units),
        people=people[:SHOWN],
        people_total=len(people),
        shown=SHOWN,
        acting=seer.role is Role.REGISTRAR,
        posts=lambda person: _posts(seer, person),
    )


def _posts(seer: Seer, person: Person) -> list[tuple[str, str]]:
    """Return the posts in force of a person: role and unit."""
    return [
        (ROLE_LABELS[grant.role][seer.language == "en"], seer.unit_name(grant.unit))
        for grant in person.grants
        if grant.stands(seer.at)
    ]


@router.get("/admin/units/{key}")
def show_unit(request: Request, key: str, receipt: int | None = None) -> Response:
    """Show one unit, its people, and who changed what."""
    seer = admin_of(request, "/admin")
    unit = roster.unit_at(seer, key)
    staff = [
        (one, grant)
        for one in roster.people(seer)
        for grant in one.person.grants
        if grant.unit == unit.code
    ]
    return page(
        request,
        "admin_unit.html",
        seer=seer,
        tabs=tabs(seer),
        tab="/admin",
        unit=unit,
        line=_line(seer, unit.line),
        staff=staff,
        history=roster.changes(seer, f"unit/{unit.code}"),
        acts=_acts(seer, "units", key),
        receipt=receipt,
    )


def _line(seer: Seer, code: str | None) -> str:
    """Return what a department's line of duty is called."""
    known = seer.rules.under(None).policy.lines.get(code or "")
    return code or "" if known is None else seer.say(known.zh, known.en)


@router.get("/admin/people/{key}")
def show_person(request: Request, key: str, receipt: int | None = None) -> Response:
    """Show one person, every post they held, and who changed what."""
    seer = admin_of(request, "/admin")
    return shown_person(request, seer, key, receipt)


def shown_person(
    request: Request,
    seer: Seer,
    key: str,
    receipt: int | None,
    *,
    password: str = "",
    refusal: CommandRefused | None = None,
) -> Response:
    """Return the page of a person; *password* is shown on it once, a *refusal* where it says no."""
    entered = roster.person_at(seer, key)
    registrar = seer.role is Role.REGISTRAR
    open_ones = seer.house.doorkeeper.sessions_of(entered.person.id) if registrar else []
    return page(
        request,
        "admin_person.html",
        status=200 if refusal is None else 422,
        seer=seer,
        tabs=tabs(seer),
        tab="/admin",
        one=entered,
        history=roster.changes(seer, entered.person.id),
        acts=_acts(seer, "people", key),
        acting=registrar,
        sessions=open_ones,
        receipt=receipt,
        password=password,
        signs_on=seer.house.sign_on is not None,
        refusal=None if refusal is None else told(refusal, seer),
    )


def _acts(seer: Seer, what: str, key: str) -> list[tuple[str, str]]:
    if seer.role is not Role.REGISTRAR:
        return []
    return [
        (f"/admin/{what}/{key}/{kind}", command_label(kind, seer.language)) for kind in ACTS[what]
    ]


@router.post("/admin/people/{key}/password")
async def set_password(request: Request, key: str) -> Response:
    """Give a person a fresh password and show it, this once."""
    form = str((await request.form()).get("form", ""))
    return await asyncio.to_thread(_set_password, request, key, form)


def _set_password(request: Request, key: str, form: str) -> Response:
    seer = admin_of(request, "/admin", acting=True)
    ours(request, form, seer.session.form)
    password, position = roster.new_password(seer, key)
    return shown_person(request, seer, key, position, password=password)


@router.get("/admin/{what}/{key}/{command}")
def ask(request: Request, what: str, key: str, command: str) -> Response:
    """Show the form of a command of the roster."""
    seer = admin_of(request, "/admin", acting=True)
    return _form(request, seer, what, key, command, dict(request.query_params))


@router.post("/admin/{what}/{key}/{command}")
async def act(request: Request, what: str, key: str, command: str) -> Response:
    """Have a command of the roster recorded, and show where it led."""
    sent = await request.form(max_files=0, max_fields=50)
    return await asyncio.to_thread(_act, request, what, key, command, sent)


def _act(request: Request, what: str, key: str, command: str, sent: Any) -> Response:
    seer = admin_of(request, "/admin", acting=True)
    ours(request, str(sent.get("form", "")), seer.session.form)
    model = _model(seer, what, key, command)
    plain = {name: value for name, value in sent.items() if isinstance(value, str)}
    try:
        stream = _stream(seer, what, key, plain)
        asked = command_of(command, model, sent)
        position = given(seer, order_of(seer, stream, asked, plain.get("command_id"))).position
    except CommandRefused as refusal:
        return _form(request, seer, what, key, command, plain, refusal)
    return see_other(f"/admin/{what}/{stream.partition('/')[2]}?receipt={position}")


def _model(seer: Seer, what: str, key: str, command: str) -> Any:
    """Return the model of *command*, where the one it is about is theirs; raise `NothingHere`."""
    if what not in ACTS or command not in (OPENING[what], *ACTS[what]):
        raise NothingHere
    if (key == NEW) != (command == OPENING[what]):
        raise NothingHere
    if key != NEW:
        roster.unit_at(seer, key) if what == "units" else roster.person_at(seer, key)
    kind = CASES["unit" if what == "units" else "person"]
    return models_of(kind.commands)[command]


def _stream(seer: Seer, what: str, key: str, sent: dict[str, str]) -> str:
    """Return whose stream a command is for; a new one is named by its code or staff number."""
    if what == "units":
        return f"unit/{sent.get('code', '').strip().upper() if key == NEW else key}"
    if key != NEW:
        return f"person/{key}"
    number = sent.get("staff_number", "").strip()
    if not number:
        raise CommandRefused("field-unclear", "请填写工号。", "Give the staff number.")
    return seer.house.doorkeeper.person_with(number)


def _form(
    request: Request,
    seer: Seer,
    what: str,
    key: str,
    command: str,
    given: dict[str, Any],
    refusal: CommandRefused | None = None,
) -> Response:
    model = _model(seer, what, key, command)
    back = "/admin" if key == NEW else f"/admin/{what}/{key}"
    title = seer.say("名册", "Roster")
    if key != NEW:
        title = (
            roster.unit_at(seer, key).name if what == "units" else roster.person_at(seer, key).name
        )
    return page(
        request,
        "act.html",
        status=200 if refusal is None else 422,
        seer=seer,
        title=command_label(command, seer.language),
        case_title=title,
        back=back,
        action=f"/admin/{what}/{key}/{command}",
        fields=[*_named_by(seer, command, given), *_fields(seer, model, key, command, given)],
        command_id=given.get("command_id") or f"console/{new_uuid7()}",
        refusal=None if refusal is None else told(refusal, seer),
        files=False,
    )


def _named_by(seer: Seer, command: str, given: dict[str, Any]) -> Iterator[Field]:
    """Yield the field that says which unit or person is new."""
    if command == "register_unit":
        hint = seer.say("区划代码和简称，如 440106005-SO", "division and short name: 440106005-SO")
        called = field_label("code", seer.language)
        yield Field("code", called, "text", True, value=given.get("code", ""), hint=hint)
    if command == "register_person":
        hint = seer.say("登录用，不写入账本", "for signing in; it is not put on record")
        called, held = field_label("staff_number", seer.language), given.get("staff_number", "")
        yield Field("staff_number", called, "text", True, value=held, hint=hint)


def _fields(
    seer: Seer, model: Any, key: str, command: str, given: dict[str, Any]
) -> Iterator[Field]:
    """Yield the fields of *command*, with what the roster offers to choose from."""
    policy = seer.rules.under(None).policy
    english = seer.language == "en"
    offered: dict[str, tuple[tuple[str, str], ...]] = {
        "line": tuple((code, one.en if english else one.zh) for code, one in policy.lines.items()),
        "role": tuple((role.value, ROLE_LABELS[role][english]) for role in _GRANTED),
        "unit_kind": tuple((one.value, label(one, seer.language)) for one in UnitKind),
        **dict.fromkeys(("unit", "parent"), _units(seer)),
        "successor": _units(seer) if command == "close_unit" else _people(seer, key),
    }
    if command == "revoke_role":
        held = [one for one in roster.person_at(seer, key).person.grants if one.stands(seer.at)]
        offered["role"] = tuple({(o.role.value, ROLE_LABELS[o.role][english]): None for o in held})
        offered["unit"] = tuple({(one.unit, seer.unit_name(one.unit)): None for one in held})
    unit = "unit" in command
    for field in fields_of(command, model, seer, policy, given):
        called = field_label(
            "title" if unit and field.name == "name" else field.name, seer.language
        )
        if field.name in offered:
            choices = offered[field.name]
            yield replace(field, label=called, kind="choice", choices=choices, hint="")
        elif field.name == "division":
            hint = seer.say("如 440106005", "such as 440106005")
            yield replace(field, label=called, kind="text", choices=(), hint=hint)
        else:
            sealed = seer.say("密封保存", "kept sealed") if field.hint else ""
            yield replace(field, label=called, hint=sealed)


def _units(seer: Seer) -> tuple[tuple[str, str], ...]:
    return tuple((one.code, one.name) for one in roster.units(seer) if one.stands(seer.at))


def _people(seer: Seer, key: str) -> tuple[tuple[str, str], ...]:
    return tuple((one.person.id, one.name) for one in roster.people(seer) if one.key != key)
