"""Commands through the API at a steady rate, each until its row on the board is seen by reading.

One task after another is registered, judged and dispatched, in every street. Whoever has sent a
command asks for the task until the version they were told of stands there, as a client would.
"""

import asyncio
import time
from typing import Any
from uuid import uuid4

import httpx2

from benchmarks.signed_in import SignedIn, Somebody
from services.need_intake import PRIVACY_NOTICE

Row = dict[str, Any]
A_SECOND = 20
_AFTER = 2 * A_SECOND
"""So many commands later a task is taken a step on: never while the last is on its way."""
_AGAIN_SECONDS = 0.01


async def commands_until_visible(url: str, people: SignedIn, count: int) -> Row:
    """Give *count* commands at the rate, after two seconds' worth unheard; return the figures."""
    from benchmarks.pages import figures

    limits = httpx2.Limits(max_connections=150, max_keepalive_connections=150)
    async with httpx2.AsyncClient(base_url=f"{url}/api/v1", limits=limits, timeout=30) as client:
        giving = _Giving(client, people.streets())
        began, tasks = time.perf_counter(), []
        for turn in range(count + _AFTER):
            await asyncio.sleep(max(0.0, began + turn / A_SECOND - time.perf_counter()))
            tasks.append(asyncio.create_task(giving.give(turn)))
        taken = await asyncio.gather(*tasks)
    told = figures("command to its visible row", [one * 1000 for one in taken[_AFTER:]])
    return told | {"asked": len(taken), "shed": giving.told_to_come_again}


class _Giving:
    """Gives every third command to begin a task, the others to take one on."""

    def __init__(
        self, client: httpx2.AsyncClient, streets: list[tuple[Somebody, Somebody]]
    ) -> None:
        self._client, self._streets = client, streets
        self._numbers: dict[int, tuple[int, str]] = {}
        self.told_to_come_again = 0

    async def give(self, turn: int) -> float:
        """Give the command of *turn*; return the seconds until its row was seen."""
        street = turn % len(self._streets)
        before = self._numbers.pop(turn - _AFTER, None)
        step = "register" if before is None else "triage"
        if before is not None and before[1].startswith("judged "):
            step = "dispatch"
        began = time.perf_counter()
        worker, dispatcher = self._streets[street if before is None else before[0]]
        if before is None:
            number = await self._sent(worker, "/tasks", _need(worker))
            self._numbers[turn] = (street, number)
            return time.perf_counter() - began
        number = before[1].removeprefix("judged ")
        if step == "triage":
            await self._sent(dispatcher, f"/tasks/{number}/triage_task", _JUDGED)
            self._numbers[turn] = (before[0], f"judged {number}")
        else:
            await self._sent(dispatcher, f"/tasks/{number}/dispatch_task", {"main": "440106-MZJ"})
        return time.perf_counter() - began

    async def _sent(self, who: Somebody, path: str, body: dict[str, Any]) -> str:
        headers = {"Authorization": f"Bearer {who.token}"}
        key = {"Idempotency-Key": f"bench/{uuid4()}"}
        receipt = await self._asked("POST", path, headers | key, body)
        while True:
            shown = await self._asked("GET", f"/tasks/{receipt['number']}", headers)
            if shown["task"]["version"] >= receipt["version"]:
                return str(receipt["number"])
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _asked(
        self, method: str, path: str, headers: dict[str, str], body: Any = None
    ) -> dict[str, Any]:
        """Return the answer; whoever is told to come again does so, and waits for it."""
        while True:
            answer = await self._client.request(method, path, json=body, headers=headers)
            if answer.status_code not in {429, 503}:
                assert answer.status_code == 200, (answer.status_code, answer.text[:300])
                found: dict[str, Any] = answer.json()
                return found
            self.told_to_come_again += 1
            await asyncio.sleep(float(answer.headers["Retry-After"]))


_JUDGED = {"urgency": "NORMAL", "duty_class": "COOPERATE"}


def _need(worker: Somebody) -> dict[str, Any]:
    return {
        "source": "COMMUNITY",
        "category": "ELDER",
        "place": worker.unit.partition("-")[0],
        "text": "楼道没有扶手，腿脚不便，盼尽快加装。",
        "name": "欧阳慕枫",
        "phone": "19900004321",
        "policy": "gd-2022",
        "ad_hoc": True,
        "privacy_notice": PRIVACY_NOTICE,
    }
