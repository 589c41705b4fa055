"""A worker that dies once, right after its ring is durable and before it can say so.

Arguments: address of Temporal, folder of the books, marker file that says it has died before.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from desk.desk import Desk
from domain import casebook
from ledger.store import open_ledger
from runtime.temporal import connect
from tests.workflows.office import Postman
from tests.workflows.tiny import OneTown, tiny_case
from vault.vault import open_vault
from worker import work, workers


class DoomedDesk(Desk):
    """Records, and then the machine is gone."""

    marker: Path

    def ring_now(self, stream: str) -> Any:
        handled = super().ring_now(stream)
        if not self.marker.exists() and any(
            entry.kind == "clock_rang.v1" for entry in self.ledger.read(stream)
        ):
            self.marker.write_text("died", encoding="utf-8")
            os._exit(9)
        return handled


async def main(address: str, folder: Path, marker: Path) -> None:
    for category in ("task", "pairing"):
        casebook.CASES[category] = tiny_case(category)
    ledger = open_ledger(f"sqlite:///{folder / 'ledger.db'}")
    vault = open_vault(f"sqlite:///{folder / 'vault.db'}", folder / "keys" / "vault.key")
    desk = DoomedDesk(ledger, vault, OneTown())
    desk.marker = marker
    hands = workers(await connect(address), desk, Postman())
    await work(hands, asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
