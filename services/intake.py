"""Take an office's tables in: check every row, record the good once, hand the bad ones back."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

from desk.gateway import Gateway
from desk.orders import Answer, Door
from domain.people import Channel, Known
from domain.refusals import CommandRefused
from domain.rules import Rules
from importing.apart import read_apart
from importing.reading import mapping_of, read_table
from importing.tables import BadRow, Field, Limits, Problem, Row, Table, TableRefused, Unread
from importing.writing import write_bad_rows

ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
UNPROVEN = Door(Channel.IMPORT, Known.LOCAL_OPERATOR)

Progress = Callable[[Sequence[Any], str], Iterator[Any]]
"""Goes through what is to be done, under its name, and shows how far that is."""


def unseen(items: Sequence[Any], label: str) -> Iterator[Any]:  # noqa: ARG001 - a `Progress`
    """Go through *items* and show nothing."""
    return iter(items)


@dataclass(frozen=True)
class Taking:
    """How a table is taken: what of it is read, and what is asked beside registering.

    *mapping* is the headings of a table that has its own, as somebody wrote them; *sheets* and
    *hidden* say what of the file is read; *update* records what differs from what is on record as
    a correction; *dry* looks at everything and records nothing.
    """

    mapping: Any = None
    bad_rows: Path | None = None
    sheets: tuple[str, ...] = ()
    hidden: bool = False
    update: bool = False
    dry: bool = False
    progress: Progress = unseen

    def table_of(self, path: Path, fields: Sequence[Field]) -> Table:
        """Read a table; raise `CommandRefused` where the file as a whole is not taken."""
        with _in_our_words():
            mapping = self._mapping_to(fields)
            return read_table(path, fields, mapping, sheets=self.sheets, hidden=self.hidden)

    def table_in(self, content: bytes, fields: Sequence[Field], limits: Limits) -> Table:
        """Read a stranger's table in a process of its own; raise as `table_of`."""
        with _in_our_words():
            mapping, sheets = self._mapping_to(fields), self.sheets
            return read_apart(content, fields, limits, mapping, sheets=sheets, hidden=self.hidden)

    def _mapping_to(self, fields: Sequence[Field]) -> dict[str, str] | None:
        return None if self.mapping is None else mapping_of(self.mapping, fields)


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Raise the refusal of a file as one of a command."""
    try:
        yield
    except TableRefused as refused:
        raise CommandRefused(refused.rule, refused.chinese, refused.english) from None


@dataclass(frozen=True)
class EnteredBy:
    """In whose name rows are entered: *by* (none: whoever has to do with each place), the pack."""

    by: dict[str, Any] | None = None
    door: Door = UNPROVEN
    policy: str | None = None


@dataclass
class Intake:
    """What became of a table: every cell of it is in one of these figures, or named here."""

    file: str
    recorded: int = 0
    repeated: int = 0
    corrected: int = 0
    met: int = 0
    """Rows of a check-up whose value meets its target: there is nothing to record."""
    refused: list[BadRow] = field(default_factory=list)
    unread: tuple[Unread, ...] = ()
    kept: list[tuple[Row, str]] = field(default_factory=list)
    bad_rows_file: Path | None = None
    dry: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the figures and, for every bad row, where and why; never what stood there."""
        return {
            "file": self.file,
            "bad_rows_file": None if self.bad_rows_file is None else str(self.bad_rows_file),
            "dry_run": self.dry,
            "recorded": self.recorded,
            "repeated": self.repeated,
            "corrected": self.corrected,
            "met": self.met,
            "refused": len(self.refused),
            "problems": [
                {
                    "sheet": row.row.sheet,
                    "row": row.row.number,
                    "cell": problem.cell,
                    "rule": problem.rule,
                    "chinese": problem.chinese,
                    "english": problem.english,
                }
                for row in self.refused
                for problem in row.problems
            ],
            "unread": [dataclasses.asdict(one) for one in self.unread],
            "kept_with_text": [
                {"sheet": row.sheet, "row": row.number, "place": row.place, "what": what}
                for row, what in self.kept
            ],
        }

    def hand_back(self, row: Row, problem: Problem) -> None:
        """Note a row that is not taken, and why."""
        self.refused.append(BadRow(row, (problem,)))

    def note(self, row: Row, answers: Sequence[Answer]) -> None:
        """Note what became of one row; a refusal becomes a problem of the row."""
        refusal = next((answer.refusal for answer in answers if answer.refusal is not None), None)
        if refusal is not None:
            self.hand_back(row, of_refusal(row, refusal))
        elif all(answer.receipt is not None and answer.receipt.repeated for answer in answers):
            self.repeated += 1
        else:
            self.recorded += 1

    def write_bad_rows(self, table: Table, asked: Path | None) -> None:
        """Write the rows that were not taken to *asked*, or beside the table; none: no file."""
        if self.refused and not self.dry:
            target = asked or beside(Path(self.file))
            self.bad_rows_file = write_bad_rows(table, self.refused, target)


def beside(file: Path) -> Path:
    """Return where the rows handed back from *file* go where nobody says otherwise."""
    return file.with_name(f"{file.stem}-退回")


def of_refusal(row: Row, refusal: Any) -> Problem:
    """Return a refusal of the domain as a problem of the whole row."""
    return Problem(f"{row.place}{row.number}", "", refusal.rule, refusal.chinese, refusal.english)


def differs(row: Row, fields: Sequence[Field], names: Sequence[str], what: str) -> Problem:
    """Return the problem of a row that says otherwise than the record, naming the columns."""
    zh = "、".join(one.headings[0] for one in fields if one.name in names)
    return Problem(
        f"{row.place}{row.number}",
        "",
        "row-differs",
        f"与已登记的（{what}）不一致：{zh}；确认更正的，请加 --update 再次导入。",
        f"The row differs from what is on record ({what}): {', '.join(names)}; import it again "
        "with --update to have it corrected.",
    )


def rules_of(gateway: Gateway) -> Rules:
    """Return the rules as the registry has them now."""
    return gateway.books.rulebook.rules(gateway.desk.neighbours)
