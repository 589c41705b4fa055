"""The task board: one line per support task, with everything a list shows or filters by.

Lines hold codes, instants and references only; names come from the directory and the vault.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Engine,
    Index,
    Integer,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
)

from ledger.entry import Entry
from projections.directory import units, units_called
from projections.store import Page, Row, metadata
from projections.task_picture import FINAL, OPEN, Picture, first_picture
from projections.task_remembering import remember

ASKED_BY = (
    "place",
    "state",
    "main_unit",
    "category",
    "sla",
    "supervision",
    "round",
    "urged",
    "pairing",
    "ledger_row",
    "privacy",
    "street",
    "registered_at",
    "due",
    "next_due",
    "closed_at",
    "number",
    "position",
    "stream",
)
"""What a list is narrowed and ordered by: all of it in an index, so that no line is opened in vain.

Three indexes hold it: one begins with the place, one with the state, one with the unit.
"""


def _beginning_with(*first: str) -> tuple[str, ...]:
    return (*first, *(name for name in ASKED_BY if name not in first))


tasks = Table(
    "board_task",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("request_type", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("matter", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("street", Text, nullable=False),
    Column("requester", Text),
    Column("registrar", Text),
    Column("urgency", Text, nullable=False),
    Column("safety", Integer, nullable=False),
    Column("duty_class", Text),
    Column("policy", Text, nullable=False),
    Column("pairing", Text),
    Column("ledger_row", Text),
    Column("main_unit", Text),
    Column("staff", Text),
    Column("assist", Text, nullable=False),
    Column("due", Text),
    Column("due_provisional", Integer, nullable=False),
    Column("sla", Text, nullable=False),
    Column("supervision", Text, nullable=False),
    Column("extension", Text, nullable=False),
    Column("privacy", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("rework_rounds", Integer, nullable=False),
    Column("resolution", Text),
    Column("grade", Integer),
    Column("duplicates", Integer, nullable=False),
    Column("urged", Integer, nullable=False),
    Column("registered_at", Text, nullable=False),
    Column("dispatched_at", Text),
    Column("closed_at", Text),
    Column("next_limit", Text),
    Column("next_due", Text),
    Column("limits", Text, nullable=False),
    Column("open", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("board_task_by_state", "state", "next_due"),
    Index("board_task_by_state_of_late", "state", "registered_at", "position", "stream"),
    Index("board_task_by_street", "street", "state"),
    Index("board_task_by_pairing", "pairing"),
    Index("board_task_by_number", "number"),
    Index("board_task_by_registration", "registered_at", "position", "stream"),
    Index("board_task_by_due", "due", "position", "stream"),
    Index("board_task_by_requester", "requester"),
    Index("board_task_by_registrar", "registrar", "registered_at"),
    Index("board_task_by_change", "position"),
    Index("board_task_by_closing", "closed_at", "position", "stream"),
    Index("board_task_as_asked", *ASKED_BY),
    Index("board_task_in_state_as_asked", *_beginning_with("state", "place")),
    Index("board_task_of_unit_as_asked", *_beginning_with("main_unit", "state")),
)

Order = Literal[
    "registered_at",
    "-registered_at",
    "due",
    "next_due",
    "number",
    "state",
    "main_unit",
    "-position",
]
_COUNTED = ("state", "category", "street", "main_unit", "sla", "supervision", "resolution")


def apply(page: Page, entry: Entry) -> Picture | None:
    """Let *entry* change its task's picture; return it, None where there is no such task."""
    picture: Picture | None = page.pictures.get(entry.stream)
    if entry.kind == "task_registered.v1":
        picture = Picture(first_picture(entry))
    else:
        if picture is None:
            found = page.row(tasks, entry.stream)
            if found is None:
                return None
            picture = Picture(found)
        remember(picture, entry)
    page.pictures[entry.stream] = picture
    return picture


def finish(page: Page) -> None:
    """Write the pictures of the page back to their lines."""
    for picture in page.pictures.values():
        if isinstance(picture, Picture):
            page.put(tasks, picture.finished())


