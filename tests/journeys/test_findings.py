"""From a row of the check-up's table to striking off, in real books: nothing is typed twice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desk import clerking
from desk.identifiers import new_uuid7
from domain.values import CASE_CATEGORIES, category_of
from importing.findings import FINDING_FIELDS
from importing.reading import read_content
from services.finding_intake import take_findings
from services.intake import EnteredBy, Intake, Taking
from tests.journeys.district import BUREAU, STREET, District, enter, order
from tests.oversight.town import Town, founded, open_town

HEADINGS = "体检编号,体检维度,所属街道,社区,区划代码,指标名称,实测值,佐证材料,体检时间"
PLACE, OTHER_PLACE = "440106003015", "440106003016"


def row(number: str, value: int, day: str = "2026-10-12", indicator: str = "ELDER_FACILITY") -> str:
    return f"{number},社区,石牌街道,,{PLACE},{indicator},{value},体检表第 3 行,{day}"


@pytest.fixture
async def town(tmp_path: Path) -> Any:
    with open_town(tmp_path / "home") as books:
        found = await founded(books, f"sqlite:///{tmp_path}/home/ledger.db")
        people = dict(found.district.people)
        for name, role in (("worker", "COMMUNITY_WORKER"),):
            person = f"person/{new_uuid7()}"
            await enter(found.gateway, person, "register_person", name=f"测试{name}")
            await enter(found.gateway, person, "grant_role", role=role, unit=STREET)
            people[name] = {"person": person, "role": role, "unit": STREET}
        yield Town(books, found.gateway, District(people), found.url)


async def imported(town: Town, *rows: str, **about: Any) -> Intake:
    table = read_content("\n".join((HEADINGS, *rows)).encode(), FINDING_FIELDS)
    return await take_findings(town.gateway, table, "t.csv", Taking(**about), EnteredBy())


def figures(intake: Intake) -> tuple[int, int, int, int, int]:
    return (
        intake.recorded,
        intake.repeated,
        intake.corrected,
        intake.met,
        len(intake.refused),
    )


def findings(town: Town) -> list[str]:
    return list(town.books.ledger.streams("finding"))


def clerks(town: Town) -> None:
    """Do what the clerks of all cases would do: run errands until none is owed."""
    desk = town.books.desk
    for _ in range(5):
        owed = [
            (stream, version, errand)
            for stream in _cases(town)
            for version, errand in clerking.look(desk, stream, 0).errands
        ]
        if not owed:
            return
        for stream, version, errand in owed:
            clerking.run_errand(desk, stream, version, errand.command_id)


def _cases(town: Town) -> Iterator[str]:
    for category in CASE_CATEGORIES:
        yield from town.books.ledger.streams(category)


async def test_a_table_is_taken_once_and_a_changed_value_is_measured_again(town: Town) -> None:
    rows = (row("T-1", 2), row("T-2", 0), row("T-3", 40, indicator="停车泊位缺口数"))
    assert figures(await imported(town, *rows)) == (2, 0, 0, 1, 0)
    assert figures(await imported(town, *rows)) == (0, 2, 0, 1, 0)
    assert figures(await imported(town, row("T-1", 1, "2026-11-12"))) == (0, 0, 1, 0, 0)
    assert figures(await imported(town, *rows)) == (0, 2, 0, 1, 0), "an older table changes nothing"
    kinds = sorted(kind for stream in findings(town) for kind in town.kinds(stream))
    assert kinds == ["finding_recorded.v1", "finding_recorded.v1", "value_measured.v1"]


async def test_a_number_that_stands_for_another_finding_measures_nothing(town: Town) -> None:
    """A table of another level, or of another year, may count its rows from 1 again."""
    await imported(town, row("T-1", 2))
    (finding,) = findings(town)
    others = (
        row("T-1", 40, "2026-11-12", indicator="停车泊位缺口数"),
        row("T-1", 1, "2026-11-13").replace(PLACE, OTHER_PLACE),
    )
    for other in others:
        again = await imported(town, other)
        assert [one.problems[0].rule for one in again.refused] == ["number-of-another-finding"]
    met = row("T-1", 0, "2026-11-12", indicator="停车泊位缺口数")
    assert figures(await imported(town, met)) == (0, 0, 0, 1, 0)
    assert town.kinds(finding) == ["finding_recorded.v1"]
    assert findings(town) == [finding]


async def test_trying_first_records_nothing(town: Town) -> None:
    assert figures(await imported(town, row("T-1", 2), dry=True)) == (1, 0, 0, 0, 0)
    assert findings(town) == []


async def test_rows_that_cannot_be_read_come_back_with_their_reason(town: Town) -> None:
    bad = (
        row("T-1", 2, indicator="幸福指数"),
        row("T-2", 2, "2026-13-01"),
        row("T-3", 2).replace(PLACE, "440106003"),
        row("T-4", 2).replace(",2,", ",许多,"),
        row("T-5", 2),
        row("T-5", 1),
    )
    intake = await imported(town, *bad)
    rules = [problem.rule for one in intake.refused for problem in one.problems]
    assert rules == [
        "unknown-indicator",
        "not-a-date",
        "not-the-place-of-its-level",
        "not-a-whole-number",
        "ledger-row-twice",
    ]
    assert len(findings(town)) == 1


async def test_every_case_a_plan_names_is_told(town: Town) -> None:
    """One fact, the same command for several cases: none of them is left out."""
    await imported(town, row("T-1", 1))
    (finding,) = findings(town)
    tasks = (town.task(place=PLACE), town.task(place=PLACE))
    day = "2027-06-30T00:00:00+08:00"
    town.ask(finding, "adopt_finding", "dispatcher", lead=BUREAU, target_date=day)
    town.ask(finding, "plan_remedy", "coordinator", measures="增设养老服务点", cases=tasks)
    clerks(town)
    assert all("finding_linked.v1" in town.kinds(task) for task in tasks)


async def test_from_a_row_of_the_check_up_to_striking_off_through_a_task(town: Town) -> None:
    await imported(town, row("T-1", 1))
    (finding,) = findings(town)
    task = town.task(place=PLACE)
    town.ask(
        finding,
        "adopt_finding",
        "dispatcher",
        lead=BUREAU,
        target_date="2027-06-30T00:00:00+08:00",
    )
    town.ask(finding, "plan_remedy", "coordinator", measures="增设养老服务点", cases=(task,))
    clerks(town)
    assert "finding_linked.v1" in town.kinds(task)
    people = town.district.people
    triage = order(
        task, "triage_task", people["dispatcher"], urgency="NORMAL", duty_class="COOPERATE"
    )
    town.give(triage, order(task, "dispatch_task", people["dispatcher"], main=BUREAU))
    town.ask(task, "accept_task", "coordinator")
    clerks(town)
    assert town.kinds(finding)[-2:] == ["linked_case_noted.v1", "remedy_started.v1"]
    town.close(task)
    clerks(town)
    _, state = town.books.desk.state_of(finding)
    assert state.body.open_cases == ()
    town.ask(finding, "report_remedied", "coordinator", value=0, evidence="验收单")
    struck = town.ask(
        finding,
        "strike_off",
        "dispatcher",
        value=0,
        evidence="现场核验照片",
        worker=people["worker"]["person"],
    )
    assert struck.state == "STRUCK_OFF"
    again = await imported(town, row("T-1", 1, "2026-11-12"))
    assert [one.problems[0].rule for one in again.refused] == ["struck-off-misses-again"]
    assert category_of(finding) == "finding"
