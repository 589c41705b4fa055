"""Who is supervised, why, and what waits for a decision of somebody who supervises."""

from dataclasses import dataclass
from datetime import UTC, datetime

from domain.task.facts import SupervisionLevel
from domain.task.state import Known
from domain.values import instant_text
from projections.history import HistoryLine, history_of
from projections.service_levels import CHINA
from projections.supervision_board import Step
from projections.task_board import TaskFilter
from projections.unit_inbox import COMMANDS, InboxLine
from services.offering import Offer, offers
from services.scope import within
from services.seeing import Seer

RUNGS = tuple(one for one in SupervisionLevel if one is not SupervisionLevel.NONE)
"""The rungs of the ladder, lowest first."""

DECISIONS = (
    "adjudicate",
    "extension_review",
    "carry_key",
    "carry_review",
    "termination_review",
    "score_review",
)
"""What waits for those who supervise and adjudicate, a block each."""

SHOWN = 100


@dataclass(frozen=True)
class UnitLadder:
    """One unit: how often each rung was taken in the time asked for, and where it stands now."""

    unit: str
    raised: dict[str, int]
    standing: dict[str, int]

    @property
    def worst(self) -> tuple[int, ...]:
        """The counts from the highest rung down: what units are ordered by."""
        rungs = [rung.value for rung in reversed(RUNGS)]
        return tuple(-(self.raised.get(one, 0) + self.standing.get(one, 0)) for one in rungs)


@dataclass(frozen=True)
class Card:
    """One step up the ladder, and the fact that proves it."""

    step: Step
    fact: HistoryLine


@dataclass(frozen=True)
class Decision:
    """One thing that waits for a decision: whose task it is, and what may be done by who looks."""

    line: InboxLine
    unit: str | None
    offers: tuple[Offer, ...]


def month_bounds(month: str) -> tuple[str, str]:
    """Return the instants a month (`2026-11`) begins and ends at in China; raise `ValueError`."""
    begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=CHINA)
    year, following = divmod(begin.year * 12 + begin.month, 12)
    end = begin.replace(year=year, month=following + 1)
    return instant_text(begin.astimezone(UTC)), instant_text(end.astimezone(UTC))


def ladders(seer: Seer, month: str | None) -> list[UnitLadder]:
    """Return the units of *seer*'s division that were or are supervised, the hardest hit first."""
    board, place = seer.house.boards.supervision, _place(seer)
    since, until = _bounds(month)
    raised = board.raised(place=place, raised_from=since, raised_until=until)
    standing = board.by_unit(place=place)
    found = [
        UnitLadder(unit, raised.get(unit, {}), standing.get(unit, {}))
        for unit in raised.keys() | standing.keys()
    ]
    return sorted(found, key=lambda one: (one.worst, one.unit))


def cards(seer: Seer, month: str | None, unit: str | None, level: str | None) -> list[Card]:
    """Return the steps of *seer*'s division as facts, the newest first, at most `SHOWN`."""
    house, found = seer.house, []
    since, until = _bounds(month)
    for step in house.boards.supervision.steps(
        unit=unit,
        place=_place(seer),
        act=level,
        raised_from=since,
        raised_until=until,
        limit=SHOWN,
    ):
        entry = house.books.ledger.entry(step.position)
        assert entry is not None, "the board has read it"
        (fact,) = history_of([entry], seer.names, seer.language)
        found.append(Card(step, fact))
    return found


def decisions(seer: Seer, unit: str | None) -> dict[str, list[Decision]]:
    """Return what waits in *seer*'s division for a decision, by sort, each with the acts open."""
    house = seer.house
    found: dict[str, list[Decision]] = {what: [] for what in DECISIONS}
    for line in house.boards.inbox.within(DECISIONS, _place(seer), limit=SHOWN):
        task = house.boards.tasks.get(line.stream)
        if task is None or unit not in (None, task.main_unit):
            continue
        hearing = house.books.desk.hearing(line.stream)
        state = hearing.case.state
        policy = state.body.need.policy_id if isinstance(state, Known) else None
        may = offers(hearing, seer.who, policy, COMMANDS[line.what])
        accepted = tuple(one for one in may if one.accepted)
        found[line.what].append(Decision(line, task.main_unit, accepted))
    return found


def _place(seer: Seer) -> str | None:
    return within(seer, TaskFilter()).place


def _bounds(month: str | None) -> tuple[str | None, str | None]:
    return (None, None) if month is None else month_bounds(month)
