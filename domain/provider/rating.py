"""The grade of a quarter (季度评级): frozen figures, the pack's table, nobody's opinion."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.envelope import Asked
from domain.provider.authority import pack_of
from domain.provider.commands import ProviderCommand
from domain.provider.facts import PeriodRated
from domain.provider.figures import ServiceFigures
from domain.provider.pack import GradeRow, ProviderPack
from domain.provider.state import Record, Running
from domain.rules import Rules

_MONTHS = 3


def next_quarter(at: datetime, utc_offset_minutes: int) -> datetime:
    """Return the first instant of the calendar quarter after *at*, by the clocks of the city."""
    offset = timedelta(minutes=utc_offset_minutes)
    local = at.astimezone(UTC) + offset
    first = (local.month - 1) // _MONTHS * _MONTHS + _MONTHS + 1
    year, month = (local.year, first) if first <= 12 else (local.year + 1, first - 12)
    return datetime(year, month, 1, tzinfo=UTC) - offset


def rated(state: Running, asked: Asked[ProviderCommand], rules: Rules) -> PeriodRated:
    """Return the grade of the period that ended, however late it is asked for."""
    admission = state.admission
    terms, pack = pack_of(state.body, rules)
    period = admission.rated_to, admission.rate_at
    lowest = {name: one.policy.ratings.satisfied_from for name, one in rules.policies.items()}
    figures = with_record(
        rules.neighbours.services(asked.stream, period, lowest), state.record, period
    )
    return PeriodRated(
        period_start=period[0],
        period_end=period[1],
        figures=figures,
        grade=grade_of(figures, pack),
        grade_before=state.record.newest_grade,
        rate_at=next_quarter(admission.rate_at, terms.policy.utc_offset_minutes),
    )


def with_record(
    figures: ServiceFigures, record: Record, period: tuple[datetime, datetime]
) -> ServiceFigures:
    """Return *figures* with what the provider's own record says of *period*."""
    judged = [upheld for _, upheld, at in record.complaints if period[0] <= at < period[1]]
    seen = [passed for passed, at in record.inspections if period[0] <= at < period[1]]
    served = [minutes for minutes, at in record.served if period[0] <= at < period[1]]
    return figures.model_copy(
        update={
            "complaints_judged": len(judged),
            "complaints_upheld": sum(judged),
            "inspections": len(seen),
            "inspections_passed": sum(seen),
            "minutes": sum(served),
        }
    )


@dataclass(frozen=True)
class Check:
    """One thing a grade asks for: what it is, what is asked, what was found, whether it is met."""

    figure: str
    wanted: int
    found: tuple[int, int]
    met: bool


def grade_of(figures: ServiceFigures, pack: ProviderPack) -> str | None:
    """Return the best grade all of whose checks are met, None where there is nothing to go by."""
    if not (figures.tasks or figures.complaints_judged or figures.inspections):
        return None
    return next(row.code for row in pack.grades if all(one.met for one in checks(row, figures)))


def checks(row: GradeRow, figures: ServiceFigures) -> tuple[Check, ...]:
    """Return what the grade *row* asks for beside what was found; integers only."""
    failed = figures.inspections - figures.inspections_passed
    found = [
        _share("satisfied", row.satisfied_percent, figures.satisfied, figures.rated),
        _share("on_time", row.on_time_percent, figures.on_time, figures.tasks),
    ]
    if row.complaints_max is not None:
        upheld = figures.complaints_upheld
        counted = (upheld, figures.complaints_judged)
        found.append(Check("complaints_upheld", row.complaints_max, counted, _most(row, upheld)))
    if row.failed_inspections_max is not None:
        meets = failed <= row.failed_inspections_max
        counted = (failed, figures.inspections)
        found.append(Check("failed_inspections", row.failed_inspections_max, counted, meets))
    return tuple(found)


def _share(figure: str, percent: int, part: int, whole: int) -> Check:
    return Check(figure, percent, (part, whole), part * 100 >= percent * whole)


def _most(row: GradeRow, upheld: int) -> bool:
    return row.complaints_max is None or upheld <= row.complaints_max


def periods_below_floor(record: Record, pack: ProviderPack) -> int:
    """Return how many of the newest grades in a row are below the floor."""
    count = 0
    for one in reversed([graded.grade for graded in record.grades if graded.grade is not None]):
        if not pack.is_below_floor(one):
            break
        count += 1
    return count
