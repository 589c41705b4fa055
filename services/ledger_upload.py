"""A problem ledger (问题台账) taken in through a page: looked at, corrected, and then registered.

The table waits sealed between the looks. Every look reads it anew, with what was corrected since;
so what is looked at and what is registered go the same way.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

from desk.casework import Asking
from desk.gateway import Gateway
from domain.casebook import CASES
from domain.models import models_of
from domain.refusals import CommandRefused
from domain.units import UnitKind
from importing.apart import read_apart
from importing.layout import fault_of
from importing.needs import NEED_FIELDS
from importing.tables import Field, Row, Table, TableRefused, column_letters
from importing.template import choices, need_template
from importing.writing import bad_rows_of
from services.intake import Intake, Taking
from services.need_intake import take_needs
from services.offering import Filling
from services.seeing import Seer
from services.table_upload import LIMITS, entered_by

NAME = "问题台账"

Corrections = Mapping[tuple[str, int], Mapping[str, str]]
"""What was written anew, by sheet and row, by field."""


@dataclass(frozen=True)
class Taken:
    """A table as it was looked at or taken, and what became of it; *token* opens it again.

    *mended* is what was written anew in it: the table that waits does not know of it.
    """

    table: Table
    intake: Intake
    token: str
    mended: Corrections


def tidy(seer: Seer) -> None:
    """Have tables that waited too long be gone, whoever uploaded them."""
    seer.house.held_tables.sweep(seer.at)


def may_import(seer: Seer) -> CommandRefused | None:
    """Return why somebody of this role may register no needs, None where they may."""
    model = models_of(CASES["task"].commands)["register_task"]
    stream = f"task/{uuid4()}"
    filling = Filling(CASES["task"], CASES["task"].initial, seer.rules, seer.who, None, stream)
    asking = Asking(f"would/{uuid4()}", seer.who, filling.fill("register_task", model))
    if seer.role in CASES["task"].who_may["register_task"]:
        return None  # where each need lies is judged row by row
    try:
        seer.house.books.desk.would(stream, asking)
    except CommandRefused as refusal:
        return refusal
    return None


def keep(seer: Seer, content: bytes) -> str:
    """Keep an uploaded table for an hour at most; return what opens it.

    Raises `CommandRefused` where it is no table that is read, and keeps nothing then.
    """
    _permitted(seer)
    _read(content)
    return seer.house.held_tables.keep(seer.session.session, content, seer.at)


def take(
    seer: Seer, token: str, corrections: Corrections, *, dry: bool, update: bool = False
) -> Taken:
    """Look at what is kept under *token* with *corrections*, or register it.

    A row that was registered before is found again and not registered twice; what it says
    otherwise now is recorded as a correction with *update*. Raises `CommandRefused`, `NotNow`.
    """
    _permitted(seer)
    content = seer.house.held_tables.open(seer.session.session, token, seer.at)
    if content is None:
        raise CommandRefused(
            "upload-gone",
            "上传的表已过期（最多保留一小时），请重新上传。已登记的行不会重复登记。",
            "The table that was uploaded is gone (it is kept for an hour); upload it again. Rows "
            "that are registered are not registered twice.",
        )
    table = _read(content)
    mended = changes(table, corrections)
    table = corrected(table, mended)
    taking, gateway = Taking(dry=dry, update=update), Gateway(seer.house.books)
    intake = asyncio.run(take_needs(gateway, table, NAME, taking, entered_by(seer)))
    intake.refused.sort(key=lambda bad: bad.row.key)
    if not dry:
        seer.house.catch_up()
        if not intake.refused:
            seer.house.held_tables.forget(seer.session.session)
    return Taken(table, intake, token, mended)


def returned(taken: Taken) -> tuple[str, bytes]:
    """Return the rows that are not taken as a file, each with its reason, and the file's ending."""
    return bad_rows_of(taken.table, taken.intake.refused)


def template(seer: Seer) -> bytes:
    """Return an empty ledger to be filled in, with the lists of this installation."""
    offered = offered_choices(seer)
    return need_template(offered["category"], offered["street"])


def offered_choices(seer: Seer) -> dict[str, tuple[str, ...]]:
    """Return what may be chosen in the columns that have a list."""
    streets = [
        unit.name
        for unit in sorted(seer.rules.units.values(), key=lambda unit: unit.division)
        if unit.kind is UnitKind.STREET_OFFICE and unit.stands(seer.at)
    ]
    categories = [one.label.zh for one in seer.rules.under(None).policy.categories]
    return choices(categories, streets)


def changes(table: Table, said: Corrections) -> Corrections:
    """Return what *said* changes in the rows of *table*."""
    found = {row.key: _changes(row, said[row.key]) for row in table.rows if row.key in said}
    return {key: anew for key, anew in found.items() if anew}


def _changes(row: Row, said: Mapping[str, str]) -> dict[str, str]:
    def changed(name: str, text: str) -> bool:
        # A formula is shown as an empty field: whatever is written there is written anew.
        return bool(text) if name in formulas else text != row.cells.get(name, "")

    formulas = _formulas(row)
    texts = {one.name: said[one.name].strip() for one in NEED_FIELDS if one.name in said}
    return {name: text for name, text in texts.items() if changed(name, text)}


def corrected(table: Table, mended: Corrections) -> Table:
    """Return *table* with its rows as *mended*; what stayed as it was keeps its faults."""
    rows = tuple(
        _corrected(row, mended[row.key]) if row.key in mended else row for row in table.rows
    )
    return replace(table, rows=rows)


def _corrected(row: Row, anew: Mapping[str, str]) -> Row:
    cells = {**row.cells, **anew}
    found = replace(row, cells=cells, originals=_written_over(row, anew))
    faults = [fault_of(found, field, None) for field in NEED_FIELDS if field.name in anew]
    kept = [one for one in row.problems if one.field not in anew]
    return replace(found, problems=(*kept, *(one for one in faults if one is not None)))


def _written_over(row: Row, anew: Mapping[str, str]) -> tuple[str, ...]:
    """Return the row as it is handed back, where its columns hold what was corrected."""
    named = {letters: name for name, letters in row.columns.items()}
    return tuple(
        anew.get(named.get(column_letters(at), ""), text) for at, text in enumerate(row.originals)
    )


def fields_shown(row: Row, wrong: Collection[str]) -> list[tuple[Field, str]]:
    """Return the fields of a bad row's form with what they hold; a formula is to be written anew.

    A field the table has no column for is asked for only where it is missing.
    """
    formulas = _formulas(row)
    return [
        (field, "" if field.name in formulas else row.cells.get(field.name, ""))
        for field in NEED_FIELDS
        if field.name in row.columns or field.name in wrong
    ]


def _formulas(row: Row) -> frozenset[str]:
    return frozenset(one.field for one in row.problems if one.rule == "formula-cell")


def _permitted(seer: Seer) -> None:
    if (refusal := may_import(seer)) is not None:
        raise refusal


def _read(content: bytes) -> Table:
    try:
        return read_apart(content, NEED_FIELDS, LIMITS)
    except TableRefused as refused:
        raise CommandRefused(refused.rule, refused.chinese, refused.english) from None
