"""Random but sensible histories of tasks and pairings, played through the real deciders.

A walk is the same for the same seed; its facts are what the boards are tested with.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from pydantic import BaseModel

from domain.cases import CaseKind
from domain.clocks import RingClock
from domain.envelope import SYSTEM, Asked, By, Happened, rung_by
from domain.pairing import commands as pc
from domain.pairing.case import PAIRING
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.task.case import TASK
from tests.domain.harness import Story
from tests.domain.pairing import stories as p
from tests.domain.task import stories as s
from tests.domain.task.strategies import ANY_TIME, MOVES, Move
from tests.domain.world import (
    AUTHORITY,
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    HEALTH,
    HEALTH_COORDINATOR,
    HOUSING,
    MONDAY,
    RULES,
    SHIPAI_CENTER,
    on,
    task_id,
    uuid_of,
)

PAUSES = (0, 0, 0, 1, 1, 5, 20, 60, 240, 1440, 10_080)
"""Minutes between two moves."""

_SPEAK = tuple(p.SPEAKERS.values())
_REVISE = pc.ReviseLists(
    list=pc.ListKind.PROJECT, unit=SHIPAI_CENTER, items=(p.HANDRAILS,), reason="调"
)
PAIRING_MOVES: dict[str, list[Move]] = {
    "": [(p.DRAFT, CENTER_COORDINATOR)],
    "DRAFT": [
        (p.NEEDS, CENTER_COORDINATOR),
        (p.PROJECTS, CENTER_COORDINATOR),
        (pc.ProposePairing(), CENTER_COORDINATOR),
        (pc.ProposePairing(), CENTER_COORDINATOR),
    ],
    "PROPOSED": [
        *((pc.AcceptProposal(), who) for who in _SPEAK),
        *((pc.AcceptProposal(), who) for who in _SPEAK),
        (pc.CounterPropose(text="请缩减项目"), HEALTH_COORDINATOR),
    ],
    "NEGOTIATING": [
        (pc.ClaimProject(item="P-1", unit=HEALTH), HEALTH_COORDINATOR),
        (pc.ClaimProject(item="N-1", unit=CIVIL_AFFAIRS), CIVIL_COORDINATOR),
        (pc.ProposePairing(), CENTER_COORDINATOR),
        *((p.SIGN, who) for who in _SPEAK),
        *((p.SIGN, who) for who in _SPEAK),
        *[(pc.SubmitForApproval(), SYSTEM)] * 3,
    ],
    "PENDING_APPROVAL": [
        *[(pc.ApprovePairing(), AUTHORITY)] * 4,
        (pc.RejectPairing(reason="材料不全"), AUTHORITY),
    ],
    "ACTIVE": [
        (pc.ChangeLead(lead=HEALTH, reason="健康项目为主"), CENTER_COORDINATOR),
        (pc.ReplaceParty(party=HEALTH, by_unit=HOUSING, reason="改革"), CENTER_COORDINATOR),
        (_REVISE, CENTER_COORDINATOR),
        (pc.SuspendPairing(reason="场地装修", until=on(6, 15)), AUTHORITY),
        (pc.OpenReview(), AUTHORITY),
        (pc.OpenReview(), SYSTEM),
        (pc.RenewPairing(term_end=on(6, 1, "00:00", 2029)), AUTHORITY),
        (pc.RequestExit(reason="机构改革"), CIVIL_COORDINATOR),
    ],
    "ADJUSTING": [
        (pc.ApproveAdjustment(), AUTHORITY),
        (pc.RefuseAdjustment(reason="无必要"), AUTHORITY),
    ],
    "SUSPENDED": [(pc.ResumePairing(), AUTHORITY)],
    "UNDER_REVIEW": [
        *(
            (pc.GiveScore(side=side, score=score), who)
            for side in ("CENTER_AND_STREET", "DEPARTMENTS")
            for score in (40, 90)
            for who in _SPEAK
        ),
        *[(pc.ScoreReview(), AUTHORITY)] * 6,
    ],
    "TERMINATING": [(pc.CompleteExit(), SYSTEM), (pc.CompleteExit(), AUTHORITY)],
}


@dataclass
class Walk:
    """One case on its way; *facts* holds each fact with the state it left."""

    case: CaseKind
    stream: str
    moves: dict[str, list[Move]]
    random: Random
    rules: Rules = RULES
    now: datetime = MONDAY
    state: Any = None
    facts: list[tuple[Happened[Any], Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = self.case.initial

    @property
    def name(self) -> str:
        return self.case.state_name(self.state) if self.facts else ""

    def ask(self, command: BaseModel, by: By) -> None:
        """Decide and remember, or be refused."""
        asked = Asked(
            self.stream, self.now, by, f"ask-{len(self.facts)}", command, self.now, "ab" * 32
        )
        try:
            facts = self.case.decide(self.state, asked, self.rules)
        except CommandRefused:
            return
        for fact in facts:
            happened = Happened(fact, self.now, self.now, by, len(self.facts) + 1)
            self.state = self.case.evolve(self.state, happened)
            self.facts.append((happened, self.state))

    def step(self) -> None:
        """Let some time pass, clocks ringing on the way, and do something."""
        self.wait(self.now + timedelta(minutes=self.random.choice(PAUSES)))
        here = self.moves.get(self.name, [])
        if self.case is TASK and self.facts and self.random.random() < 0.08:
            here = ANY_TIME
        if here:
            self.ask(*self.random.choice(here))

    def wait(self, until: datetime) -> None:
        """Ring what is due until then."""
        for _ in range(40):
            running = self.case.clocks(self.state, self.rules) if self.facts else ()
            first = min(running, key=lambda clock: (clock.due, clock.name), default=None)
            if first is None or first.due > until:
                break
            self.now = max(self.now, first.due)
            self.ask(RingClock(name=first.name, due=first.due), rung_by(first.name))
        self.now = max(self.now, until)

    def begin(self, story: Story) -> None:
        """Go on from where *story* ends."""
        self.rules, self.now = story.rules, story.now
        for happened in story.facts:
            self.state = self.case.evolve(self.state, happened)
            self.facts.append((happened, self.state))


TASK_BEGINNINGS = (
    s.registered,
    s.dispatched,
    s.in_progress,
    s.ready,
    s.result_review,
    s.callback,
    s.rating,
    s.dissatisfied,
    s.closed,
    s.carried,
    s.sent_on,
    s.assisted,
    s.carry_proposed,
    s.extension_requested,
    s.overdue,
    lambda: s.ready(s.with_two_residents()),
    lambda: s.rating(s.callback(s.result_review(s.ready(s.with_two_residents())))),
)


def task_walk(seed: int, steps: int = 25) -> Walk:
    """Return the task of *seed* after *steps* moves from one of many beginnings."""
    random = Random(seed)
    walk = Walk(TASK, task_id(f"walk {seed}"), MOVES, random)
    walk.begin(random.choice(TASK_BEGINNINGS)())
    for _ in range(steps):
        walk.step()
    return walk


def pairing_walk(seed: int, steps: int = 60) -> Walk:
    """Return the pairing of *seed* after *steps* moves from one of several beginnings."""
    random = Random(seed)
    walk = Walk(PAIRING, f"pairing/{uuid_of(f'walk {seed}')}", PAIRING_MOVES, random)
    walk.begin(random.choice((p.undrafted, p.negotiating, p.active, p.under_review, p.leaving))())
    for _ in range(steps):
        walk.step()
    return walk


def interleaved(walks: list[Walk]) -> Iterator[tuple[str, Happened[Any]]]:
    """Yield the facts of all walks in the order they were recorded, as one log has them."""
    told = [
        (happened.at, number, happened.version, walk.stream, happened)
        for number, walk in enumerate(walks)
        for happened, _ in walk.facts
    ]
    for _, _, _, stream, happened in sorted(told, key=lambda one: one[:3]):
        yield stream, happened
