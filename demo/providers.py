"""The episodes of providers: forty apply by their links, and every way of the table is gone."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from demo.cast import Cast, Part
from demo.matter import Matter
from demo.pairings import POLICY
from demo.stage import Saying, Stage, Unexpected
from desk.casework import Asking, Who, Written
from desk.sealing import opaque_uuid
from domain.people import Channel, Known, Role
from domain.provider.identity import provider_stream, team_stream
from domain.values import instant_text
from services.need_intake import PRIVACY_NOTICE

SERVED_TASKS = 1
"""How many support tasks providers are named for."""

_YEAR = timedelta(days=365)
_EXPECTED = "实地核验记录（示例）"

Play = Callable[[str, Sequence[str], Awaitable[None]], Coroutine[Any, Any, None]]


class Provider:
    """One provider of the demonstration, its own people, and who may say what about it."""

    def __init__(self, stage: Stage, row: dict[str, Any], area: str) -> None:
        self.stage, self.row, self.area = stage, row, area
        self.category: str = row["categories"][0]
        self.lead = stage.cast.leading(self.category)[0]
        code, team = row.get("credit_code"), row.get("team_number")
        self.stream = provider_stream(code) if code else team_stream(str(team))
        token = stage.gateway.books.vault.token("demo-agent", self.stream.encode())
        subject = f"subject/{opaque_uuid('demo-agent', token)}"
        link = opaque_uuid("demo-agent-link", token)
        self.who = Who(subject, Channel.LINK, None, Role.PROVIDER, Known.LINK, link)
        self.told = 0

    @property
    def cast(self) -> Cast:
        """The cast of the stage."""
        return self.stage.cast

    # -- who speaks --------------------------------------------------------------------------------

    async def agent(self, kind: str, *, of: "Provider | None" = None, **fields: Any) -> None:
        """Say something as the provider's own people, by their link."""
        stream = (of or self).stream
        self.told += 1
        command_id = f"demo-agent/{self.who.person.partition('/')[2]}/{self.told}"
        asking = Asking(command_id, self.who, {"kind": kind, **fields})
        desk = self.stage.gateway.desk
        (answer,) = (await asyncio.to_thread(desk.record_now, stream, [asking])).answers
        if not isinstance(answer, Written):
            raise Unexpected(f"{kind}: {answer}")
        self.stage.commands += 1

    def by(self, part: Part, kind: str, **fields: Any) -> Saying:
        """Say something as *part*."""
        return Saying(part, {"kind": kind, **fields})

    def department(self, kind: str, **fields: Any) -> Saying:
        """Say something as the lead's coordinator."""
        return self.by(self.cast.coordinator(self.lead), kind, **fields)

    def market(self, kind: str, **fields: Any) -> Saying:
        """Say something as the coordinator of market supervision."""
        unit = next(unit.code for unit in self.cast.departments() if unit.line == "market")
        return self.by(self.cast.coordinator(unit), kind, **fields)

    def at_place(self, role: Role, kind: str, **fields: Any) -> Saying:
        """Say something as whoever holds *role* for the area."""
        return self.by(self.cast.for_place(role, self.area), kind, **fields)

    async def does(self, *sayings: Saying) -> str:
        """Have *sayings* recorded in one turn; return the state they leave."""
        return (await self.stage.give(self.stream, sayings))[-1].state

    # -- how it goes -------------------------------------------------------------------------------

    async def applied(self) -> None:
        """Its own people apply."""
        told = {
            name: self.row[name]
            for name in ("name", "provider_kind", "categories", "prices", "licences")
        }
        codes = ("credit_code", "team_number", "head_code")
        told |= {name: self.row[name] for name in codes if name in self.row}
        await self.agent(
            "apply_for_admission", **told, areas=[self.area], contact="示例经办人", policy=POLICY
        )

    async def taken_up(self) -> None:
        """The lead takes it up, and every department is asked at once."""
        await self.does(self.department("take_up_application"))
        await self.stage.until_fact(self.stream, "application_taken_up.v1")

    async def verified(self, *, unmet: str = "") -> None:
        """Every department speaks of its items."""
        entry = await self.stage.until_fact(self.stream, "application_taken_up.v1")
        await self.does(
            *(
                self.by(
                    self.cast.staff(one["unit"]),
                    "verify_item",
                    item=one["item"],
                    met=one["item"] != unmet,
                    evidence=_EXPECTED,
                )
                for one in entry.fact["items"]
            )
        )

    async def admitted(self) -> None:
        """Applied, verified by all departments, admitted by somebody who gave no verdict."""
        await self.applied()
        await self.taken_up()
        await self.verified()
        await self.let_in()

    async def let_in(self) -> None:
        """The lead's coordinator admits."""
        until = instant_text(datetime.now(UTC) + 2 * _YEAR)
        await self.does(
            self.department(
                "admit_provider",
                categories=self.row["categories"],
                areas=[self.area],
                valid_until=until,
            )
        )
        await self.stage.until_state(self.stream, "ADMITTED")

    def warning(self) -> Saying:
        """Market supervision warns it."""
        return self.market("warn_provider", ground="INSPECTION_FAILED", reason="抽查记录不全。")


