"""The ledger's clock in a test's hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

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