@dataclass(frozen=True)
class TaskLine:
    """One task as the board shows it; instants are RFC 3339 in UTC."""

    stream: str
    number: str
    state: str
    since: str
    category: str
    request_type: str
    source: str
    matter: str
    place: str
    street: str
    requester: str | None
    registrar: str | None
    urgency: str
    safety: bool
    duty_class: str | None
    policy: str
    pairing: str | None
    ledger_row: str | None
    main_unit: str | None
    staff: str | None
    due: str | None
    due_provisional: bool
    sla: str
    supervision: str
    extension: str
    privacy: str
    round: int
    rework_rounds: int
    resolution: str | None
    grade: int | None
    duplicates: int
    urged: int
    registered_at: str
    dispatched_at: str | None
    closed_at: str | None
    next_limit: str | None
    next_due: str | None
    version: int
    position: int

    @property
    def is_open(self) -> bool:
        """Say whether something is still to be done."""
        return self.state not in FINAL


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks are meant; what is left empty does not narrow.

    *place* is a division code and means everything within it; *round_from* means that round and
    later ones; *in_ledger* what stands in a problem ledger under a number; *unrestricted* leaves
    out what nobody may use; *search* is part of a work-order number or of a name. Instants are
    RFC 3339 in UTC, *until* and *before* exclusive.
    """

    states: Sequence[str] = ()
    open_only: bool = False
    categories: Sequence[str] = ()
    place: str | None = None
    unit: str | None = None
    staff: str | None = None
    pairing: str | None = None
    requester: str | None = None
    registrar: str | None = None
    source: str | None = None
    urgency: str | None = None
    sla: str | None = None
    supervision: Sequence[str] = ()
    resolution: str | None = None
    round_from: int | None = None
    urged: bool = False
    in_ledger: bool = False
    unrestricted: bool = False
    due_from: str | None = None
    due_before: str | None = None
    registered_from: str | None = None
    registered_until: str | None = None
    closed_from: str | None = None
    closed_until: str | None = None
    search: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what a line must meet."""
        found: list[ColumnElement[bool]] = []
        for column, values in (
            (tasks.c.state, self.states),
            (tasks.c.category, self.categories),
            (tasks.c.supervision, self.supervision),
        ):
            if values:
                found.append(column.in_(list(values)))
        for column, value in (
            (tasks.c.main_unit, self.unit),
            (tasks.c.staff, self.staff),
            (tasks.c.pairing, self.pairing),
            (tasks.c.requester, self.requester),
            (tasks.c.registrar, self.registrar),
            (tasks.c.source, self.source),
            (tasks.c.urgency, self.urgency),
            (tasks.c.sla, self.sla),
            (tasks.c.resolution, self.resolution),
        ):
            if value is not None:
                found.append(column == value)
        if self.open_only:
            found.append(tasks.c.state.in_(OPEN))
        if self.place is not None:
            found.append(_within(area_of(self.place)))
        if self.round_from is not None:
            found.append(tasks.c.round >= self.round_from)
        if self.urged:
            found.append(tasks.c.urged > 0)
        if self.in_ledger:
            found.append(tasks.c.ledger_row.is_not(None))
        if self.unrestricted:
            found.append(tasks.c.privacy != "RESTRICTED")
        for column, since, until in (
            (tasks.c.due, self.due_from, self.due_before),
            (tasks.c.registered_at, self.registered_from, self.registered_until),
            (tasks.c.closed_at, self.closed_from, self.closed_until),
        ):
            if since is not None:
                found.append(column >= since)
            if until is not None:
                found.append(column < until)
        if self.search:
            found.append(_sought(self.search.strip()))
        return found


def _within(area: str) -> ColumnElement[bool]:
    """Return what the place of a line within *area* meets, in the form an index can answer.

    Division codes are digits: what begins with them lies below the next number of their length.
    """
    if not area.isdigit() or not area.strip("9"):
        return tasks.c.place.startswith(area, autoescape=True)
    following = str(int(area) + 1).rjust(len(area), "0")
    return and_(tasks.c.place >= area, tasks.c.place < following)


