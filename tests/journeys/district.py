"""A district of a few units and people, enough to bring tasks on their way."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any

from desk.gateway import Gateway
from desk.identifiers import new_uuid7
from desk.orders import Order, read_order
from services.bootstrapping import publish_shipped
from tests import accounts

STREET, CENTER, BUREAU = "440106003-SO", "440106003-PSC", "440106-MZJ"
UNITS = (
    (STREET, "石牌街道办事处", "STREET_OFFICE", "440106003", None),
    (CENTER, "石牌街道党群服务中心", "PARTY_SERVICE_CENTER", "440106003", None),
    (BUREAU, "天河区民政局", "DEPARTMENT", "440106", "civil_affairs"),
)
ROLES = (
    ("dispatcher", "STREET_DISPATCHER", STREET),
    ("center", "CENTER_COORDINATOR", CENTER),
    ("coordinator", "DEPT_COORDINATOR", BUREAU),
    ("staff", "DEPT_STAFF", BUREAU),
)
REGISTRATION = {
    "source": "CENTER",
    "category": "ELDER",
    "place": "440106003",
    "text": "楼道缺扶手，老人上下楼不便。",
    "ad_hoc": True,
    "privacy_notice": "notice-1",
}


@dataclass
class District:
    """Who acts in a journey or a benchmark."""

    people: dict[str, dict[str, str]]

    @classmethod
    async def found(cls, gateway: Gateway) -> "District":
        await publish_shipped(gateway.desk)
        for code, name, kind, division, line in UNITS:
            command = {"name": name, "unit_kind": kind, "division": division, "line": line}
            await enter(gateway, f"unit/{code}", "register_unit", **command)
        people: dict[str, dict[str, str]] = {}
        for name, role, unit in ROLES:
            person = f"person/{new_uuid7()}"
            await enter(gateway, person, "register_person", name=f"测试{name}")
            await enter(gateway, person, "grant_role", role=role, unit=unit)
            people[name] = {"person": person, "role": role, "unit": unit}
        return cls(people)

    def whole_case(self, task: str, **about: Any) -> list[Order]:
        """Return the commands that bring a new task into progress, and some progress."""
        people = self.people
        return [
            order(
                task,
                "register_task",
                people["center"],
                **(REGISTRATION | about),
            ),
            order(
                task,
                "triage_task",
                people["dispatcher"],
                urgency="NORMAL",
                duty_class="COOPERATE",
            ),
            order(task, "dispatch_task", people["dispatcher"], main=BUREAU),
            order(task, "accept_task", people["coordinator"]),
            order(task, "assign_staff", people["coordinator"], person=people["staff"]["person"]),
            self.contact(task),
            self.contact(task),
            self.progress(task),
        ]

    def contact(self, task: str) -> Order:
        return order(task, "record_contact", self.people["staff"], result="NO_ANSWER")

    def progress(self, task: str) -> Order:
        return order(
            task, "log_progress", self.people["staff"], note="已上门查看，约定周三安装扶手。"
        )

    async def task_in_progress(self, gateway: Gateway, **about: Any) -> str:
        task = f"task/{new_uuid7()}"
        answers = await gateway.submit_batch(self.whole_case(task, **about)[:5])
        assert all(answer.receipt for answer in answers), answers
        return task

    async def task_dispatched(self, gateway: Gateway, **about: Any) -> str:
        task = f"task/{new_uuid7()}"
        answers = await gateway.submit_batch(self.whole_case(task, **about)[:3])
        assert all(answer.receipt for answer in answers), answers
        return task


async def enter(gateway: Gateway, stream: str, kind: str, **fields: Any) -> None:
    """Have the registrar enter one command."""
    told = {key: value for key, value in fields.items() if value is not None}
    await asyncio.to_thread(partial(accounts.enter, gateway.desk, stream, kind, **told))


def order(stream: str, kind: str, by: dict[str, str], **fields: Any) -> Order:
    command = {"kind": kind, **{key: value for key, value in fields.items() if value is not None}}
    return read_order(
        {"stream": stream, "command_id": f"order/{new_uuid7()}", "by": by, "command": command}
    )
