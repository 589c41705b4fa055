"""The episodes of findings: the check-up's table is taken in, and what becomes of some of them."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from demo import paths
from demo.cast import Cast, NobodyThere, Part
from demo.matter import Matter
from demo.pairings import POLICY
from demo.stage import Saying, Stage, Unexpected
from desk.sealing import opaque_uuid
from domain.finding.state import Finding as FindingStanding
from domain.people import Role
from domain.values import instant_text
from importing.findings import FINDING_FIELDS, FindingRow
from services.finding_intake import finding_stream, read_findings, take_rows
from services.intake import EnteredBy, Intake, Taking
from services.need_intake import PRIVACY_NOTICE

REMEDY_TASKS = 1
"""How many support tasks the remedies of findings lean on."""

_YEAR = timedelta(days=365)
_SOON = timedelta(seconds=12)


def read_checkup(stage: Stage, file: Path, divisions: set[str]) -> tuple[list[FindingRow], Intake]:
    """Read the check-up's table; rows of other streets than those that are played are left out."""
    gateway = stage.gateway
    table = Taking().table_of(file, FINDING_FIELDS)
    rows = read_findings(gateway, table, POLICY)
    intake = Intake(file.name, refused=list(rows.bad), unread=table.unread)
    home = Path(str(gateway.books.ledger.url.database)).parent
    intake.write_bad_rows(table, home / "checkup-退回")
    played = [row for row in rows.good if len(row.place) == 6 or row.place[:9] in divisions]
    return played, intake


async def taken(stage: Stage, rows: Sequence[FindingRow], intake: Intake) -> None:
    """Record what misses its target, as `jiedui finding import` does."""
    await take_rows(stage.gateway, rows, intake, Taking(), EnteredBy(policy=POLICY))
    stage.commands += intake.recorded


@dataclass
class Finding:
    """One finding of the demonstration, and who may say what about it."""

    stage: Stage
    stream: str
    place: str
    category: str
    lead: str

    @classmethod
    def of(cls, stage: Stage, row: FindingRow) -> "Finding":
        """Return the finding that the import of *row* recorded."""
        lead = stage.cast.leading(row.indicator.category)[0]
        stream = finding_stream(stage.gateway, row)
        return cls(stage, stream, row.place, row.indicator.category, lead)

    @property
    def cast(self) -> Cast:
        """The cast of the stage."""
        return self.stage.cast

    @property
    def standing(self) -> FindingStanding:
        """The finding as the ledger has it."""
        found: FindingStanding = self.stage.gateway.desk.state_of(self.stream)[1]
        return found

    def by(self, part: Part, kind: str, **fields: Any) -> Saying:
        """Say something as *part*."""
        return Saying(part, {"kind": kind, **fields})

    def street(self, kind: str, **fields: Any) -> Saying:
        """Say something as the street's dispatcher."""
        return self.by(self.cast.dispatcher(self.place), kind, **fields)

    def department(self, kind: str, **fields: Any) -> Saying:
        """Say something as the lead's coordinator."""
        return self.by(self.cast.coordinator(self.lead), kind, **fields)

    def worker(self, kind: str, **fields: Any) -> Saying:
        """Say something as the community worker of the place."""
        return self.by(self.cast.for_place(Role.COMMUNITY_WORKER, self.place), kind, **fields)

    def office(self, kind: str, **fields: Any) -> Saying:
        """Say something as the department that leads the check-up."""
        findings = self.cast.policy.findings
        line = findings.office_line if findings else ""
        for unit in self.cast.departments():
            if unit.line == line:
                return self.by(self.cast.coordinator(unit.code), kind, **fields)
        raise NobodyThere(f"名册中没有 {line} 条线的部门。 No department of line {line}.")

    async def does(self, *sayings: Saying) -> str:
        """Have *sayings* recorded in one turn; return the state they leave."""
        return (await self.stage.give(self.stream, sayings))[-1].state

    async def until(self, kind: str, **fields: Any) -> None:
        """Wait for a fact of this kind, as clocks and other cases bring it about."""
        await self.stage.until_fact(self.stream, kind, **fields)

    async def reaches(self, *names: str) -> None:
        """Wait until the finding is in one of these states."""
        await self.stage.until_state(self.stream, *names)

    def adoption(self, within: timedelta = _YEAR) -> Saying:
        """Name the lead and a day."""
        day = instant_text(datetime.now(UTC) + within)
        return self.street("adopt_finding", lead=self.lead, target_date=day)

    def plan(self, *cases: str) -> Saying:
        """Plan measures on *cases*."""
        return self.department("plan_remedy", measures="盘活存量用房，补齐设施。", cases=cases)

    def report(self) -> Saying:
        """Report it remedied, with the target met."""
        return self.department("report_remedied", value=0, evidence="竣工验收单和现场照片")

    def verdict(self) -> Saying:
        """Strike it off, a community worker being there."""
        worker = self.cast.for_place(Role.COMMUNITY_WORKER, self.place).person
        return self.street("strike_off", value=0, evidence="现场核验记录", worker=worker)

    async def begun(self, within: timedelta = _YEAR) -> None:
        """Adopted, planned without other cases, begun by the lead."""
        await self.does(self.adoption(within), self.plan(), self.department("start_remedy"))

    async def task(self) -> Matter:
        """Register the support task the remedy leans on, for the worker of the place."""
        token = self.stage.gateway.books.vault.token("demo-remedy", self.stream.encode())
        stream = f"task/{opaque_uuid('remedy', token)}"
        worker = self.cast.for_place(Role.COMMUNITY_WORKER, self.place)
        command = {
            "kind": "register_task",
            "source": "URBAN_CHECKUP",
            "category": self.category,
            "request_type": "HELP",
            "place": self.place,
            "matter": "checkup",
            "text": "城区体检发现设施缺口，请牵头部门落实整改。",
            "answer_channel": "NONE",
            "ad_hoc": True,
            "privacy_notice": PRIVACY_NOTICE,
            "policy": POLICY,
        }
        await self.stage.give(stream, [Saying(worker, command)])
        entry = await self.stage.until_fact(stream, "task_registered.v1")
        return Matter.of_project(self.stage, entry)


