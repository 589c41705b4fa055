"""Figures of a provider's quarter: its tasks from their own facts, the rest from its own.

Every rate is kept as numerator and denominator. A task counts for the provider it names when it
closes, in the quarter it closes in, with what was known of it by the end of that quarter.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Protocol

from pydantic import Field

from domain.figures import TaskFigures, Told
from domain.values import Frozen

Count = Annotated[int, Field(ge=0)]


class ServiceFigures(Frozen):
    """What a provider did in one quarter, frozen at log position *position*.

    *tasks* closed, *on_time* of them; residents *satisfied* of those who *rated*; complaints
    *upheld* of those *judged*; inspections *passed* of those held; *minutes* all people served.
    """

    position: Annotated[int, Field(ge=-1)] = -1
    tasks: Count = 0
    on_time: Count = 0
    satisfied: Count = 0
    rated: Count = 0
    complaints_upheld: Count = 0
    complaints_judged: Count = 0
    inspections_passed: Count = 0
    inspections: Count = 0
    minutes: Count = 0


class ToldThen(Told, Protocol):
    """An entry that also says when it was recorded."""

    @property
    def recorded_at(self) -> datetime:
        """The instant the entry was recorded."""
        ...


def tasks_served(
    tasks: Iterable[Sequence[ToldThen]],
    provider: str,
    period: tuple[datetime, datetime],
    position: int,
    satisfied_from: Mapping[str, int] = MappingProxyType({}),
) -> ServiceFigures:
    """Return the figures of *tasks*, each given by its entries, for *provider* in *period*.

    *satisfied_from* gives the lowest satisfied grade of each policy pack (otherwise 3).
    """
    closed = on_time = satisfied = rated = 0
    for entries in tasks:
        served = closed_by([one for one in entries if one.recorded_at < period[1]], satisfied_from)
        if served is None or served[0] != provider or served[1] < period[0]:
            continue
        figures = served[2]
        closed += 1
        on_time += figures.on_time
        satisfied += sum(grade >= figures.satisfied_from for grade in figures.grades.values())
        rated += len(figures.grades)
    return ServiceFigures(
        position=position, tasks=closed, on_time=on_time, satisfied=satisfied, rated=rated
    )


def closed_by(
    entries: Sequence[ToldThen], satisfied_from: Mapping[str, int]
) -> tuple[str, datetime, TaskFigures] | None:
    """Return who served a closed task that counts, when it closed and its figures, or None."""
    figures, provider, closed = TaskFigures(), None, None
    for entry in entries:
        if entry.kind == "task_registered.v1":
            pack = str(entry.fact["policy"]).partition("@")[0]
            figures.satisfied_from = satisfied_from.get(pack, 3)
        if entry.kind == "provider_named.v1":
            provider = entry.fact["provider"]
        before = figures.closed_at
        figures.remember(entry)
        if figures.closed_at != before:
            closed = None if figures.closed_at is None else (provider, entry.recorded_at)
    if not figures.counted or closed is None or closed[0] is None:
        return None
    return str(closed[0]), closed[1], figures
