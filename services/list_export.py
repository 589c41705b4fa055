"""A list of tasks handed out as a table: made, recorded as an export, and only then given."""

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO
from uuid import uuid4

import xlsxwriter

from desk.casework import Asking
from domain.oversight.words import ExportFormat
from domain.refusals import CommandRefused
from importing.writing import guarded
from projections.task_board import TaskLine
from services.list_columns import COLUMNS, NUMBER
from services.list_questions import Question
from services.oversight import record_export
from services.seeing import Seer, SignedOut

ROWS_MAX = 100_000
_PIECE = 64 * 1024
_ASK_AGAIN_SECONDS = 1.0
_ROWS_BETWEEN = 200

Still = Callable[[], None]
"""Raises `SignedOut` once whoever asked for the list is no longer signed in."""


@dataclass(frozen=True)
class Handed:
    """A table that may be given away: its bytes, how many they are, where that is recorded."""

    file: BinaryIO
    size: int
    rows: int
    position: int


def may_export(seer: Seer) -> CommandRefused | None:
    """Return why whoever looks may not hand out a list now, None where they may."""
    command = {
        "kind": "record_export",
        "format": ExportFormat.XLSX.value,
        "about": [f"unit/{seer.unit}"],
        "head": -1,
        "rows": 0,
        "bytes": 0,
        "digest": "0" * 64,
        "openings": 0,
    }
    try:
        seer.house.books.desk.would(
            f"audit/{uuid4()}", Asking(f"would/{uuid4()}", seer.who, command)
        )
    except CommandRefused as refusal:
        return refusal
    return None


def signed_in_still(seer: Seer, token: str | None) -> Still:
    """Return what asks, once a second at most, whether *seer*'s session goes on."""
    asked = time.monotonic()

    def still() -> None:
        nonlocal asked
        if time.monotonic() - asked < _ASK_AGAIN_SECONDS:
            return
        if seer.house.doorkeeper.session_of(token, datetime.now(UTC)) is None:
            raise SignedOut
        asked = time.monotonic()

    return still


def export_list(seer: Seer, question: Question, columns: tuple[str, ...], still: Still) -> Handed:
    """Make the table *question* asks for, record that it is handed out, and return it.

    Raises `CommandRefused` and `SignedOut`; then nothing is handed out.
    """
    if (refusal := may_export(seer)) is not None:
        raise refusal
    wanted = question.wanted(seer)
    boards = seer.house.boards
    if boards.tasks.find(wanted, size=1).total > ROWS_MAX:
        raise CommandRefused(
            "list-too-long",
            f"一次最多导出 {ROWS_MAX:,} 件；请缩小条件。",
            f"At most {ROWS_MAX:,} tasks are exported at a time; narrow the list.",
        )
    head = boards.position()
    file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever hands it out
    try:
        rows = _write(seer, file, boards.tasks.every(wanted, order=question.order), columns, still)
        size, digest = _measured(file)
        written = record_export(
            seer.house.books.desk,
            seer.who.acting(seer.role, seer.unit),
            ExportFormat.XLSX,
            about=[f"unit/{seer.unit}", f"division/{seer.rules.units[seer.unit].division}"],
            head=head,
            rows=rows,
            bytes=size,
            digest=digest,
        )
    except BaseException:
        file.close()
        raise
    return Handed(file, size, rows, written.position)


def pieces(handed: Handed, still: Still) -> Iterator[bytes]:
    """Yield the table in pieces; once the session is over, no further one."""
    with handed.file as file:
        while piece := file.read(_PIECE):
            try:
                still()
            except SignedOut:
                return
            yield piece


def _write(
    seer: Seer,
    file: BinaryIO,
    lines: Iterator[TaskLine],
    columns: tuple[str, ...],
    still: Still,
) -> int:
    """Write the lines row by row, as texts that no spreadsheet computes; return how many."""
    rows = 0
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as workbook:
        text = workbook.add_format({"num_format": "@", "quote_prefix": True})
        head = workbook.add_format({"num_format": "@", "bold": True, "bg_color": "#F2F2F2"})
        sheet = workbook.add_worksheet(seer.say("任务", "Tasks"))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns), 18)
        for at, heading in enumerate((NUMBER, *(COLUMNS[name].heading for name in columns))):
            sheet.write_string(0, at, seer.say(*heading), head)
        for rows, line in enumerate(lines, 1):
            if rows % _ROWS_BETWEEN == 0:
                still()
            for at, cell in enumerate(
                (line.number, *(COLUMNS[name].text(seer, line) for name in columns))
            ):
                sheet.write_string(rows, at, guarded(cell), text)
    return rows


def _measured(file: BinaryIO) -> tuple[int, str]:
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_PIECE):
        digest.update(piece)
    size = file.tell()
    file.seek(0)
    return size, digest.hexdigest()
