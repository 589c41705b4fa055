"""Record histories of real runs for the replay tests: python -m tests.workflows.record_histories.

Writes `tests/histories/<scenario>@<release>.json`. Recorded files are never changed or removed
while a workflow of their release may still be open; each release adds its own.
"""

import asyncio
import json
import re
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowUpdateFailedError

from desk.desk import Desk
from domain import casebook
from ledger.store import open_ledger
from tests.workflows.conftest import ROLLING_OVER_SOON
from tests.workflows.office import Office, new_case, office, until
from tests.workflows.tiny import FORBIDDEN, OneTown, tiny_case
from vault.vault import open_vault
from workflows.ports import RESYNC

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
            for scenario in (a_life, rolling_over, errands, feedback, convening, signing, review):
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


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


async def hold(town: Office, case: str, key: str, **details: Any) -> str:
    name = key.partition("/")[0]
    await town.submit(case, kind="hold_talk", name=name, key=key, details=details)
    return f"{case}/{key}"


def letters(town: Office, case: str) -> int:
    return len([one for one in town.postman.letters if one.stream == case])


def reported(town: Office, case: str) -> list[str]:
    return [entry.fact["what"] for entry in town.entries(case) if "what" in entry.fact]


async def a_life(town: Office) -> list[tuple[str, str]]:
    case = new_case()
    await town.submit(case, kind="add_note")
    for command in ({"text": FORBIDDEN}, {"text": "x" * 70_000}):
        try:
            await town.submit(case, kind="add_note", **command)
        except WorkflowUpdateFailedError:
            continue
    await town.submit(case, kind="set_clock", name="due", seconds=86_400)
    await town.submit(case, kind="set_clock", name="due", seconds=172_800)
    await town.submit(case, kind="tell_unit", unit="440106-CA")
    await town.submit_batch(case, {"kind": "add_note"}, {"kind": "add_note", "text": FORBIDDEN})
    await town.handle(case).signal(RESYNC)
    await town.pass_time(case, days=3)
    await town.submit(case, kind="end_case")
    await town.handle(case).result()
    return [("clerk-a-life", case)]


async def rolling_over(town: Office) -> list[tuple[str, str]]:
    case = new_case()
    await town.submit(case, kind="set_clock", name="due", seconds=864_000)
    for _ in range(18):
        await town.submit(case, kind="add_note")
    await town.pass_time(case, days=11)
    await town.submit(case, kind="end_case")
    await town.handle(case).result()
    return [("clerk-rolling-over", case)]


async def errands(town: Office) -> list[tuple[str, str]]:
    here, there = new_case("pairing"), new_case()
    for number in (1, 2):
        await town.submit(
            here,
            kind="send_errand",
            to=there,
            errand_id=f"errand/{number}",
            command={"kind": "add_note"},
        )
    await until(lambda: len(town.entries(there)) == 2, "both errands")
    await town.submit(here, kind="end_case")
    await town.submit(there, kind="end_case")
    await town.handle(here).result()
    await town.handle(there).result()
    return [("clerk-that-sends-errands", here), ("clerk-that-is-sent-errands", there)]


async def feedback(town: Office) -> list[tuple[str, str]]:
    case = new_case()
    matter = {"round": 1, "channel": "SMS", "remind_at": in_days(3), "until": in_days(9)}
    talk = await hold(town, case, "feedback_round/1", **matter, outstanding=[GRANDMA])
    await until(lambda: len(reported(town, case)) == 1, "asked")
    await town.pass_time(talk, days=10)
    await town.handle(talk).result()
    await town.submit(case, kind="drop_talk", key="feedback_round/1")
    return [("feedback-round", talk), ("clerk-that-holds-a-talk", case)]


async def convening(town: Office) -> list[tuple[str, str]]:
    case = new_case()
    matter = {"number": 1, "place": "440106005001", "until": in_days(1)}
    talk = await hold(town, case, "convening/1", **matter, outstanding=[HEALTH])
    await until(lambda: letters(town, case) == 1, "called")
    await town.pass_time(talk, hours=13)
    await until(lambda: letters(town, case) == 2, "called again")
    await hold(town, case, "convening/1", **matter, outstanding=[])
    await town.handle(talk).result()
    return [("convening", talk)]


async def signing(town: Office) -> list[tuple[str, str]]:
    case = new_case("pairing")
    kept = []
    for key, reports in (("signing/1", "submit_for_approval"), ("hand_over/1", "complete_exit")):
        left = HEALTH if key == "signing/1" else {"task": new_case(), "unit": HEALTH}
        matter = {"until": in_days(6)}
        before = letters(town, case)
        talk = await hold(town, case, key, **matter, outstanding=[left])
        await until(lambda: letters(town, case) == before + 1, "asked")  # noqa: B023 - awaited at once
        await town.pass_time(talk, days=1, hours=1)
        await until(lambda: letters(town, case) == before + 2, "reminded")  # noqa: B023 - the same
        await hold(town, case, key, **matter, outstanding=[])
        await until(lambda: reports in reported(town, case), reports)  # noqa: B023 - the same
        await town.submit(case, kind="drop_talk", key=key)
        await town.handle(talk).result()
        kept.append((key.partition("/")[0].replace("_", "-"), talk))
    return kept


async def review(town: Office) -> list[tuple[str, str]]:
    case = new_case("pairing")
    talk = await hold(town, case, "review/1", number=1, opened=False, outstanding=[])
    await until(lambda: reported(town, case) == ["open_review"], "opened")
    matter = {"number": 1, "opened": True, "authority": [HEALTH], "until": in_days(8)}
    await hold(town, case, "review/1", **matter, outstanding=[HEALTH])
    await until(lambda: letters(town, case) == 1, "asked")
    await town.pass_time(talk, days=5)
    await until(lambda: letters(town, case) == 2, "reminded")
    await hold(town, case, "review/1", **matter, outstanding=[])
    await until(lambda: letters(town, case) == 3, "the authority asked")
    await town.submit(case, kind="end_case")
    await town.handle(talk).result()
    await town.handle(case).result()
    return [("review", talk)]


if __name__ == "__main__":
    HISTORIES.mkdir(exist_ok=True)
    asyncio.run(record(sys.argv[1] if len(sys.argv) > 1 else "0.1.0"))