# The episodes.


async def struck_off(finding: Finding) -> None:
    """Adopted, planned on a task, begun and over with it, verified and struck off."""
    task = await finding.task()
    await finding.does(finding.adoption(), finding.plan(task.stream))
    await paths.project(task)
    await finding.until("remedy_started.v1", case=task.stream)
    await finding.until("linked_case_noted.v1", case=task.stream, standing="DONE")
    await finding.does(finding.report(), finding.verdict())
    await finding.reaches("STRUCK_OFF")


async def sent_back(finding: Finding) -> None:
    """Verified, found wanting, remedied once more, and struck off."""
    await finding.begun()
    rejected = finding.street("reject_remedy", value=1, reason="二楼尚未开放，仍缺一处。")
    await finding.does(finding.report(), rejected, finding.report(), finding.verdict())
    await finding.reaches("STRUCK_OFF")


async def reopened(finding: Finding) -> None:
    """Struck off, found missing again, and opened for a second round."""
    await finding.begun()
    await finding.does(finding.report(), finding.verdict())
    again = finding.worker("reopen_finding", value=1, reason="设施停止运营，缺口再现。")
    await finding.does(again, finding.adoption())
    await finding.until("finding_reopened.v1", round=2)


async def dismissed(finding: Finding) -> None:
    """Left out by the department that leads the check-up."""
    await finding.does(
        finding.office("dismiss_finding", ground="TO_BE_CLEARED", reason="地块已列入改造范围。")
    )
    await finding.reaches("DISMISSED")


async def merged(finding: Finding) -> None:
    """A worker reports the same once more, and the street merges it into the first."""
    stage = finding.stage
    first = finding.standing.body.recorded  # type: ignore[union-attr]
    token = stage.gateway.books.vault.token("demo-finding", finding.stream.encode())
    second = Finding(
        stage,
        f"finding/{opaque_uuid('finding', token)}",
        finding.place,
        finding.category,
        finding.lead,
    )
    record = {
        "level": first.level.value,
        "place": first.place,
        "indicator": first.indicator,
        "value": first.value,
        "target": first.target,
        "evidence": "社区走访记录",
        "found_at": instant_text(datetime.now(UTC) - timedelta(seconds=1)),
        "source": "PATROL",
        "policy": POLICY,
    }
    await second.does(second.worker("record_finding", **record))
    await second.does(second.street("merge_finding", master=finding.stream))
    await second.reaches("MERGED")


async def measured_again(finding: Finding) -> None:
    """The community measures again (动态更新): the value changed, the finding stays."""
    before = finding.standing.body.value  # type: ignore[union-attr]
    now = instant_text(datetime.now(UTC) - timedelta(seconds=1))
    await finding.does(
        finding.worker("measure_again", value=before + 1, measured_at=now, evidence="半年复测"),
        finding.adoption(),
    )
    await finding.until("value_measured.v1", value_before=before)


async def overdue(finding: Finding) -> None:
    """The day by which it was to be remedied passes."""
    await finding.begun(_SOON)
    await finding.until("finding_limit_missed.v1", clock="remedy_target")


async def verifying(finding: Finding) -> None:
    """Reported, and left for the street to verify."""
    await finding.begun()
    await finding.does(finding.report())
    await finding.reaches("VERIFYING")


async def planned(finding: Finding) -> None:
    """Planned, and not begun yet."""
    await finding.does(finding.adoption(), finding.plan())
    await finding.reaches("PLANNED")


Play = Callable[[Finding], Awaitable[None]]

FINDING_SHOWS: tuple[tuple[str, str, str, Play], ...] = (
    ("finding_struck_off", "问题整改销号", "finding struck off", struck_off),
    ("finding_overdue", "整改逾期", "remedy overdue", overdue),
    ("finding_sent_back", "核验退回再整改", "remedy sent back", sent_back),
    ("finding_reopened", "销号后重新列入", "finding reopened", reopened),
    ("finding_dismissed", "不予列入台账", "finding dismissed", dismissed),
    ("finding_merged", "问题并入", "finding merged", merged),
    ("finding_measured", "动态更新", "measured again", measured_again),
    ("finding_verifying", "待核验", "awaiting verification", verifying),
    ("finding_planned", "已列计划", "planned", planned),
)
"""What single findings show."""


def missing(rows: Sequence[FindingRow]) -> list[FindingRow]:
    """Return the rows that became findings and whose lead is a department other than the office.

    At a community, so that a street's own people stand near it.
    """
    return [row for row in rows if not row.is_met and len(row.place) > 6]


async def played(
    stage: Stage,
    rows: Sequence[FindingRow],
    intake: Intake,
    play: Callable[[str, Sequence[str], Awaitable[None]], Coroutine[Any, Any, None]],
) -> None:
    """Take the table in and play every episode on a finding of its own, side by side."""
    await taken(stage, rows, intake)
    found = missing(rows)
    if len(found) < len(FINDING_SHOWS):
        raise Unexpected(f"expected {len(FINDING_SHOWS)} findings at least, found {len(found)}")
    async with asyncio.TaskGroup() as group:
        for (name, _, _, story), row in zip(FINDING_SHOWS, found, strict=False):
            one = await asyncio.to_thread(Finding.of, stage, row)
            group.create_task(play(name, [one.stream], story(one)))
