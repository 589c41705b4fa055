"""The rates of whoever looks: each with what is above and below its line, fact by fact."""

from dataclasses import dataclass
from datetime import datetime

from audit.reading import open_reader
from audit.replay.figures import Figure, Wanted, figure
from domain.oversight.words import AuditAct, AuditOutcome
from domain.people import Role
from domain.service_definitions import DEFINITIONS, Definition, exclusion_shown
from projections.service_levels import GroupBy, LevelFilter, Measure, Rate
from services.auditing import Recorded, noted
from services.seeing import NothingHere, Seer

_OF_A_UNIT = frozenset({Role.DEPT_COORDINATOR, Role.DEPT_STAFF})

RECOMPUTING = frozenset({Role.AUDITOR, Role.SUPERVISOR, Role.ADJUDICATOR, Role.DPO})
"""Who may have a figure counted again, which is an act of audit."""

SHOWN = 50


@dataclass(frozen=True)
class Narrowing:
    """Which counts are asked for; "" does not narrow."""

    unit: str = ""
    street: str = ""
    category: str = ""
    month: str = ""

    def asked(self) -> dict[str, str]:
        """Return what narrows, as an address holds it."""
        return {name: value for name, value in vars(self).items() if value}


def rates(seer: Seer, asked: Narrowing, by: GroupBy) -> list[Rate]:
    """Return the rates of what *seer* may see of what is *asked*, by group."""
    return seer.house.boards.levels.rates(_within(seer, asked), by=by)


def definition_of(metric: str) -> Definition:
    """Return what *metric* is; raise `NothingHere` where there is no such rate."""
    found = DEFINITIONS.get(metric)
    if found is None:
        raise NothingHere
    return found


def facts(seer: Seer, metric: str, asked: Narrowing, page: int) -> list[Measure]:
    """Return one page of what is counted in *metric*, what was left out too, in log order."""
    wanted = _within(seer, asked)
    return seer.house.boards.levels.explain(metric, wanted, limit=SHOWN, offset=(page - 1) * SHOWN)


def left_out(seer: Seer, why: str) -> str:
    """Return in words why something was left out of a rate."""
    return exclusion_shown(why) if seer.language == "zh" else why.replace("_", " ")


def recomputed(
    seer: Seer, metric: str, asked: Narrowing, at: datetime | None
) -> tuple[Figure, Recorded]:
    """Return *metric* counted once more from the ledger as it stood at *at* (None: now).

    By no code of the boards; that it was asked is recorded. Raises `NothingHere` for a role that
    may not, and `CannotRead`.
    """
    if seer.role not in RECOMPUTING:
        raise NothingHere
    narrowed = _within(seer, asked)
    wanted = Wanted(narrowed.unit, narrowed.place, asked.month or None, narrowed.category)
    with open_reader(seer.house.settings.ledger_url) as reader:
        head = reader.head()
        until = head if at is None else reader.position_at(at)
        found = figure(reader, definition_of(metric), wanted, until)
    about = [f"figure/{metric}"]
    about += [f"unit/{narrowed.unit}"] if narrowed.unit else []
    about += [f"month/{asked.month}"] if asked.month else []
    about += [f"division/{narrowed.place}"] if narrowed.place else []
    about += [f"entry/{until}"] if until >= 0 else []
    counts = {
        "numerator": len(found.numerator),
        "denominator": len(found.denominator),
        "excluded": len(found.excluded),
    }
    return found, noted(seer, AuditAct.FIGURE, about, head, AuditOutcome.DONE, counts)


def _within(seer: Seer, asked: Narrowing) -> LevelFilter:
    """Return what is asked, narrowed to what lies within the duties of whoever looks."""
    month, category = asked.month or None, asked.category or None
    if seer.role in _OF_A_UNIT:
        return LevelFilter(unit=seer.unit, category=category, month_from=month, month_to=month)
    own = seer.rules.units[seer.unit]
    place = asked.street if asked.street and own.covers(asked.street) else own.division
    return LevelFilter(
        unit=asked.unit or None,
        place=place,
        category=category,
        month_from=month,
        month_to=month,
    )
