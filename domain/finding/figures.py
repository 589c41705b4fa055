"""What the problem ledger comes to: how many are open, struck off, opened again, late, how old.

Pure functions over what the board shows of each finding (`coordination.shown`). Every figure keeps
numerator and denominator; an auditor counts them again from the facts by code of its own
(`audit/replay/problem_ledger.py`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.finding.state import FindingState

OPEN_STATES = frozenset(
    {FindingState.OPEN, FindingState.PLANNED, FindingState.IN_REMEDY, FindingState.VERIFYING}
)
"""The states in which something is still to be done."""
ON_THE_LEDGER = OPEN_STATES | {FindingState.STRUCK_OFF}
"""What was dismissed or merged does not count."""
_SECONDS_A_DAY = 86_400

FIGURES: dict[str, tuple[str, str]] = {
    "open": ("在账未销号", "open of those on the ledger"),
    "struck_off": ("销号率", "struck off of those on the ledger"),
    "reopened": ("销号后再现", "opened again of those once struck off"),
    "overdue": ("整改超期", "late of those with a target date"),
    "age": ("未销号平均时长（天/条）", "mean age of the open ones in days"),
}
"""The figures of a division by code, as people read them."""


@dataclass(frozen=True)
class Seen:
    """One finding as a board shows it."""

    stream: str
    state: str
    place: str
    details: Mapping[str, Any]

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in OPEN_STATES


@dataclass(frozen=True)
class Parts:
    """A figure: *numerator* of *denominator*."""

    numerator: int
    denominator: int


def figures(findings: Iterable[Seen], at: datetime) -> dict[str, Parts]:
    """Return the figures of *findings* as they stand at *at*."""
    counted = [one for one in findings if one.state in ON_THE_LEDGER]
    unsettled = [one for one in counted if one.is_open]
    ever = [one for one in counted if not one.is_open or one.details["round"] > 1]
    dated = [one for one in unsettled if one.details["target_date"] is not None]
    late = [one for one in dated if _instant(one.details["target_date"]) <= at]
    days = [_days(_instant(one.details["opened_at"]), at) for one in unsettled]
    return {
        "open": Parts(len(unsettled), len(counted)),
        "struck_off": Parts(len(counted) - len(unsettled), len(counted)),
        "reopened": Parts(sum(one.details["round"] > 1 for one in ever), len(ever)),
        "overdue": Parts(len(late), len(dated)),
        "age": Parts(sum(days), len(days)),
    }


def grouped(findings: Iterable[Seen], by: Callable[[Seen], str]) -> dict[str, Parts]:
    """Return for each group how many are open of those on the ledger, most open ones first."""
    found: dict[str, list[Seen]] = {}
    for one in findings:
        if one.state in ON_THE_LEDGER:
            found.setdefault(by(one), []).append(one)
    parts = {
        name: Parts(sum(one.is_open for one in some), len(some)) for name, some in found.items()
    }
    return dict(sorted(parts.items(), key=lambda item: (-item[1].numerator, item[0])))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _days(since: datetime, until: datetime) -> int:
    return int((until - since).total_seconds()) // _SECONDS_A_DAY
