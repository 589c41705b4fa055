"""A relay that is killed once a receiver has said yes, before it notes that: by real SIGKILL."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.oversight.town import open_town
from tests.webhooks.conftest import LOCAL
from webhooks.relay import Relay
from webhooks.store import Attempt, Delivery, Store


class Doomed(Store):
    def arrived(self, subscription: str, delivery: Delivery, attempt: Attempt) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, database: str | None) -> None:
    with open_town(folder, database) as books:
        relay = Relay(books, Doomed(database or f"sqlite:///{folder}/webhooks.db"), LOCAL)
        asyncio.run(relay.run(asyncio.Event()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] or None)
