"""A paper as plain values: head, blocks in order, closing, and what it was made from."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TypeAlias

OFFICE = timezone(timedelta(hours=8), "UTC+8")
"""The clock papers are dated by."""


@dataclass(frozen=True)
class Heading:
    """A heading of the first level, in 黑体."""

    text: str


@dataclass(frozen=True)
class Body:
    """Running text; a line break begins a new paragraph."""

    text: str


@dataclass(frozen=True)
class Particulars:
    """Names with their values, ruled, as on a form: two short ones on a line if *paired*."""

    rows: tuple[tuple[str, str], ...]
    paired: bool = True

    def lines(self) -> Iterator[tuple[str, ...]]:
        """Yield the lines of the form: name and value, or both of two."""
        waiting: tuple[str, str] | None = None
        for row in self.rows:
            if not (self.paired and _is_short(row[1])):
                if waiting is not None:
                    yield waiting
                waiting = None
                yield row
            elif waiting is None:
                waiting = row
            else:
                yield (*waiting, *row)
                waiting = None
        if waiting is not None:
            yield waiting


@dataclass(frozen=True)
class Table:
    """Rows under a heading row; *widths* are shares of the line, *figures* columns of numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    figures: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: what it is of, how long in thousandths, and what is told beside it."""

    label: str
    permille: int
    told: str


@dataclass(frozen=True)
class Chart:
    """Bars beneath each other on one scale from nothing to everything."""

    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Places:
    """Where people sign or stamp: who, and what is known of it already."""

    rows: tuple[tuple[str, str], ...]


Block: TypeAlias = Heading | Body | Particulars | Table | Chart | Places


@dataclass(frozen=True)
class Stand:
    """What a paper was made from: a position of the ledger, its hash, and when that was written.

    *address* is where the case is looked up: it holds a number, never anything personal.
    """

    position: int
    digest: str
    at: datetime
    address: str


@dataclass(frozen=True)
class Paper:
    """A whole paper; *organ* heads it, *number* stands below, *to* is whom it is addressed to."""

    organ: str
    title: str
    number: str
    to: str
    blocks: tuple[Block, ...]
    closing: tuple[str, datetime] | None
    stand: Stand


_HALF_A_LINE = 21
"""How many narrow characters half a line of a form takes; a Chinese one takes the room of two."""


def _is_short(value: str) -> bool:
    room = sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in value)
    return "\n" not in value and room <= _HALF_A_LINE


def particulars(*rows: tuple[str, str | None]) -> Particulars:
    """Return the rows that have a value."""
    return Particulars(tuple((name, value) for name, value in rows if value))


def day(instant: datetime) -> str:
    """Return a day as papers are dated: 2026年11月3日."""
    local = instant.astimezone(OFFICE)
    return f"{local.year}年{local.month}月{local.day}日"


def moment(instant: datetime) -> str:
    """Return an instant as papers say it: 2026年11月3日 09:05."""
    return f"{day(instant)} {instant.astimezone(OFFICE):%H:%M}"
