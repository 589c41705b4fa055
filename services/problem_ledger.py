"""The problem ledger (问题台账) as whoever looks may see it: its figures, by indicator and place.

Counted from the board of cases by the functions of the domain.
"""

from dataclasses import dataclass

from domain.finding.figures import Parts, Seen, figures, grouped
from domain.finding.pack import Indicator
from projections.case_board import CaseFilter
from services.case_lists import every_case
from services.seeing import Seer

_STREET_DIGITS = 9


@dataclass(frozen=True)
class LedgerSeen:
    """The figures of the findings that are theirs to see."""

    figures: dict[str, Parts]
    by_indicator: dict[str, Parts]
    by_place: dict[str, Parts]


def ledger_at(seer: Seer, within: str = "") -> LedgerSeen:
    """Return the figures of the findings *within* a division, as they stand now."""
    seer.house.catch_up()
    seen = [
        Seen(line.stream, line.state, line.place, line.details)
        for line in every_case(seer, CaseFilter("finding", place=within or None))
    ]
    return LedgerSeen(
        figures(seen, seer.at),
        grouped(seen, lambda one: str(one.details["indicator"])),
        grouped(seen, lambda one: one.place[:_STREET_DIGITS]),
    )


def indicators(seer: Seer) -> dict[str, Indicator]:
    """Return the catalogue of the pack in force, by code."""
    pack = seer.rules.under(None).policy.findings
    return {} if pack is None else {one.code: one for one in pack.indicators}