def _sought(search: str) -> ColumnElement[bool]:
    """Return what a line meets that *search* finds: a number of it, unit or place, or initials.

    A work-order number is typed from its end as often as whole: only that is asked where no
    letter could begin a name.
    """
    number = or_(
        tasks.c.number.contains(search.upper(), autoescape=True),
        tasks.c.ledger_row.contains(search, autoescape=True),
    )
    if search.isdigit() or re.match(r"DQ\d", search, re.IGNORECASE):
        return number
    called = units_called(search)
    places = select(units.c.division).where(called, func.length(units.c.division) > DISTRICT)
    return or_(
        number,
        tasks.c.main_unit.in_(select(units.c.code).where(called)),
        tasks.c.street.in_(places),
        tasks.c.place.in_(places),
    )


DISTRICT = 6
"""Digits of a county's division code; a bureau's name is no place."""

ALL_TASKS = TaskFilter()
_SPAN = 500


@dataclass(frozen=True)
class TaskPage:
    """One page of lines and how many there are in all."""

    lines: tuple[TaskLine, ...]
    total: int
    page: int
    size: int


def _in_order(order: Order) -> tuple[ColumnElement[Any], ...]:
    column = tasks.c[order.lstrip("-")]
    first = column.desc() if order.startswith("-") else column.asc().nulls_last()
    return (first, tasks.c.position.desc(), tasks.c.stream)


