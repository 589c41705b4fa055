"""Facts folded and projected per second."""

import time
from pathlib import Path

from desk.gateway import Gateway
from desk.identifiers import new_uuid7
from desk.opening import books
from domain.casebook import kind_of
from ledger.entry import happened
from projections.boards import open_boards
from tests.journeys.district import District


def measure(home: Path, *, quick: bool) -> None:
    import asyncio

    home.mkdir(parents=True)
    url = f"sqlite:///{home}"
    with books(f"{url}/ledger.db", f"{url}/vault.db", home / "vault.key", "gd-2022") as opened:
        gateway = Gateway(opened)
        asyncio.run(_fill(gateway, 40 if quick else 400))
        streams = list(opened.ledger.streams("task"))
        kind = kind_of(streams[0])
        stories = [opened.ledger.read(stream) for stream in streams]
        facts = [[happened(kind, entry) for entry in story] for story in stories]
        began = time.perf_counter()
        for told in facts:
            state = kind.initial
            for fact in told:
                state = kind.evolve(state, fact)
        folded = sum(map(len, facts)) / (time.perf_counter() - began)
        began = time.perf_counter()
        for story in stories:
            state = kind.initial
            for entry in story:
                state = kind.evolve(state, happened(kind, entry))
        decoded = sum(map(len, stories)) / (time.perf_counter() - began)
        boards = open_boards(f"{url}/boards.db")
        began = time.perf_counter()
        boards.follower(opened.ledger).catch_up()
        projected = (opened.ledger.head() + 1) / (time.perf_counter() - began)
        boards.close()
    print(f"{'fold, facts in memory':<34}{folded:>10.0f} facts per second")
    print(f"{'fold, decoding entries as well':<34}{decoded:>10.0f} facts per second")
    print(f"{'all boards':<34}{projected:>10.0f} facts per second")


async def _fill(gateway: Gateway, tasks: int) -> None:
    """Record cases at the desk itself: here only reading is measured."""
    district = await District.found(gateway)
    for _ in range(tasks):
        answers = await gateway.submit_batch(district.whole_case(f"task/{new_uuid7()}"))
        assert all(answer.receipt for answer in answers), answers
