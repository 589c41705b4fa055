"""省市汇总: what this city stated; in a province, its cities' sums, comparison and alarms."""

import json
from fractions import Fraction
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import PlainTextResponse, Response

from audit.replay.figures import percent
from console.seeing import ours, page, see_other, seer_of
from console.supervising import MONTH
from domain.people import Role
from domain.province.words import StatementStanding
from domain.statements import in_force
from projections.history import history_of
from publishing.noting import Noting
from services.province import Known, Province
from services.roll_up import Total, last_month, months, roll_up
from services.seeing import NothingHere, Seer

router = APIRouter()
TONES = {
    StatementStanding.ON_TIME: "green",
    StatementStanding.LATE: "amber",
    StatementStanding.WITHDRAWN: "red",
    StatementStanding.MISSING: "red",
    StatementStanding.AWAITED: "",
}
SETTLING = frozenset({Role.SUPERVISOR, Role.AUDITOR})
WIDE = 1000


@router.get("/province")
def show(
    request: Request,
    month: Annotated[str, Query(pattern=MONTH)] = "",
    figure: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Show one month of all cities: how statements stand, the sums, and one figure compared."""
    seer = seer_of(request, "/province")
    cities, now = province_of(seer).cities(), seer.at
    wanted = month or last_month(now)
    found = roll_up(cities, wanted, seer.house.settings.statement_day, now)
    compared = next((one for one in found.totals if one.code == figure), None)
    if compared is None and found.totals:
        compared = found.totals[0]
    made = Noting(seer.house.books.desk).standing().statements
    return page(
        request,
        "province.html",
        seer=seer,
        month=wanted,
        months=months(cities, now),
        found=found,
        tones=TONES,
        day=seer.house.settings.statement_day,
        called=lambda total: seer.say(*total.name),
        meaning=lambda total: _meaning(seer, total),
        compared=compared,
        bars=[] if compared is None else _bars(compared),
        address=_address,
        alarmed=[one for one in cities if one.city.alarmed],
        own=[(one, in_force(made, one.month) is one) for one in reversed(made)],
        held=bool(cities),
        wide=WIDE,
    )


@router.get("/province/{city}")
def show_city(request: Request, city: str, done: str = "") -> Response:
    """Show one city: its key, what was taken of it, its alarms with their evidence."""
    seer = seer_of(request, "/province")
    known, service = _city(seer, city), province_of(seer)
    entries = seer.house.books.ledger.read(known.stream)
    return page(
        request,
        "province_city.html",
        seer=seer,
        known=known,
        city=known.city,
        address=_address(known),
        alarms=[
            (alarm, service.evidence_of(known, alarm.version))
            for alarm in reversed(known.city.alarms)
        ],
        statements=[
            (one, in_force(known.city.statements, one.month) is one)
            for one in reversed(known.city.statements)
        ],
        percent=percent,
        history=list(reversed(list(history_of(entries, seer.names, seer.language)))),
        may_settle=seer.role in SETTLING,
        done=bool(done),
    )


@router.get("/province/{city}/statements/{number}")
def show_note(request: Request, city: str, number: int) -> Response:
    """Hand out a statement as it was taken: the signed note, to be checked anywhere."""
    seer = seer_of(request, "/province")
    known = _city(seer, city)
    for held in known.city.statements:
        if held.number == number:
            note = province_of(seer).note_of(known, held)
            return _file(note, f"{known.city.origin.replace('/', '-')}-statement-{number}.txt")
    raise NothingHere


@router.get("/province/{city}/alarms/{number}")
def show_evidence(request: Request, city: str, number: int) -> Response:
    """Hand out the evidence of an alarm: both notes, and the proof where there is one."""
    seer = seer_of(request, "/province")
    known = _city(seer, city)
    for alarm in known.city.alarms:
        if alarm.number == number:
            evidence = province_of(seer).evidence_of(known, alarm.version)
            text = json.dumps(evidence | {"key": known.city.keys}, ensure_ascii=False, indent=1)
            return _file(text, f"{known.city.origin.replace('/', '-')}-alarm-{number}.json")
    raise NothingHere


@router.post("/province/{city}/alarms/{number}")
def settle(
    request: Request,
    city: str,
    number: int,
    reason: Annotated[str, Form(max_length=500)] = "",
    form: Annotated[str, Form()] = "",
) -> Response:
    """Have whoever looks say what was found out about an alarm."""
    seer = seer_of(request, "/province")
    ours(request, form, seer.session.form)
    if seer.role not in SETTLING:
        raise NothingHere
    known = _city(seer, city)
    if reason.strip():
        province_of(seer).settle(seer.who, known, number, reason.strip())
    return see_other(f"{_address(known)}?done={'yes' if reason.strip() else ''}")


def province_of(seer: Seer) -> Province:
    """Return the province of the house."""
    return Province(seer.house.settings, seer.house.books)


def _city(seer: Seer, number: str) -> Known:
    for one in province_of(seer).cities():
        if one.stream == f"city/{number}":
            return one
    raise NothingHere


def _address(known: Known) -> str:
    return f"/province/{known.stream.partition('/')[2]}"


def _meaning(seer: Seer, total: Total) -> str:
    """Return what a figure counts, in the language of whoever looks."""
    chinese, _, english = total.meaning.partition("。 ")
    return seer.say(chinese, english or chinese)


def _bars(total: Total) -> list[tuple[Any, int]]:
    """Return each city's share with the length of its bar, the highest rate first."""
    rates = [
        (Fraction(one.figure.numerator, one.figure.denominator or 1), one) for one in total.shares
    ]
    ordered = sorted(rates, key=lambda pair: (-pair[0], pair[1].city))
    return [(share, int(WIDE * rate)) for rate, share in ordered]


def _file(text: str, name: str) -> Response:
    return PlainTextResponse(
        text, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
