"""Record histories of real runs for the replay tests: python -m tests.workflows.record_histories.

Writes `tests/histories/<scenario>@<release>.json`. Recorded files are never changed or removed
while a workflow of their release may still be open; each release adds its own.
"""

import asyncio
import json
import re
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from desk.desk import Desk
from domain import casebook
from ledger.store import open_ledger
from tests.workflows.conftest import ROLLING_OVER_SOON
from tests.workflows.office import Office, new_case, office, until
from tests.workflows.tiny import FORBIDDEN, OneTown, tiny_case
from vault.vault import open_vault
from workflows.ports import CONVENING, FEEDBACK_ROUND, WAKE

HISTORIES = Path(__file__).parents[1] / "histories"
GRANDMA = "subject/6b0e1f64-6f0f-4a5c-8f5c-3f1f2a5d9e01"
HEALTH = "unit/440106-HL"
PROCESS = re.compile(r"^\d+@")
"""Who a worker says it is: process and host."""


async def record(release: str) -> None:
    for category in ("task", "pairing"):
        casebook.CASES[category] = tiny_case(category)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        ledger = open_ledger(f"sqlite:///{home / 'ledger.db'}")
        vault = open_vault(f"sqlite:///{home / 'vault.db'}", home / "keys" / "vault.key")
        desk = Desk(ledger, vault, OneTown())
        async with office(home / "temporal", desk, ROLLING_OVER_SOON, skipping=True) as town:
            for scenario in (a_life, rolling_over, errands, talks):
                town.ahead = timedelta()
                for name, workflow in await scenario(town):
                    await keep(town, f"{name}@{release}", workflow)
        desk.close()
        vault.close()
        ledger.close()


async def keep(town: Office, name: str, workflow: str) -> None:
    """Write every run of *workflow*, without who and which machine worked on it."""
    run: str | None = (await town.handle(workflow).describe()).run_id
    runs = []
    while run:
        history = await town.client.get_workflow_handle(workflow, run_id=run).fetch_history()
        runs.append(history)
        started = history.events[0].workflow_execution_started_event_attributes
        run = started.continued_execution_run_id
    for number, history in enumerate(reversed(runs), start=1):
        text = json.dumps(without_machine(json.loads(history.to_json())), ensure_ascii=False)
        suffix = f"-run{number}" if len(runs) > 1 else ""
        file = HISTORIES / f"{name}{suffix}.json"
        await asyncio.to_thread(file.write_text, text + "\n", encoding="utf-8")


def without_machine(value: Any) -> Any:
    """Return a history as JSON without process, host and path names."""
    match value:
        case dict():
            return {
                key: "recorder" if key in {"identity", "stackTrace"} else without_machine(inner)
                for key, inner in value.items()
            }
        case list():
            return [without_machine(inner) for inner in value]
        case str() if PROCESS.match(value):
            return "recorder"
    return value


DAY = 86_400


async def hold(town: Office, case: str, key: str, *steps: dict[str, Any]) -> str:
    name = key.partition("/")[0]
    await town.give(case, kind="hold_talk", name=name, key=key, steps=list(steps))
    return f"{case}/{key}"


def letters(town: Office, case: str) -> int:
    return len([one for one in town.postman.letters if one.stream == case])


def taken(town: Office, case: str) -> list[str]:
    return [entry.fact["step"] for entry in town.entries(case) if "step" in entry.fact]


def asking(name: str, days: float = 0, records: str | None = None) -> dict[str, Any]:
    to = [GRANDMA, HEALTH]
    return {"name": name, "seconds": int(days * DAY), "to": to, "records": records}


async def a_life(town: Office) -> list[tuple[str, str]]:
    """Told, rung, woken once too often, over."""
    case = new_case()
    await town.give(case, kind="set_clock", name="due", seconds=DAY)
    await town.in_step(case)
    await town.give(case, kind="set_clock", name="due", seconds=2 * DAY)
    await town.give(case, kind="tell_unit", unit="440106-CA")
    await until(lambda: letters(town, case) == 1, "told")
    await town.handle(case).signal(WAKE, 0)
    await town.pass_time(case, days=3)
    await town.give(case, kind="end_case")
    await town.handle(case).result()
    return [("clerk-a-life", case)]


async def rolling_over(town: Office) -> list[tuple[str, str]]:
    case = new_case()
    await town.give(case, kind="set_clock", name="due", seconds=10 * DAY)
    for number in range(14):
        await town.give(case, kind="tell_unit", unit=f"440106-{number:02d}")
        await until(lambda: letters(town, case) == number + 1, "told")  # noqa: B023 - awaited at once
    await town.give(case, kind="end_case")
    await town.handle(case).result()
    return [("clerk-rolling-over", case)]


async def errands(town: Office) -> list[tuple[str, str]]:
    here, there = new_case("pairing"), new_case()
    for number, text in enumerate(("heard", FORBIDDEN)):
        await town.give(
            here,
            kind="send_errand",
            to=there,
            errand_id=f"errand/{number}",
            command={"kind": "add_note", "text": text},
        )
    await until(lambda: town.facts(there) == ["note_added.v1"], "the errand was run")
    await town.give(here, kind="end_case")
    await town.handle(here).result()
    return [("clerk-that-runs-errands", here)]


async def talks(town: Office) -> list[tuple[str, str]]:
    """Each conversation with the steps of its own, begun, woken, and over with its case."""
    kept: list[tuple[str, str]] = []
    for key, steps in TALKS.items():
        town.ahead = timedelta()
        name = key.partition("/")[0]
        case = new_case("task" if name in (FEEDBACK_ROUND, CONVENING) else "pairing")
        talk = await hold(town, case, key, *steps)
        await until(lambda: letters(town, case) or taken(town, case), f"the first step of {key}")  # noqa: B023 - awaited at once
        if len(steps) > 1:
            await town.pass_time(talk, days=2)
        await town.handle(talk).signal(WAKE, 0)
        await town.give(case, kind="drop_talk", key=key)
        await town.handle(talk).result()
        await town.give(case, kind="end_case")
        await town.handle(case).result()
        kept.append((name.replace("_", "-"), talk))
    return [*kept, ("clerk-that-holds-a-talk", case)]


TALKS: dict[str, tuple[dict[str, Any], ...]] = {
    "feedback_round/1": (
        asking("asked", records="asked"),
        asking("reminded", 1, records="reminded"),
        {"name": "listed", "seconds": 9 * DAY, "records": "listed"},
    ),
    "convening/1": (asking("called"), asking("reminded", 1), asking("again", 9)),
    "signing/1": (asking("asked"), asking("reminded-1", 1), asking("reminded-2", 9)),
    "review/1": ({"name": "opened", "records": "opened"}, asking("reminded", 9)),
    "hand_over/1": (asking("asked"), asking("reminded-1", 1), asking("reminded-2", 9)),
}


if __name__ == "__main__":
    HISTORIES.mkdir(exist_ok=True)
    asyncio.run(record(sys.argv[1] if len(sys.argv) > 1 else "0.2.0"))
