"""What a programme froze is what the auditor counts, from a ledger the desk itself wrote."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.reading import open_reader
from audit.replay.pilots import counted_then, recounted
from desk.casework import Asking
from desk.gateway import Gateway, asking_of
from desk.identifiers import new_uuid7
from desk.opening import Books, books
from domain.casebook import kind_of
from domain.clocks import ring_id
from domain.community_figures import CommunityFigure
from domain.envelope import rung_by
from domain.values import instant_text
from ledger.entry import Draft
from tests.clock import at
from tests.journeys.district import BUREAU, District, enter, order
from tests.ledger.episodes import append, facts

MONDAY = datetime(2026, 9, 21, 1, 30, tzinfo=UTC)
HERE = "440106003001"
ORGANIZATION, OVERSIGHT = "440106-ZZB", "440106-DCS"
UNITS = (
    (ORGANIZATION, "天河区委组织部", "ORGANIZATION_DEPT"),
    (OVERSIGHT, "天河区督查室", "SUPERVISION_OFFICE"),
)
PEOPLE = (
    ("approver", "PARTY_AUTHORITY", ORGANIZATION),
    ("supervisor", "SUPERVISOR", OVERSIGHT),
    ("second", "DEPT_STAFF", BUREAU),
)
CRITERIA = [
    {"criterion": "NEED_URGENCY", "weight": 60},
    {"criterion": "SITE_CONDITIONS", "weight": 40},
]
GOAL = {
    "figure": "TASKS_CLOSED",
    "measure": "NUMBER",
    "comparison": "AT_LEAST",
    "target": 1,
}


@dataclass
class City:
    """A desk with a district whose street runs a pilot; *now* is the time of the next command."""

    url: str
    books: Books
    district: District
    now: datetime = MONDAY + timedelta(seconds=1)

    async def says(self, stream: str, kind: str, who: str, **fields: Any) -> None:
        told = order(stream, kind, self.district.people[who], **fields)
        with at(self.books.ledger, self.now):
            await self.books.desk.record(stream, [asking_of(kind_of(stream), told)])

    async def rings(self, stream: str, name: str) -> None:
        case, rules = self.books.desk.case(stream)
        due = next(one.due for one in case.kind.clocks(case.state, rules) if one.name == name)
        self.now = due
        ring = {"kind": "ring_clock", "name": name, "due": instant_text(due)}
        with at(self.books.ledger, due):
            await self.books.desk.record(
                stream, [Asking(ring_id(name, instant_text(due)), rung_by(name), ring)]
            )

    async def needs(self) -> str:
        """Register one more need in the community."""
        task = f"task/{new_uuid7()}"
        for one in self.district.whole_case(task, place=HERE)[:2]:
            with at(self.books.ledger, self.now):
                await self.books.desk.record(task, [asking_of(kind_of(task), one)])
        return task


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    url, vault = (f"sqlite:///{tmp_path / name}.db" for name in ("ledger", "vault"))
    with books(url, vault, tmp_path / "vault.key", "gd-2022") as opened:
        gateway = Gateway(opened)
        with at(opened.ledger, MONDAY):
            district = await District.found(gateway)
            for code, name, kind in UNITS:
                about = {"name": name, "unit_kind": kind, "division": "440106"}
                await enter(gateway, f"unit/{code}", "register_unit", **about)
            people = dict(district.people)
            for name, role, unit in PEOPLE:
                person = f"person/{new_uuid7()}"
                await enter(gateway, person, "register_person", name=f"测试{name}")
                await enter(gateway, person, "grant_role", role=role, unit=unit)
                people[name] = {"person": person, "role": role, "unit": unit}
        yield City(url, opened, replace(district, people=people))


async def a_pilot(city: City) -> str:
    """One programme from the draft to the assessment, with needs before, in and after it."""
    programme = f"programme/{new_uuid7()}"
    people = city.district.people
    await city.needs()
    await city.says(
        programme,
        "draft_programme",
        "coordinator",
        title="嵌入式服务设施试点",
        level="DISTRICT",
        place="440106",
        quota=1,
        apply_from=instant_text(MONDAY),
        apply_until=instant_text(MONDAY + timedelta(days=7)),
        build_until=instant_text(MONDAY + timedelta(days=180)),
        criteria=CRITERIA,
        goals=[GOAL],
    )
    await city.says(programme, "open_call", "approver")
    await city.says(
        programme, "apply_community", "dispatcher", community=HERE, statement="有空置用房"
    )
    await city.needs()
    await city.rings(programme, "applications")
    panel = [people[one] for one in ("staff", "second", "supervisor")]
    reviewers = [{"person": one["person"], "unit": one["unit"]} for one in panel]
    await city.says(programme, "name_reviewers", "approver", reviewers=reviewers)
    scores = [{"criterion": one["criterion"], "points": 80} for one in CRITERIA]
    for who in ("staff", "second", "supervisor"):
        await city.says(programme, "score_application", who, community=HERE, scores=scores)
    await city.says(programme, "select_communities", "approver", selected=[{"community": HERE}])
    await city.says(programme, "publish_selection", "approver")
    await city.rings(programme, "progress")
    await city.needs()
    await city.rings(programme, "build_end")
    await city.says(programme, "assess_community", "coordinator", community=HERE)
    await city.needs()
    return programme


async def test_what_was_frozen_is_what_the_auditor_counts(city: City) -> None:
    programme = await a_pilot(city)
    with open_reader(city.url) as reader:
        found = list(recounted(reader, programme))
    assert [(one.kind, _tasks(one.frozen)) for one in found] == [
        ("community_applied.v1", (0, 1)),
        ("programme_progress_recorded.v1", (0, 2)),
        ("community_assessed.v1", (0, 3)),
    ]
    assert all(one.agrees for one in found)
    assert all(one.frozen == one.again.frozen for one in found), "position and all"


async def test_figures_that_somebody_coloured_are_found(city: City) -> None:
    """A fact written past the desk, with one more task closed than there is."""
    programme = await a_pilot(city)
    ledger = city.books.ledger
    applied = next(one for one in ledger.read(programme) if one.kind == "community_applied.v1")
    figures = [
        one | {"numerator": 1} if one["figure"] == "TASKS_CLOSED" else one
        for one in applied.fact["baseline"]["figures"]
    ]
    forged = applied.fact | {"baseline": applied.fact["baseline"] | {"figures": figures}}
    other = f"programme/{new_uuid7()}"
    append(ledger, other, 0, replace(facts("f"), drafts=(Draft(applied.kind, forged),)))
    with open_reader(city.url) as reader:
        (found,) = recounted(reader, other)
        assert not found.agrees
        now = counted_then(reader, HERE, reader.head())
    assert _tasks(now.frozen) == (0, 4)


def _tasks(figures: Any) -> tuple[int, int]:
    value = figures.value(CommunityFigure.TASKS_CLOSED)
    return value.numerator, value.denominator