# The episodes.


async def admitted(one: Provider) -> None:
    """Applied by its link, verified by all departments at once, admitted."""
    await one.admitted()


async def corrected(one: Provider) -> None:
    """Asked once for what it lacks, corrected, admitted."""
    await one.applied()
    await one.does(one.department("ask_correction", lacking="请补充价目表。"))
    prices = [{"item": "上门服务", "per": "次", "cents": 2000}]
    await one.agent("correct_application", prices=prices)
    await one.taken_up()
    await one.verified()
    await one.let_in()


async def refused(one: Provider) -> None:
    """One item is not met; the lead refuses."""
    await one.applied()
    await one.taken_up()
    await one.verified(unmet="SAFETY")
    reason = "消防验收未通过。"
    await one.does(one.department("refuse_provider", ground="ITEM_NOT_MET", reason=reason))
    await one.stage.until_state(one.stream, "REFUSED")


async def waiting(one: Provider) -> None:
    """Applied, taken up, and waiting for its departments."""
    await one.applied()
    await one.taken_up()
    await one.stage.until_state(one.stream, "VERIFYING")


async def rectified(one: Provider) -> None:
    """Inspected, warned, rectified by its own people, confirmed by another office."""
    await one.admitted()
    await one.does(
        one.market("inspect_provider", passed=False, found="抽查记录不全。"), one.warning()
    )
    await one.agent("submit_rectification", text="已补齐记录并培训人员。")
    await one.does(one.department("confirm_rectification", evidence="复查合格（示例）"))
    await one.stage.until_state(one.stream, "ADMITTED")


async def appeal_lifted(one: Provider) -> None:
    """Warned, appealed, and the warning lifted by an adjudicator."""
    await one.admitted()
    await one.does(one.warning())
    await one.agent("appeal_measure", text="抽查当天正在搬迁，记录在新址。")
    await one.does(one.at_place(Role.ADJUDICATOR, "lift_measure", reason="记录齐全，事实不清。"))
    await one.stage.until_fact(one.stream, "measure_lifted.v1", measure="WARNING")
    await one.stage.until_state(one.stream, "ADMITTED")


async def suspended(one: Provider) -> None:
    """Suspended at once for safety, the reasons given, restored."""
    await one.admitted()
    until = instant_text(datetime.now(UTC) + timedelta(days=30))
    await one.does(
        one.department("suspend_provider", ground="SAFETY_DANGER", until=until),
        one.department("give_suspension_reasons", reason="燃气管道老化。"),
        one.department("restore_provider", reason="管道已更换，检测合格。"),
    )
    await one.stage.until_state(one.stream, "ADMITTED")


async def changed(one: Provider) -> None:
    """A new licence is reported and verified again."""
    await one.admitted()
    licence = {"licence": "BUSINESS", "number": f"SL-{one.row['number']:03d}-2"}
    others = [two for two in one.row["licences"] if two["licence"] != "BUSINESS"]
    await one.agent("report_change", licences=[licence, *others])
    entry = await one.stage.until_fact(one.stream, "provider_change_reported.v1")
    (item,) = entry.fact["items"]
    staff = one.cast.staff(item["unit"])
    verdict = one.by(staff, "verify_item", item=item["item"], met=True, evidence=_EXPECTED)
    await one.does(verdict)
    await one.stage.until_fact(one.stream, "provider_change_verified.v1", in_effect=True)


async def volunteered(one: Provider) -> None:
    """A volunteer team without a credit code records the hours its people served."""
    await one.admitted()
    await one.agent(
        "record_service_hours",
        category=one.category,
        place=one.area,
        people=6,
        minutes=120,
        served_at=instant_text(datetime.now(UTC)),
    )
    await one.stage.until_fact(one.stream, "service_hours_recorded.v1", people=6)