class TaskBoard:
    """The questions people ask about tasks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, stream: str) -> TaskLine | None:
        """Return the line of the task *stream*, or None where there is none."""
        return self._one(tasks.c.stream == stream)

    def those(self, streams: Collection[str]) -> dict[str, TaskLine]:
        """Return the lines of those of *streams* that are tasks, by stream."""
        wanted, found = sorted(set(streams)), dict[str, TaskLine]()
        with self._engine.connect() as connection:
            for start in range(0, len(wanted), _SPAN):
                asked = select(tasks).where(tasks.c.stream.in_(wanted[start : start + _SPAN]))
                for row in connection.execute(asked).mappings():
                    found[row["stream"]] = line_of(dict(row))
        return found

    def by_number(self, number: str) -> TaskLine | None:
        """Return the task with this work-order number, or None."""
        return self._one(tasks.c.number == number)

    def find(
        self,
        wanted: TaskFilter = ALL_TASKS,
        *,
        page: int = 1,
        size: int = 20,
        order: Order = "-registered_at",
    ) -> TaskPage:
        """Return page *page* (from 1) of the tasks *wanted*, *size* (1 to 1,000) at a time."""
        page, size = max(page, 1), min(max(size, 1), 1000)
        conditions = wanted.conditions()
        # Which lines, from the index alone; only those that are shown are opened.
        chosen = (
            select(tasks.c.stream)
            .where(*conditions)
            .order_by(*_in_order(order))
            .limit(size)
            .offset((page - 1) * size)
        )
        asked = select(tasks).where(tasks.c.stream.in_(chosen)).order_by(*_in_order(order))
        with self._engine.connect() as connection:
            total = connection.execute(
                select(func.count()).select_from(tasks).where(*conditions)
            ).scalar_one()
            found = connection.execute(asked).mappings().all()
        return TaskPage(tuple(line_of(dict(row)) for row in found), total, page, size)

    def after(
        self,
        wanted: TaskFilter = ALL_TASKS,
        *,
        cursor: tuple[str, str] | None = None,
        since: int = -1,
        size: int = 100,
    ) -> list[TaskLine]:
        """Return at most *size* tasks *wanted* that follow *cursor*, the first registered first.

        A cursor is `registered_at` and `stream` of the last line seen: lines are neither missed nor
        told twice while others come. *since* leaves out what no entry beyond it has changed.
        """
        conditions = [*wanted.conditions(), tasks.c.position > since]
        if cursor is not None:
            at, stream = cursor
            same = and_(tasks.c.registered_at == at, tasks.c.stream > stream)
            conditions.append(or_(tasks.c.registered_at > at, same))
        asked = (
            select(tasks)
            .where(*conditions)
            .order_by(tasks.c.registered_at, tasks.c.stream)
            .limit(min(max(size, 1), 1000))
        )
        with self._engine.connect() as connection:
            return [line_of(dict(row)) for row in connection.execute(asked).mappings()]

    def every(
        self, wanted: TaskFilter = ALL_TASKS, *, order: Order = "-registered_at"
    ) -> Iterator[TaskLine]:
        """Yield all tasks *wanted* in order, read as they are taken."""
        asked = select(tasks).where(*wanted.conditions()).order_by(*_in_order(order))
        with self._engine.connect().execution_options(yield_per=1000) as connection:
            for row in connection.execute(asked).mappings():
                yield line_of(dict(row))

    def counts(self, wanted: TaskFilter = ALL_TASKS, by: str = "state") -> dict[str, int]:
        """Return how many of the tasks *wanted* there are by state, category, street, unit."""
        if by not in _COUNTED:
            raise ValueError(f"tasks are counted by one of {', '.join(_COUNTED)}, not by {by!r}")
        column = tasks.c[by]
        asked = (
            select(column, func.count())
            .where(*wanted.conditions())
            .group_by(column)
            .order_by(column)
        )
        with self._engine.connect() as connection:
            return {str(name or ""): count for name, count in connection.execute(asked)}

    def changed_since(
        self, position: int, wanted: TaskFilter = ALL_TASKS, *, limit: int = 50
    ) -> list[TaskLine]:
        """Return the tasks *wanted* with facts after *position*, the newest first."""
        asked = (
            select(tasks)
            .where(*wanted.conditions(), tasks.c.position > position)
            .order_by(tasks.c.position.desc())
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [line_of(dict(row)) for row in connection.execute(asked).mappings()]

    def last_closed(self, wanted: TaskFilter = ALL_TASKS) -> TaskLine | None:
        """Return the task *wanted* that was closed last, None where none was."""
        asked = (
            select(tasks)
            .where(*wanted.conditions(), tasks.c.closed_at.is_not(None))
            .order_by(tasks.c.closed_at.desc(), tasks.c.position.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            found = connection.execute(asked).mappings().first()
        return None if found is None else line_of(dict(found))

    def overdue(self, now: str, wanted: TaskFilter = ALL_TASKS) -> list[TaskLine]:
        """Return the open tasks whose next limit lies before *now*, the longest overdue first."""
        asked = (
            select(tasks)
            .where(
                *wanted.conditions(),
                tasks.c.state.in_(OPEN),
                or_(
                    and_(tasks.c.next_due.is_not(None), tasks.c.next_due < now),
                    tasks.c.sla == "OVERDUE",
                ),
            )
            .order_by(tasks.c.next_due.asc().nulls_last(), tasks.c.stream)
        )
        with self._engine.connect() as connection:
            return [line_of(dict(row)) for row in connection.execute(asked).mappings()]

    def _one(self, condition: ColumnElement[bool]) -> TaskLine | None:
        with self._engine.connect() as connection:
            found = connection.execute(select(tasks).where(condition)).mappings().first()
        return None if found is None else line_of(dict(found))


def line_of(row: Row) -> TaskLine:
    """Return a stored row as a line."""
    values: dict[str, Any] = {
        name: value for name, value in row.items() if name not in ("limits", "open", "assist")
    }
    values["safety"] = bool(values["safety"])
    values["due_provisional"] = bool(values["due_provisional"])
    return TaskLine(**values)


def area_of(division: str) -> str:
    """Return the digits every division code within *division* begins with."""
    while len(division) in (4, 6) and division.endswith("00"):
        division = division[:-2]
    return division
