"""Documents handed out: which there are for whom, and their bytes as PDF or docx.

What a paper tells is what its reader sees on the page of the same case, and no more: sealed texts
only where they may read them, a resident's name and number masked where the page masks them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from documents.agreement import (
    Item,
    ListOfItems,
    PairingAgreement,
    Party,
    agreement_paper,
)
from documents.monthly import Figure, Group, MonthlyReport, monthly_paper
from documents.paper import OFFICE, Paper, Stand
from documents.pdf import pdf_of
from documents.word import docx_of
from domain.pairing.case import PAIRING
from domain.pairing.state import Drafted
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.service_definitions import DEFINITIONS
from ledger.entry import Entry
from ledger.store import Ledger
from projections.service_levels import LevelFilter, Rate
from services.reading_tasks import names_for
from services.scope import measured_by, pairing_at, task_at
from services.seeing import NothingHere, Seer
from services.task_papers import PAPERS, TaskFile, task_paper
from wording.labels import label
from wording.names import KnownNames

Form = Literal["pdf", "docx"]
CALLED: dict[str, tuple[str, str]] = {
    "order": ("交办单", "task order"),
    "completion": ("办结单", "completion sheet"),
    "supervision": ("督办单", "supervision sheet"),
    "agreement": ("结对协议", "pairing agreement"),
    "report": ("月报", "monthly report"),
}
"""What each document is called, by its name in addresses and on the command line."""

FORMS: dict[str, tuple[Form, ...]] = {
    kind: ("pdf",) if kind == "completion" else ("pdf", "docx") for kind in CALLED
}
"""The forms a document is handed out in: what was done about a task is not edited afterwards."""

_MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
_COLUMNS = ("on_time_rate@1", "response_rate@1", "resolution_rate@1", "satisfaction_rate@1")


def form_named(text: str) -> Form:
    """Return the form of this name; raise `NothingHere` for another."""
    if text == "pdf":
        return "pdf"
    if text == "docx":
        return "docx"
    raise NothingHere


def _none_of(kind: str) -> CommandRefused:
    chinese, english = CALLED[kind]
    return CommandRefused(
        "no-document",
        f"目前没有{chinese}可打印：案卷还没有办到这一步，或者{chinese}没有这种格式。",
        f"There is no {english} now: the case has not come that far, or not in this form.",
    )


@dataclass(frozen=True)
class Handed:
    """A document as it is handed out; *name* is for people, *plain_name* for old programs."""

    name: str
    plain_name: str
    media_type: str
    content: bytes


def task_document(seer: Seer, number: str, kind: str, form: Form, site: str) -> Handed:
    """Return a document about the task with this number; *site* is where people open the console.

    Raises `NothingHere` alike for a task there is none of and one that is not theirs to see, and
    for a kind there is none of; `CommandRefused`, and `ExtraMissing` where no papers can be made.
    """
    stream, state, seen = task_at(seer, number)
    if kind not in PAPERS:
        raise NothingHere
    entries = seer.house.books.ledger.read(stream)
    official = seer.number_of(stream) or number
    names, address = names_for(seer, seen), f"{site}/tasks/{official}"
    return task_document_of(TaskFile(official, state, entries, names, address), kind, form)


def task_document_of(file: TaskFile, kind: str, form: Form) -> Handed:
    """Return a document about the task in *file*; raise `CommandRefused` and `ExtraMissing`."""
    made = task_paper(file, kind) if form in FORMS.get(kind, ()) else None
    if made is None:
        raise _none_of(kind)
    return _handed(made, kind, form, file.number)


def pairing_document(seer: Seer, key: str, form: Form, site: str) -> Handed:
    """Return the agreement of a pairing.

    Raises `NothingHere` alike for a pairing there is none of and one that is not theirs to see,
    and `ExtraMissing`.
    """
    stream = pairing_at(seer, key)[0].stream
    case, rules = seer.house.books.desk.case(stream)
    entries = seer.house.books.ledger.read(stream)
    return agreement_document(case.state, entries, rules, f"{site}/pairings/{key}", form)


def agreement_document(
    state: Any, entries: list[Entry], rules: Rules, address: str, form: Form
) -> Handed:
    """Return the agreement of the pairing in *state*; raise `CommandRefused`, `ExtraMissing`."""
    if not isinstance(state, Drafted):
        raise _none_of("agreement")
    made = agreement_paper(_agreement(state, entries, rules, address))
    return _handed(made, "agreement", form, entries[0].stream.rpartition("/")[2])


def monthly_document(seer: Seer, month: str, form: Form, site: str) -> Handed:
    """Return the report of a month such as `2026-11`, of what is theirs to see.

    Raises `NothingHere` for what is no month or has not begun, and `ExtraMissing`.
    """
    seer.house.catch_up()
    now = seer.at.astimezone(OFFICE).strftime("%Y-%m")
    if not _MONTH.fullmatch(month) or month > now:
        raise NothingHere
    stand = _head(seer.house.books.ledger, f"{site}/figures")
    wanted = measured_by(seer, LevelFilter(month_from=month, month_to=month))
    rates = seer.house.boards.levels.rates
    unit = seer.rules.units[seer.unit]
    year, _, number = month.partition("-")
    made = monthly_paper(
        MonthlyReport(
            organ=unit.name,
            year=int(year),
            month=int(number),
            about=_extent(seer, wanted),
            ended=month < now,
            figures=tuple(_figure(rate) for rate in rates(wanted)),
            columns=tuple((metric, DEFINITIONS[metric].zh) for metric in _COLUMNS),
            streets=_groups(rates(_columns(wanted), by="street"), seer.names, "place"),
            units=_groups(rates(_columns(wanted), by="unit"), seer.names, "unit"),
            stand=stand,
        )
    )
    return _handed(made, "report", form, month)


def _handed(paper: Paper, kind: str, form: Form, about: str) -> Handed:
    content = pdf_of(paper) if form == "pdf" else docx_of(paper)
    name = f"{about}-{CALLED[kind][0]}.{form}"
    return Handed(name, f"{about}-{kind}.{form}", _MEDIA[form], content)


def _head(ledger: Ledger, address: str) -> Stand:
    newest = ledger.entry(ledger.head())
    assert newest is not None, "a book whose people look at figures is not empty"
    return Stand(newest.position, newest.hash, newest.recorded_at, address)


def _extent(seer: Seer, wanted: LevelFilter) -> str:
    """Return in words what is counted: what a unit handles, or what lies in a division."""
    unit = seer.rules.units[seer.unit]
    if wanted.unit is not None:
        return f"{unit.name}主办"
    place = seer.names.place(unit.division, "zh")
    return f"{place}辖区" if place != unit.division else f"{unit.name}辖区（{unit.division}）"


def _columns(wanted: LevelFilter) -> LevelFilter:
    return replace(wanted, metrics=_COLUMNS)


def _figure(rate: Rate) -> Figure:
    known = DEFINITIONS[rate.metric]
    return Figure(
        metric=rate.metric,
        name=known.zh,
        numerator=rate.numerator,
        denominator=rate.denominator,
        excluded=rate.excluded,
        percent=rate.percent,
        definition=f"{known.numerator_zh} ÷ {known.denominator_zh}",
    )


def _groups(
    rates: Iterable[Rate], names: KnownNames, what: Literal["place", "unit"]
) -> tuple[Group, ...]:
    """Return the rates by group, groups in the order of their codes."""
    grouped = groupby(sorted(rates, key=lambda one: one.group), lambda one: one.group)
    called = names.place if what == "place" else names.unit
    return tuple(
        Group(
            called(code, "zh") if code else "未派单",
            {one.metric: _figure(one) for one in some},
        )
        for code, some in grouped
    )


def _agreement(
    state: Drafted, entries: list[Entry], rules: Rules, address: str
) -> PairingAgreement:
    made, names = state.agreement, KnownNames(rules)
    claimed = {claim.item: names.unit(claim.unit, "zh") for claim in made.claims}
    signed = _signed(entries)
    parts = [(made.center, "党群服务中心")]
    parts += [(one, "职能部门") for one in made.departments]
    parts.append((made.street, "街道"))
    newest = entries[-1]
    return PairingAgreement(
        title=made.title,
        parties=tuple(
            Party(names.unit(unit, "zh"), part, signed.get(unit)) for unit, part in parts
        ),
        lead=names.unit(made.lead, "zh"),
        categories=tuple(names.category(code, "zh") for code in made.categories),
        term_start=made.term_start,
        term_end=made.term_end,
        lists=tuple(
            ListOfItems(
                label(one.kind),
                names.unit(one.unit, "zh"),
                tuple(
                    Item(
                        item.title,
                        names.category(item.category, "zh"),
                        "" if item.place is None else names.place(item.place, "zh"),
                        claimed.get(item.code, ""),
                    )
                    for item in one.items
                ),
            )
            for one in made.lists
        ),
        terms=tuple(
            term.label.zh for term in rules.under(made.policy).policy.pairing.mandatory_terms
        ),
        approved=_approved(entries, names),
        state=label(PAIRING.state_name(state), among="PairingState"),
        stand=Stand(newest.position, newest.hash, newest.recorded_at, address),
    )


def _signed(entries: list[Entry]) -> dict[str, datetime]:
    """Return when each unit signed, of the newest proposal."""
    found: dict[str, datetime] = {}
    for one in entries:
        if one.kind == "pairing_proposed.v1":
            found.clear()
        elif one.kind == "agreement_signed.v1":
            found[str(one.fact["unit"])] = one.recorded_at
    return found


def _approved(entries: list[Entry], names: KnownNames) -> tuple[str, datetime] | None:
    for one in reversed(entries):
        if one.kind == "pairing_approved.v1" and one.by.unit is not None:
            return names.unit(one.by.unit, "zh"), one.recorded_at
    return None
