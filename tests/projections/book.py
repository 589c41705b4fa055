"""A real ledger with what boards are made from: the town's registry, and walks written into it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from domain.envelope import SYSTEM, By, Happened
from domain.policy import Policy
from domain.registry.facts import PolicyPublished, UnitRegistered
from ledger.entry import CommandFacts, Draft, Entry
from ledger.entry import write as written
from ledger.store import Ledger, open_ledger
from tests.domain.world import LONG_AGO, MONDAY, POLICY, REGISTRAR, RULES, UNITS
from tests.projections.walks import Walk, interleaved


class Book:
    """A ledger and what has been written into it so far."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._versions: dict[str, int] = {}

    def write(
        self,
        stream: str,
        *facts: BaseModel,
        by: By = SYSTEM,
        at: datetime = MONDAY,
        pairing: str | None = None,
    ) -> int:
        """Append *facts* as one command; return the last position."""
        version = self._versions.get(stream, 0)
        number = f"{stream}/{version}"
        numbered = facts[0].model_dump().get("kind") == "task_registered.v1"
        facts_of_command = CommandFacts(
            command_id=f"test/{version}",
            digest=sha256(number.encode()).hexdigest(),
            by=by,
            occurred_at=None,
            because_of=None,
            pairing=pairing,
            policy=POLICY.version,
            calendar=RULES.under(None).calendar.version,
            seen=-1,
            drafts=tuple(
                Draft(
                    str(fact.model_dump()["kind"]), fact.model_dump(mode="json", exclude={"kind"})
                )
                for fact in facts
            ),
            number_for="440106" if numbered else None,
        )
        (done,) = self.ledger.append(stream, version, [facts_of_command], at=at)
        self._versions[stream] = version + len(facts)
        return done.entries[-1].position

    def write_town(self, policy: Policy = POLICY) -> None:
        """Register the town's units and publish its policy pack."""
        for unit in UNITS.values():
            self.write(f"unit/{unit.code}", UnitRegistered(unit=unit), by=REGISTRAR, at=LONG_AGO)
        published = PolicyPublished(policy=policy, version=policy.version, version_before=None)
        self.write(f"policy/{policy.id}", published, by=REGISTRAR, at=LONG_AGO)

    def write_story(self, stream: str, facts: Iterable[Happened[Any]]) -> int:
        """Append facts one by one, each when and by whom it was recorded."""
        position = -1
        for happened in facts:
            position = self.write(
                stream, happened.fact, by=happened.by, at=happened.at.astimezone(UTC)
            )
        return position

    def write_walks(self, walks: list[Walk]) -> None:
        """Append the facts of *walks* in the order they were recorded."""
        for stream, happened in interleaved(walks):
            self.write_story(stream, [happened])


def new_book(folder: Path) -> Book:
    """Return an empty book in *folder*."""
    return Book(open_ledger(f"sqlite:///{folder / 'ledger.db'}"))


def entry_of(
    stream: str, happened: Happened[Any], position: int, policy: str | None = POLICY.version
) -> Entry:
    """Return one fact as the entry at *position*, without a database."""
    fields = happened.fact.model_dump(mode="json")
    kind = fields.pop("kind")
    if kind == "task_registered.v1":
        fields["number"] = f"DQ44010620260511{position:04d}X"
    command = CommandFacts(
        command_id=f"test/{position}",
        digest="0" * 64,
        by=happened.by,
        occurred_at=happened.occurred_at,
        because_of=None,
        pairing=None,
        policy=policy,
        calendar=None,
        seen=-1,
        drafts=(Draft(kind, fields),),
    )
    return written(
        command,
        command.drafts[0],
        position=position,
        stream=stream,
        version=happened.version,
        ordinal=0,
        recorded_at=happened.at.astimezone(UTC),
        previous="",
    )


def entries_of(walk: Walk) -> list[Entry]:
    """Return the facts of *walk* as entries of a log of its own, without a database."""
    return [
        entry_of(walk.stream, happened, position)
        for position, (happened, _) in enumerate(walk.facts)
    ]


class LogInMemory:
    """A log that is only read: the town, and then *walks* in the order they were recorded."""

    def __init__(self, walks: Iterable[Walk] = (), policy: Policy = POLICY) -> None:
        self.entries: list[Entry] = []
        for unit in UNITS.values():
            self.add(f"unit/{unit.code}", UnitRegistered(unit=unit), at=LONG_AGO)
        published = PolicyPublished(policy=policy, version=policy.version, version_before=None)
        self.add(f"policy/{policy.id}", published, at=LONG_AGO)
        self.policy = policy
        for stream, happened in interleaved(list(walks)):
            self.tell(stream, happened)

    def add(self, stream: str, fact: BaseModel, *, at: datetime = MONDAY, by: By = SYSTEM) -> None:
        """Add one fact as the next of its stream."""
        version = 1 + sum(entry.stream == stream for entry in self.entries)
        self.tell(stream, Happened(fact, at, at, by, version))

    def tell(self, stream: str, happened: Happened[Any]) -> None:
        """Add one fact as it happened."""
        policy = getattr(self, "policy", POLICY).version
        self.entries.append(entry_of(stream, happened, len(self.entries), policy))

    def log(
        self, after: int = -1, limit: int = 1000, categories: Collection[str] | None = None
    ) -> Sequence[Entry]:
        """Return entries as the ledger does."""
        assert categories is None
        return self.entries[after + 1 : after + 1 + limit]

    def head(self) -> int:
        """Return the newest position."""
        return len(self.entries) - 1

    def read(self, stream: str, after_version: int = 0) -> Sequence[Entry]:
        """Return the entries of one stream."""
        return [one for one in self.entries if one.stream == stream and one.version > after_version]
