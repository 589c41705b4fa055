"""The pairing board: one line per pairing, with its parties, term, lists and reviews."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Engine,
    Index,
    Integer,
    Table,
    Text,
    func,
    or_,
    select,
)

from ledger.entry import Entry
from projections import pairing_promises
from projections.directory import units, units_called
from projections.pairing_picture import OVER, PairingPicture, first_picture, remember
from projections.store import Page, Row, metadata

pairings = Table(
    "board_pairing",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("initials", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("center", Text, nullable=False),
    Column("departments", Text, nullable=False),
    Column("street", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("lead", Text, nullable=False),
    Column("categories", Text, nullable=False),
    Column("proposer", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("term_start", Text, nullable=False),
    Column("term_end", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("items", Integer, nullable=False),
    Column("claimed", Integer, nullable=False),
    Column("reviews", Integer, nullable=False),
    Column("last_passed", Integer),
    Column("center_score", Integer),
    Column("department_score", Integer),
    Column("resident_score", Integer),
    Column("handed_over", Integer, nullable=False),
    Column("drafted_at", Text, nullable=False),
    Column("approved_at", Text),
    Column("over_at", Text),
    Column("next_limit", Text),
    Column("next_due", Text),
    Column("limits", Text, nullable=False),
    Column("talk", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("board_pairing_by_state", "state", "next_due"),
    Index("board_pairing_by_street", "street"),
)

parties = Table(
    "board_party",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Index("board_party_by_unit", "unit"),
)


def apply(page: Page, entry: Entry) -> None:
    """Let *entry* change its pairing's picture."""
    picture: PairingPicture | None = page.pictures.get(entry.stream)
    if entry.kind == "pairing_drafted.v1":
        picture = PairingPicture(first_picture(entry))
    else:
        if picture is None:
            found = page.row(pairings, entry.stream)
            if found is None:
                return
            picture = PairingPicture(found)
        remember(picture, entry)
        pairing_promises.remember(picture, entry.kind, entry.fact)
    page.pictures[entry.stream] = picture


def finish(page: Page) -> None:
    """Write the pictures of the page back to their lines."""
    for stream, picture in page.pictures.items():
        if not isinstance(picture, PairingPicture):
            continue
        page.put(pairings, picture.finished())
        wanted = set(picture.parties)
        stored = {row["unit"]: row for row in page.rows(parties, stream)}
        for unit in stored.keys() - wanted:
            page.drop(parties, stored[unit])
        for unit in wanted - stored.keys():
            page.put(parties, {"stream": stream, "unit": unit})


@dataclass(frozen=True)
class PairingLine:
    """One pairing as the board shows it; instants are RFC 3339 in UTC, scores out of 100."""

    stream: str
    title: str
    state: str
    since: str
    center: str
    departments: tuple[str, ...]
    street: str
    division: str
    lead: str
    categories: tuple[str, ...]
    proposer: str
    round: int
    term_start: str
    term_end: str
    policy: str
    items: int
    claimed: int
    reviews: int
    last_passed: bool | None
    center_score: int | None
    department_score: int | None
    resident_score: int | None
    handed_over: int
    drafted_at: str
    approved_at: str | None
    over_at: str | None
    next_limit: str | None
    next_due: str | None
    version: int
    position: int

    @property
    def is_open(self) -> bool:
        """Say whether the pairing still runs."""
        return self.state not in OVER


class PairingBoard:
    """The questions people ask about pairings."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, stream: str) -> PairingLine | None:
        """Return the line of the pairing *stream*, or None where there is none."""
        with self._engine.connect() as connection:
            found = (
                connection.execute(select(pairings).where(pairings.c.stream == stream))
                .mappings()
                .first()
            )
        return None if found is None else line_of(dict(found))

    def find(
        self,
        *,
        states: Sequence[str] = (),
        open_only: bool = False,
        unit: str | None = None,
        search: str | None = None,
        order: str = "-drafted_at",
        page: int = 1,
        size: int = 20,
    ) -> tuple[list[PairingLine], int]:
        """Return one page of pairings, the newest first, and how many there are in all.

        *unit* is any party; *search* is part of the title, where 结对 and 结队 are the same, of a
        party's name, or of the initials of either. *order* is a column, `-` before it descending.
        """
        conditions: list[ColumnElement[bool]] = []
        if states:
            conditions.append(pairings.c.state.in_(list(states)))
        if open_only:
            conditions.append(pairings.c.state.not_in(sorted(OVER)))
        if unit is not None:
            theirs = select(parties.c.stream).where(parties.c.unit == unit)
            conditions.append(pairings.c.stream.in_(theirs))
        if search:
            words = {search, search.replace("结队", "结对"), search.replace("结对", "结队")}
            called = select(units.c.code).where(units_called(search))
            conditions.append(
                or_(
                    *(pairings.c.title.contains(word, autoescape=True) for word in sorted(words)),
                    pairings.c.initials.contains(search.lower(), autoescape=True),
                    pairings.c.stream.in_(
                        select(parties.c.stream).where(parties.c.unit.in_(called))
                    ),
                )
            )
        page, size = max(page, 1), min(max(size, 1), 1000)
        column = pairings.c[order.lstrip("-")]
        first = column.desc() if order.startswith("-") else column.asc().nulls_last()
        asked = (
            select(pairings)
            .where(*conditions)
            .order_by(first, pairings.c.stream)
            .limit(size)
            .offset((page - 1) * size)
        )
        with self._engine.connect() as connection:
            total = connection.execute(
                select(func.count()).select_from(pairings).where(*conditions)
            ).scalar_one()
            found = connection.execute(asked).mappings().all()
        return [line_of(dict(row)) for row in found], total

    def counts(self) -> dict[str, int]:
        """Return how many pairings there are in each state."""
        asked = select(pairings.c.state, func.count()).group_by(pairings.c.state)
        with self._engine.connect() as connection:
            return {str(state): count for state, count in connection.execute(asked)}

    def claims(self, stream: str) -> dict[str, str]:
        """Return the claimed project items of a pairing with the unit that claimed each."""
        asked = select(pairings.c.talk).where(pairings.c.stream == stream)
        with self._engine.connect() as connection:
            talk = connection.execute(asked).scalar_one_or_none()
        return {} if talk is None else dict(json.loads(talk)["claimed"])


def line_of(row: Row) -> PairingLine:
    """Return a stored row as a line."""
    values: dict[str, Any] = {
        name: value for name, value in row.items() if name not in ("limits", "talk", "initials")
    }
    values["departments"] = tuple(json.loads(values["departments"]))
    values["categories"] = tuple(json.loads(values["categories"]))
    if values["last_passed"] is not None:
        values["last_passed"] = bool(values["last_passed"])
    return PairingLine(**values)
