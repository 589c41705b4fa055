"""The board of residents' requests to be erased: one line each, for the officers who answer them.

A resident is an opaque number here as everywhere; number and place are those of the task they
asked by.
"""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Engine, Table, Text, select

from domain.values import instant_text
from ledger.entry import Entry
from projections.store import Page, Row, metadata
from projections.task_board import tasks

erasures = Table(
    "board_erasure",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("due", Text),
    Column("version", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
)

WAITING = "ERASURE_REQUESTED"
"""The state of a request that has no answer yet."""

_STATES = {
    "erasure_requested.v1": WAITING,
    "erasure_refused.v1": "ERASURE_REFUSED",
    "subject_erased.v1": "ERASED",
}


class ErasurePicture:
    """A resident's line while a page is worked on."""

    def __init__(self, row: Row) -> None:
        self.row = row


def apply(page: Page, entry: Entry) -> None:
    """Let *entry* change its resident's line."""
    picture: ErasurePicture | None = page.pictures.get(entry.stream)
    if picture is None:
        picture = ErasurePicture(page.row(erasures, entry.stream) or _first(entry))
    row, fact = dict(picture.row), entry.fact
    row["version"], row["position"] = entry.version, entry.position
    state = _STATES.get(entry.kind)
    if state is not None:
        row["state"], row["since"] = state, instant_text(entry.recorded_at)
    match entry.kind:
        case "erasure_requested.v1":
            row |= {"task": fact["case"], "number": "", "due": fact["answer"]["due"]}
        case "erasure_deadline_recalculated.v1":
            row["due"] = fact["due"]["due"]
        case "erasure_refused.v1" | "subject_erased.v1":
            row["due"] = None
    page.pictures[entry.stream] = ErasurePicture(row)


def finish(page: Page) -> None:
    """Write the lines of the page, with number and place of the task somebody asked by."""
    for picture in page.pictures.values():
        if not isinstance(picture, ErasurePicture):
            continue
        row = picture.row
        if row["task"] and not row["number"]:
            task = page.elsewhere(tasks, row["task"])
            if task is not None:
                row["number"], row["place"] = task["number"], task["place"]
        page.put(erasures, row)


def _first(entry: Entry) -> Row:
    return {
        "stream": entry.stream,
        "state": "UNKNOWN",
        "since": instant_text(entry.recorded_at),
        "task": "",
        "number": "",
        "place": "",
        "due": None,
    }


@dataclass(frozen=True)
class ErasureLine:
    """One request that waits for its answer; instants are RFC 3339 in UTC."""

    stream: str
    task: str
    number: str
    place: str
    since: str
    due: str


class ErasureBoard:
    """The question officers ask about requests to be erased."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def waiting(self) -> list[ErasureLine]:
        """Return what waits for an answer, the nearest limit first."""
        asked = (
            select(erasures)
            .where(erasures.c.state == WAITING)
            .order_by(erasures.c.due, erasures.c.stream)
        )
        with self._engine.connect() as connection:
            return [_line(dict(row)) for row in connection.execute(asked).mappings()]


def _line(row: Row) -> ErasureLine:
    return ErasureLine(
        stream=row["stream"],
        task=row["task"],
        number=row["number"],
        place=row["place"],
        since=row["since"],
        due=row["due"],
    )
