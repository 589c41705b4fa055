"""A programme told at the console's town: two streets apply, three reviewers score."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from desk.identifiers import new_uuid7
from domain.values import instant_text
from tests import accounts, clock
from tests.console.conftest import OTHER_STREET, Office, engage
from tests.journeys.district import BUREAU, STREET, order

ORGANIZATION = "440106-ZZB"
FIRST, SECOND, OTHER = "440106003001", "440106003002", "440106004001"
NAMES = {FIRST: "石牌第一社区", SECOND: "石牌第二社区", OTHER: "冼村第一社区"}
CRITERIA = [
    {"criterion": "NEED_URGENCY", "weight": 60},
    {"criterion": "SITE_CONDITIONS", "weight": 40},
]
REASON = "冼村有现成场地，当年可开放"
STATEMENT = "空置用房三处，居民议事会已同意"
TITLE = "社区嵌入式服务设施试点"
GOALS = [
    {
        "figure": "TASKS_CLOSED",
        "measure": "NUMBER",
        "comparison": "AT_LEAST",
        "target": 1,
    },
    {
        "figure": "FUNCTIONS_OPEN",
        "measure": "NUMBER",
        "comparison": "AT_LEAST",
        "target": 4,
    },
]
REVIEWERS = ("B01", "S01", "V01")


@dataclass
class Pilot:
    """One programme, and the time of its next command, which runs ahead of the house's."""

    office: Office
    stream: str = field(default_factory=lambda: f"programme/{new_uuid7()}")
    now: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(minutes=1))

    @property
    def address(self) -> str:
        return f"/programmes/{self.stream.partition('/')[2]}"

    @property
    def public(self) -> str:
        return f"/pilots/{self.stream.partition('/')[2]}"

    def by(self, number: str, role: str, unit: str) -> dict[str, str]:
        return {"person": self.office.person(number), "role": role, "unit": unit}

    def says(self, kind: str, by: dict[str, str], **fields: Any) -> None:
        self.now += timedelta(minutes=1)
        self.office.town.give(order(self.stream, kind, by, **fields), at=self.now)

    def rings(self, name: str) -> None:
        self.now = clock.rung(self.office.town.books.desk, self.stream, name, self.now)

    # The story, step by step.

    def drafted(self) -> "Pilot":
        self.says(
            "draft_programme",
            self.by("B01", "DEPT_COORDINATOR", BUREAU),
            title=TITLE,
            level="DISTRICT",
            place="440106",
            quota=2,
            apply_from=instant_text(self.now),
            apply_until=instant_text(self.now + timedelta(days=7)),
            build_until=instant_text(self.now + timedelta(days=120)),
            criteria=CRITERIA,
            goals=GOALS,
        )
        return self

    def called(self) -> "Pilot":
        self.drafted().says("open_call", self.decider)
        return self

    def applied(self) -> "Pilot":
        self.called()
        for number, unit, place in (
            ("D01", STREET, FIRST),
            ("D01", STREET, SECOND),
            ("D02", OTHER_STREET, OTHER),
        ):
            street = self.by(number, "STREET_DISPATCHER", unit)
            self.says("apply_community", street, community=place, statement=STATEMENT)
        return self

    def scoring(self) -> "Pilot":
        self.applied().rings("applications")
        reviewers = [{"person": self.office.person(one), "unit": BUREAU} for one in REVIEWERS]
        self.says("name_reviewers", self.decider, reviewers=reviewers)
        return self

    def scores(self, number: str, place: str, points: int) -> None:
        role = {"B01": "DEPT_COORDINATOR", "S01": "DEPT_STAFF", "V01": "SUPERVISOR"}[number]
        scores = [{"criterion": one["criterion"], "points": points} for one in CRITERIA]
        self.says(
            "score_application", self.by(number, role, BUREAU), community=place, scores=scores
        )

    def scored(self) -> "Pilot":
        self.scoring()
        for number in REVIEWERS:
            for place, points in ((FIRST, 90), (SECOND, 80), (OTHER, 70)):
                self.scores(number, place, points)
        return self

    def selected(self) -> "Pilot":
        chosen = [{"community": FIRST}, {"community": OTHER, "reason": REASON}]
        self.scored().says("select_communities", self.decider, selected=chosen)
        return self

    def published(self) -> "Pilot":
        self.selected().says("publish_selection", self.decider)
        return self

    def assessed(self) -> "Pilot":
        self.published().rings("progress")
        self.rings("build_end")
        lead = self.by("B01", "DEPT_COORDINATOR", BUREAU)
        for place in (FIRST, OTHER):
            self.says("assess_community", lead, community=place)
        return self

    def ended(self) -> "Pilot":
        self.drafted().says("end_programme", self.decider, reason="本年度不再安排")
        return self

    @property
    def decider(self) -> dict[str, str]:
        return self.by("O01", "PARTY_AUTHORITY", ORGANIZATION)


def a_pilot(office: Office) -> Pilot:
    """Have the units and people of a programme registered; nothing is drafted yet."""
    desk = office.town.books.desk
    about = {"name": "天河区委组织部", "unit_kind": "ORGANIZATION_DEPT", "division": "440106"}
    accounts.enter(desk, f"unit/{ORGANIZATION}", "register_unit", **about)
    engage(office, "O01", "PARTY_AUTHORITY", ORGANIZATION)
    with_communities(office)
    return Pilot(office)


def with_communities(office: Office) -> None:
    """Have the communities registered that a street may apply for."""
    desk = office.town.books.desk
    for place, name in NAMES.items():
        committee = {"name": name, "unit_kind": "COMMUNITY", "division": place}
        accounts.enter(desk, f"unit/{place}-C", "register_unit", **committee)
