"""The ledger's clock in a test's hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from desk.casework import Asking
from desk.desk import Desk
from domain.clocks import ring_id
from domain.envelope import rung_by
from domain.values import instant_text
from ledger.store import Ledger


@contextmanager
def at(ledger: Ledger, instant: datetime | None) -> Iterator[None]:
    """Let the ledger's clock stand at *instant* for the length of the block (None: as it is)."""
    before = ledger.clock
    if instant is not None:
        ledger.clock = lambda: instant
    try:
        yield
    finally:
        ledger.clock = before


def rung(desk: Desk, stream: str, name: str, earliest: datetime | None = None) -> datetime:
    """Let a running clock of a case ring when it is due, or at *earliest*; return the instant."""
    case, rules = desk.case(stream)
    due = next(one.due for one in case.kind.clocks(case.state, rules) if one.name == name)
    now = due if earliest is None else max(earliest, due)
    ring = {"kind": "ring_clock", "name": name, "due": instant_text(due)}
    with at(desk.ledger, now):
        desk.record_now(stream, [Asking(ring_id(name, instant_text(due)), rung_by(name), ring)])
    return now
