"""The record in the forms other people's tools read: one file, recorded before it appears."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from audit.exports.choosing import Selection, Tick, chosen
from audit.exports.placing import placed
from audit.exports.workbench import Workbench
from audit.proofs.bundle import Extras, opening_line
from audit.reading import Reader
from audit.replay.as_of import Axis
from desk.opening import Books
from domain.oversight.words import ExportFormat
from domain.sealed import Sealed
from domain.values import instant_text
from ledger.database import LedgerUnavailable, WeakSettings
from runtime.settings import Settings
from services.tracing import Trace
from services.unmasking import FieldOpening
from vault.keys import KeyRefused


@dataclass(frozen=True)
class Work:
    """What a form is written from, and where to; *extras* go into an evidence bundle only."""

    reader: Reader
    selection: Selection
    path: Path
    settings: Settings
    since: datetime | None
    until: datetime | None
    tick: Tick
    extras: Extras
    axis: Axis


@dataclass(frozen=True)
class Made:
    """What was written: rows, the newest log position in them, and how many openings."""

    rows: int
    head: int
    openings: int = 0


@dataclass(frozen=True)
class Form:
    """One form: its name in the fact, who writes it, and how often every entry is gone through."""

    fact: ExportFormat
    write: Callable[[Work], int | Made]
    rounds: int = 1


def _jsonl(work: Work) -> int:
    from audit.exports.jsonl import write_jsonl

    return write_jsonl(work.reader, work.selection, work.path, work.tick)


def _ocel(work: Work, write: Callable[[Workbench, Path, Tick], int]) -> int:
    """Lay the log out, then write it down in one of the three forms."""
    from audit.exports.ocel import gathered

    with gathered(
        work.reader,
        work.selection,
        work.path.parent,
        default_policy=work.settings.policy,
        axis=work.axis,
        tick=work.tick,
    ) as bench:
        return write(bench, work.path, work.tick)


def _ocel_json(work: Work) -> int:
    from audit.exports.ocel import write_ocel_json

    return _ocel(work, write_ocel_json)


def _ocel_xml(work: Work) -> int:
    from audit.exports.ocel_xml import write_ocel_xml

    return _ocel(work, write_ocel_xml)


def _ocel_sqlite(work: Work) -> int:
    from audit.exports.ocel_sqlite import write_ocel_sqlite

    return _ocel(work, write_ocel_sqlite)


def _xes(work: Work) -> int:
    from audit.exports.xes import write_xes

    return write_xes(
        work.reader,
        work.selection,
        work.path,
        default_policy=work.settings.policy,
        axis=work.axis,
        tick=work.tick,
    )


def _xlsx(work: Work) -> int:
    from audit.exports.workbook import Telling, write_workbook

    return write_workbook(
        work.reader,
        work.selection,
        work.path,
        default_policy=work.settings.policy,
        telling=Telling(datetime.now(UTC), work.settings.log_origin or "", work.since, work.until),
        tick=work.tick,
    )


def _evidence(work: Work) -> Made:
    from audit.proofs.bundle import write_evidence

    found = write_evidence(work.reader, work.path, work.extras, tick=work.tick)
    return Made(found.size, found.size - 1, found.openings)


FORMS: dict[str, Form] = {
    "jsonl": Form(ExportFormat.JSONL, _jsonl),
    "ocel-json": Form(ExportFormat.OCEL_JSON, _ocel_json, rounds=2),
    "ocel-xml": Form(ExportFormat.OCEL_XML, _ocel_xml, rounds=2),
    "ocel-sqlite": Form(ExportFormat.OCEL_SQLITE, _ocel_sqlite, rounds=2),
    "xes": Form(ExportFormat.XES, _xes),
    "xlsx": Form(ExportFormat.XLSX, _xlsx),
    "evidence": Form(ExportFormat.BUNDLE, _evidence),
}
"""Every form by the name it has on the command line."""


@dataclass(frozen=True)
class Asked:
    """What is to be exported, and where to: *form* is a name in `FORMS`.

    No *cases* means all; *since* and *until* bound when entries were recorded; *axis* says which of
    its two instants is an event's time, for process miners.
    """

    form: str
    out: Path
    cases: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    force: bool = False
    axis: Axis = Axis.OCCURRED


Showing = Callable[[int, bool], AbstractContextManager[Tick]]
"""Shows progress over so many entries, told whether they are of the whole log."""


def export(
    settings: Settings,
    reader: Reader,
    asked: Asked,
    trace: Trace,
    extras: Callable[[], Extras],
    showing: Showing,
) -> dict[str, Any]:
    """Make the file, record that it was made, and only then let it appear.

    Raises `CommandRefused`, `PlaceTaken`, `PlaceUnfit`, `NothingSigned`, or `OSError`.
    """
    form = FORMS[asked.form]
    trace.may("record_export")
    # Evidence is always of the whole log; its cases only say what is opened.
    cases = () if form.fact is ExportFormat.BUNDLE else asked.cases
    selection = chosen(reader, cases, asked.since, asked.until)
    along = extras()
    with placed(asked.out, force=asked.force) as draft:
        with showing(selection.positions * form.rounds, selection.cases is None) as tick:
            found = form.write(
                Work(
                    reader,
                    selection,
                    draft.path,
                    settings,
                    asked.since,
                    asked.until,
                    tick,
                    along,
                    asked.axis,
                )
            )
        made = found if isinstance(found, Made) else Made(found, selection.until)
        sealing = draft.finish()
        # Recorded before it appears: no file is ever handed out that nobody was told of.
        recorded = trace.exported(
            form.fact,
            about=_about(selection, asked.since, asked.until),
            head=made.head,
            rows=made.rows,
            bytes=sealing.bytes,
            digest=sealing.digest,
            openings=made.openings,
        )
    return {
        "form": asked.form,
        "path": str(asked.out),
        "head": made.head,
        "rows": made.rows,
        "openings": made.openings,
        "bytes": sealing.bytes,
        "sha256": sealing.digest,
        "recorded": recorded is not None,
    }


def extras_of_evidence(
    settings: Settings,
    open_books: Callable[[], Books],
    openings: list[FieldOpening],
    timestamps: Path | None,
) -> Extras:
    """Return what goes along with an evidence bundle.

    Where the vault cannot be opened, erasures stay untold, and the bundle says nothing of them.
    """
    lines = tuple(
        opening_line(one.position, one.field, one.holder, one.item, one.key, one.plaintext)
        for one in openings
    )
    return Extras(lines, _gone(open_books), timestamps, settings.histories_path)


def _gone(open_books: Callable[[], Books]) -> Callable[[Sealed], bool] | None:
    try:
        vault = open_books().vault
    except (KeyRefused, LedgerUnavailable, WeakSettings):
        return None
    erased = lru_cache(maxsize=4096)(vault.erased)
    return lambda sealed: erased(sealed.holder)


def _about(selection: Selection, since: datetime | None, until: datetime | None) -> tuple[str, ...]:
    """Return what the export was of: its cases, and the instants that bound it."""
    instants = (f"recorded/{instant_text(one)}" for one in (since, until) if one is not None)
    return (*(selection.cases or ()), *instants)
