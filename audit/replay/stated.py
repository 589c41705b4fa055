"""What a city states of a month, counted from the facts up to a log position.

Every kind of case adds its figures to `STATED` with one entry: their definitions, and the function
that counts them. A figure is always something out of something, so that a province can add up what
is above and what is below, and never averages rates.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from audit.reading import Reader
from audit.replay import stated_stock
from audit.replay.figures import counted
from domain.service_definitions import DEFINITIONS, Definition
from domain.statements import StatedFigure

Tally = tuple[int, int, int]
"""Above the line, below it, left out."""

Count = Callable[[Reader, str, int], Mapping[str, Tally]]
"""Counts a month up to a log position: each code with its tally; what is missing was nothing."""


@dataclass(frozen=True)
class Source:
    """Figures of one kind of case: their definitions by code, and how they are counted."""

    definitions: Mapping[str, Definition]
    count: Count


def of_tasks(reader: Reader, month: str, until: int) -> dict[str, Tally]:
    """Return the rates of the tasks of *month*, as `counted` finds them."""
    above, below, left_out = Counter[str](), Counter[str](), Counter[str]()
    for one in counted(reader, until):
        if one.month != month:
            continue
        if one.excluded is not None:
            left_out[one.metric] += 1
        else:
            below[one.metric] += 1
            above[one.metric] += one.counts
    return {code: (above[code], below[code], left_out[code]) for code in DEFINITIONS}


STATED: tuple[Source, ...] = (
    Source(DEFINITIONS, of_tasks),
    Source(stated_stock.FINDINGS, stated_stock.findings),
    Source(stated_stock.FACILITIES, stated_stock.facilities),
    Source(stated_stock.PROVIDERS, stated_stock.providers),
    Source(stated_stock.PROGRAMMES, stated_stock.programmes),
)
"""Every figure a statement holds, in its order."""


def definitions() -> dict[str, Definition]:
    """Return every definition a statement may name, by code."""
    return {code: one for source in STATED for code, one in source.definitions.items()}


def meaning_of(one: Definition) -> str:
    """Return in one line what a figure counts: what cities mean alike has the same line."""
    return (
        f"{one.zh}：{one.numerator_zh} ÷ {one.denominator_zh}；{one.instant_zh}。 "
        f"{one.en}: {one.numerator} ÷ {one.denominator}; {one.instant}."
    )


def stated(reader: Reader, month: str, until: int) -> tuple[StatedFigure, ...]:
    """Return every figure of *month*, counted from the facts up to log position *until*."""
    return tuple(_figures(reader, month, until))


def _figures(reader: Reader, month: str, until: int) -> Iterator[StatedFigure]:
    for source in STATED:
        found = source.count(reader, month, until)
        for code, definition in source.definitions.items():
            above, below, left_out = found.get(code, (0, 0, 0))
            yield StatedFigure(
                code=code,
                numerator=above,
                denominator=below,
                excluded=left_out,
                meaning=meaning_of(definition),
            )
