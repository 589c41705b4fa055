"""A list of a pairing as it is made up: typed, pasted or from a file; nothing of it recorded."""

import csv
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.pairing.commands import ITEMS_MAX, ListItem, ListKind
from domain.pairing.state import Agreement
from domain.rules import Rules
from importing.layout import heading_key
from importing.pairing_lists import LIST_FIELDS, USUAL_ORDER, ItemRow, ListReader
from importing.places import Places
from importing.promised import promise_in
from importing.reading import read_table
from importing.tables import Row, Table, TableRefused, Unread
from wording.labels import Both
from wording.promising import commitment_text
from wording.sentences import CHINA

_PASTED: Both = ("粘贴", "pasted")


@dataclass(frozen=True)
class Oddity:
    """Something that was not taken as it stood: where, and what is wrong with it."""

    where: Both
    chinese: str
    english: str


@dataclass(frozen=True)
class Handed:
    """What somebody hands in for a list: rows typed, a text pasted, a file's content."""

    typed: Sequence[ItemRow]
    pasted: str = ""
    file: bytes = b""

    @property
    def rows(self) -> list[ItemRow]:
        """The typed rows with anything in them; a place alone is nothing yet."""
        return [one for one in self.typed if one.title or one.category or one.code]


@dataclass(frozen=True)
class Proposed:
    """The items a list would have, and every oddity met on the way.

    *unsure* says that a typed row is among the oddities: nothing is recorded until it is mended.
    """

    items: tuple[ItemRow, ...]
    oddities: tuple[Oddity, ...]
    unsure: bool


def proposed(
    agreement: Agreement, rules: Rules, kind: ListKind, unit: str, handed: Handed
) -> Proposed:
    """Return the list that *unit* would attach: what was typed, then what was pasted and read."""
    typed = [
        Row(
            number,
            {
                "title": row.title,
                "category": row.category,
                "place": row.place,
                "promise": row.promise,
            }
            | _code(row),
        )
        for number, row in enumerate(handed.rows, start=1)
    ]
    oddities: list[Oddity] = []
    tables: list[Table] = []
    for source, name in ((handed.pasted, _PASTED), (handed.file, ("文件", "file"))):
        if not source.strip():
            continue
        try:
            content = _with_headings(source, oddities) if isinstance(source, str) else source
            tables.append(_table_of(content))
        except TableRefused as refusal:
            oddities.append(_refused(name, refusal))
    reader = _reader(agreement, rules, kind, unit)
    read = reader.read([*typed, *(row for table in tables for row in table.rows)])
    for bad in read.bad:
        by_hand = bad.row in typed
        typed_at = (f"第 {bad.row.number} 行", f"row {bad.row.number}")
        oddities += [
            Oddity(typed_at if by_hand else (one.cell, one.cell), one.chinese, one.english)
            for one in bad.problems
        ]
    for table in tables:
        oddities += map(_unread, table.unread)
    if len(read.good) > ITEMS_MAX:
        oddities.append(_too_many(len(read.good)))
    unsure = len(read.good) > ITEMS_MAX or any(bad.row in typed for bad in read.bad)
    return Proposed(read.good, tuple(oddities), unsure)


def item_row(item: ListItem) -> ItemRow:
    """Return an item that stands as a row to be typed on."""
    promise = item.commitment
    written = "" if promise is None else commitment_text(promise.model_dump(mode="json"))
    return ItemRow(item.code, item.title, item.category, item.place or "", written)


def listed(rows: Sequence[ItemRow], agreement: Agreement) -> list[dict[str, Any]]:
    """Return *rows* as the items of a command; a promise that stands as written is kept whole."""
    stands = {item.code: item for one in agreement.lists for item in one.items}
    found = []
    for row in rows:
        item: dict[str, Any] = {"code": row.code, "title": row.title, "category": row.category}
        if row.place:
            item["place"] = row.place
        known = stands.get(row.code)
        if row.promise and known is not None and item_row(known).promise == row.promise:
            promise = known.commitment
        else:
            promise = promise_in(row.promise, CHINA) if row.promise else None
        if promise is not None:
            item["commitment"] = promise.model_dump(mode="json", exclude_none=True)
        found.append(item)
    return found


def _code(row: ItemRow) -> dict[str, str]:
    return {"code": row.code} if row.code else {}


def _too_many(found: int) -> Oddity:
    return Oddity(
        (f"{found}", f"{found}"),
        f"一张清单最多 {ITEMS_MAX} 项，现有 {found} 项；请删减。",
        f"A list has at most {ITEMS_MAX} items, found {found}; leave some out.",
    )


def _reader(agreement: Agreement, rules: Rules, kind: ListKind, unit: str) -> ListReader:
    taken = {
        item.code
        for one in agreement.lists
        if (one.kind, one.unit) != (kind, unit)
        for item in one.items
    }
    return ListReader(
        kind=kind,
        categories=rules.under(agreement.policy).policy.categories,
        places=Places.of(rules.units.values()),
        street=rules.units[agreement.street].division,
        taken=taken,
    )


def _with_headings(pasted: str, oddities: list[Oddity]) -> bytes:
    """Return what was pasted as a file; columns without headings are read in the usual order."""
    known = {heading_key(heading) for one in LIST_FIELDS for heading in one.headings}
    rows = list(csv.reader(io.StringIO(pasted.strip("\r\n")), delimiter="\t"))
    if not {heading_key(cell) for cell in rows[0]} & known:
        rows.insert(0, list(USUAL_ORDER))
        oddities.append(
            Oddity(
                _PASTED,
                f"没有列名，已按“{'、'.join(USUAL_ORDER)}”的顺序读；下面的行号从 2 数起。",
                "There are no headings: the columns were read as name, category, place, number; "
                "rows are counted from 2.",
            )
        )
    # With every cell quoted, a comma in a title is no end of a cell.
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(rows)
    return written.getvalue().encode("utf-8")


def _refused(name: Both, refusal: TableRefused) -> Oddity:
    """Return the refusal of a whole table as people at a page can mend it."""
    needed = [one for one in LIST_FIELDS if one.needs_column]
    match refusal.rule:
        case "column-missing":
            return Oddity(
                name,
                f"找不到这些列：{'、'.join(one.headings[0] for one in needed)}；请在表中写上列名。",
                f"These columns were not found: {', '.join(one.name for one in needed)}; "
                "add the headings.",
            )
        case "heading-twice":
            return Oddity(
                name,
                "有的列名在表头中出现两次；请只保留一列。",
                "A heading stands twice; keep one of the columns.",
            )
        case _:
            return Oddity(name, refusal.chinese, refusal.english)


def _unread(one: Unread) -> Oddity:
    """Return what was not read; a page has no option that would name a column."""
    if one.what == "column-unknown":
        return Oddity(
            (one.where, one.where),
            f"{one.chinese.partition('；')[0]}。",
            f"{one.english.partition(';')[0]}.",
        )
    return Oddity((one.where, one.where), one.chinese, one.english)


def _table_of(content: bytes) -> Table:
    """Read *content* as a table, within the limits of reading; raises `TableRefused`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        path.write_bytes(content)
        return read_table(path, LIST_FIELDS)
