"""A rich ledger without Temporal: a town with its registry, and many cases played by the deciders.

Every fact is written as the desk writes it: with the versions it was decided under and the
newest registry position it had seen.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from pydantic import BaseModel

from domain.calendar import CalendarYear
from domain.envelope import By, Happened
from domain.policy import Policy
from domain.registry.facts import (
    CalendarYearPublished,
    PersonRegistered,
    PolicyPublished,
    RoleGranted,
    UnitRegistered,
)
from domain.task import commands as c
from ledger.entry import CommandFacts, Draft
from ledger.store import Ledger
from tests.domain.harness import Story
from tests.domain.task import stories as s
from tests.domain.world import (
    ADJUDICATOR,
    CIVIL_COORDINATOR,
    LONG_AGO,
    PEOPLE,
    POLICY,
    REGISTRAR,
    SUPERVISOR,
    UNITS,
    YEAR_2026,
    on,
    sealed,
    terms,
)
from tests.projections.walks import Walk, interleaved


class Chronicle:
    """Writes facts into a ledger, one command each, as they happened."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.seen = -1
        self.policy, self.calendar = POLICY.version, terms().calendar.version
        self._versions: dict[str, int] = {}

    def write(
        self,
        stream: str,
        fact: BaseModel,
        by: By = REGISTRAR,
        at: datetime = LONG_AGO,
        occurred_at: datetime | None = None,
    ) -> int:
        """Append *fact*; return its position."""
        version = self._versions.get(stream, 0)
        kind = str(fact.model_dump()["kind"])
        registry = stream.partition("/")[0] in ("unit", "person", "policy", "calendar")
        fields = fact.model_dump(mode="json", exclude={"kind"})
        if kind == "task_registered.v1":
            fields.pop("number")
        command = CommandFacts(
            command_id=f"test/{version}",
            digest=sha256(f"{stream}/{version}".encode()).hexdigest(),
            by=by,
            occurred_at=None if occurred_at is None else occurred_at.astimezone(UTC),
            because_of=None,
            pairing=None,
            policy=None if registry else self.policy,
            calendar=None if registry else self.calendar,
            seen=self.seen,
            drafts=(Draft(kind, fields),),
            number_for="440106" if kind == "task_registered.v1" else None,
        )
        (done,) = self.ledger.append(stream, version, [command], at=at.astimezone(UTC))
        self._versions[stream] = version + 1
        position = done.entries[-1].position
        if registry:
            self.seen = position
        return position

    def found_town(self, *years: CalendarYear, policy: Policy = POLICY) -> None:
        """Register the town's units and people, publish its calendar and its pack."""
        for unit in UNITS.values():
            self.write(f"unit/{unit.code}", UnitRegistered(unit=unit))
        for person in PEOPLE.values():
            self.write(person.id, PersonRegistered(name=sealed("n", person.id), phone=None))
            for grant in person.grants:
                self.write(person.id, RoleGranted(grant=grant))
        for year in years or (YEAR_2026,):
            self.publish_year(year)
        self.publish_policy(policy)

    def publish_year(self, year: CalendarYear, revision: int = 1, at: datetime = LONG_AGO) -> int:
        """Publish a calendar year, or a later revision of it."""
        reason = None if revision == 1 else "国务院办公厅调整"
        fact = CalendarYearPublished(year=year, revision=revision, reason=reason)
        return self.write("calendar/CN", fact, at=at)

    def publish_policy(self, policy: Policy, at: datetime = LONG_AGO) -> int:
        """Publish a pack in a new version."""
        fact = PolicyPublished(policy=policy, version=policy.version, version_before=None)
        return self.write(f"policy/{policy.id}", fact, at=at)

    def tell(self, stream: str, facts: Iterable[Happened[Any]]) -> int:
        """Append the facts of a case; return the last position."""
        position = -1
        for one in facts:
            told = None if one.occurred_at == one.at else one.occurred_at
            position = self.write(stream, one.fact, one.by, one.at, told)
        return position

    def tell_story(self, stream: str, story: Story) -> int:
        """Append the facts of *story*; return the last position."""
        return self.tell(stream, story.facts)

    def tell_walks(self, walks: list[Walk]) -> int:
        """Append the facts of *walks* in the order they were recorded."""
        position = -1
        for stream, happened in interleaved(walks):
            position = self.tell(stream, [happened])
        return position


def carried_story() -> Story:
    """Carried from Thursday 14 May to Tuesday 19 May, a pause of five days."""
    story = s.in_progress().at(on(5, 14, "10:00"))
    story = story.does(s.CARRY, CIVIL_COORDINATOR)
    turn = c.ApproveCarry(resident_told=True)
    story = story.does(turn, SUPERVISOR).does(turn, ADJUDICATOR)
    return story.does(c.ReactivateTask(), SUPERVISOR, at=on(5, 19, "10:00"))
