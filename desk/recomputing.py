"""Provisional deadlines counted again once the missing calendar year is published, as facts."""

from collections.abc import Iterable

from desk.casework import Asking
from desk.desk import Desk
from domain.casebook import CASES
from domain.envelope import SYSTEM


def recompute_provisional(desk: Desk, streams: Iterable[str] | None = None) -> int:
    """Have every open case with a provisional deadline count it again; return how many there were.

    Of *streams*, without them of all. The command id is made of the calendar's version, so that it
    happens once for each calendar, whoever asks.
    """
    return sum(_recomputed(desk, stream) for stream in streams or _clerked(desk))


def _clerked(desk: Desk) -> Iterable[str]:
    for category, kind in CASES.items():
        if kind.clerked:
            yield from desk.ledger.streams(category)


def _recomputed(desk: Desk, stream: str) -> bool:
    case, rules = desk.case(stream)
    kind = case.kind
    if not case.version or kind.is_over(case.state):
        return False
    deadlines = (clock.deadline for clock in kind.clocks(case.state, rules))
    if not any(deadline is not None and deadline.provisional for deadline in deadlines):
        return False
    version = rules.under(kind.policy_id(case.state)).calendar.version
    desk.record_now(
        stream, [Asking(f"recompute/{version}", SYSTEM, {"kind": "recompute_deadlines"})]
    )
    return True