async def left(one: Provider) -> None:
    """It leaves of its own wish with nothing to hand over; its clerk completes the exit."""
    await one.admitted()
    await one.agent("request_provider_exit", plan=[])
    await one.stage.until_state(one.stream, "EXITED")


async def ordered_out(one: Provider, successor: Provider) -> None:
    """Ordered to leave by two keys; its task goes to a successor who accepts; then it is barred."""
    await one.admitted()
    await one.stage.until_state(successor.stream, "ADMITTED")
    task = await _task(one)
    await task.does(task.triage(), task.dispatch(one.lead))
    named = task.unit("name_provider", provider=one.stream, reason="就近服务。")
    await task.does(task.unit("accept_task"), task.assignment(), named)
    plan = [{"case": task.stream, "successor": successor.stream}]
    order = one.department("order_exit", ground="FRAUD", reason="虚报服务量（示例）。", plan=plan)
    await one.does(order, one.at_place(Role.SUPERVISOR, "countersign_exit"))
    await successor.agent("accept_service", of=one, served=task.stream)
    await task.until("provider_named.v1", provider=successor.stream)
    await one.stage.until_state(one.stream, "EXITED")
    await one.stage.until_fact(one.stream, "provider_exited.v1", ordered=True)
    await task.finished()


async def _task(one: Provider) -> Matter:
    """Register the task the provider is to serve."""
    stage = one.stage
    token = stage.gateway.books.vault.token("demo-served", one.stream.encode())
    stream = f"task/{opaque_uuid('served', token)}"
    worker = one.cast.for_place(Role.CENTER_COORDINATOR, one.area)
    command = {
        "kind": "register_task",
        "source": "CENTER",
        "category": one.category,
        "request_type": "HELP",
        "place": one.area,
        "matter": "meal-service",
        "text": "辖区长者需要助餐服务，请安排服务机构。",
        "answer_channel": "NONE",
        "ad_hoc": True,
        "privacy_notice": PRIVACY_NOTICE,
        "policy": POLICY,
    }
    await stage.give(stream, [Saying(worker, command)])
    return Matter.of_project(stage, await stage.until_fact(stream, "task_registered.v1"))


Way = tuple[str, str, str, Callable[[Provider], Awaitable[None]]]
ADMITTED: Way = ("provider_admitted", "机构准入", "provider admitted", admitted)
PATHS: dict[int, Way] = {
    5: ("provider_corrected", "机构补正后准入", "application corrected", corrected),
    6: ("provider_refused", "机构不予准入", "provider refused", refused),
    7: ("provider_waiting", "机构核验中", "provider being verified", waiting),
    10: ("provider_rectified", "机构警告与整改", "warned and rectified", rectified),
    11: ("provider_appealed", "机构申诉撤销警告", "warning lifted on appeal", appeal_lifted),
    12: ("provider_suspended", "机构先行暂停与恢复", "suspended at once, restored", suspended),
    13: ("provider_changed", "机构变更再核验", "change verified again", changed),
    14: ("provider_left", "机构自行退出", "provider left by itself", left),
    15: ("provider_volunteered", "志愿服务时长", "volunteers' hours", volunteered),
}
"""What becomes of which provider of the list; all others are admitted."""
ORDERED = ("provider_ordered_out", "机构责令退出与移交", "ordered exit with hand-over")
HEAD, LEAVING = 1, 9


def read_providers(stage: Stage, file: Path) -> list[Provider]:
    """Read the list; each provider serves one street of those that are played."""
    streets = stage.cast.streets()
    rows = json.loads(file.read_text("utf-8"))
    return [Provider(stage, row, streets[row["street"] % len(streets)].division) for row in rows]


def wanted(providers: Sequence[Provider]) -> Counter[tuple[str, str, str]]:
    """Return how many providers go which way."""
    found: Counter[tuple[str, str, str]] = Counter()
    for one in providers:
        number = one.row["number"]
        name, zh, en, _ = PATHS.get(number, ADMITTED)
        found[ORDERED if number == LEAVING else (name, zh, en)] += 1
    return found


async def played(providers: Sequence[Provider], play: Play) -> None:
    """Play every provider, side by side; the head of the chain takes over what another leaves."""
    by_number = {one.row["number"]: one for one in providers}
    async with asyncio.TaskGroup() as group:
        for number, one in by_number.items():
            if number == LEAVING:
                going = ordered_out(one, by_number[HEAD])
                group.create_task(play(ORDERED[0], [one.stream], going))
            else:
                name, _, _, path = PATHS.get(number, ADMITTED)
                group.create_task(play(name, [one.stream], path(one)))
