"""The figures of an office's workbook: every rate, first of everything, then by month and unit.

They are the auditor's own (`audit/replay/figures.py`), counted from the facts; here they are only
put into words and added up.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from audit.exports.choosing import Selection
from audit.reading import Reader
from audit.replay.figures import Counted, counted
from domain.rules import Rules
from domain.service_definitions import DEFINITIONS, exclusion_shown
from ledger.entry import Entry

WHOLE = "全部"
"""The scope of a figure of everything, and its period when it is of all time."""

_NO_UNIT = "（未派单位）"

MEANINGS: dict[str, tuple[str, str]] = {
    "response_rate@1": ("时限内首次联系居民", "已首次联系，及应联系而逾期"),
    "resolution_rate@1": ("居民答复已解决", "居民就是否解决作出答复"),
    "satisfaction_rate@1": (
        "评价达到政策包规定的满意等次",
        "居民作出评价；未评价的剔除，计入覆盖率",
    ),
    "rating_coverage@1": ("已评价的居民", "已评价及逾期未评价的居民"),
    "on_time_rate@1": ("在办理期限内签发结果", "已签发结果，及到期未签发"),
    "rework_rate@1": ("被退回重办的结果", "已签发的结果"),
    "return_rate@1": ("退单获准的派单", "派给该单位的任务"),
    "improper_return_rate@1": ("未获准的退单申请", "已答复的退单申请"),
    "extension_rate@1": ("获准延期的派单", "派给该单位的任务"),
}
"""What counts above and below the line of each rate, for those who read the sheet."""


@dataclass(frozen=True)
class SheetFigure:
    """One rate with what it is made of.

    *metric* is the definition with its version (`satisfaction_rate@1`), *name* what an office
    calls it, *scope* a unit's name or 全部, *period* a month such as `2026-05` or 全部; *reasons*
    says why things were left out.
    """

    metric: str
    name: str
    scope: str
    period: str
    numerator: int
    denominator: int
    excluded: int
    reasons: str = ""


def sheet_figures(reader: Reader, selection: Selection, rules: Rules) -> list[SheetFigure]:
    """Return the rates as of the end of *selection*; none for single cases, which have no rate."""
    if selection.cases is not None:
        return []
    groups = _groups(reader, selection.until)
    order = list(DEFINITIONS)
    keys = sorted(groups, key=lambda key: (order.index(key[0]), *key[1:]))
    return [
        *_of_everything(groups, keys),
        *(_of_a_unit(key, groups[key], rules) for key in keys),
    ]


@dataclass
class _Sum:
    """One rate of one unit in one month, as far as it was added up."""

    numerator: int = 0
    denominator: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, other: "_Sum") -> None:
        self.numerator += other.numerator
        self.denominator += other.denominator
        self.reasons += other.reasons

    def count(self, one: Counted) -> None:
        if one.excluded is not None:
            self.reasons[one.excluded] += 1
            return
        self.denominator += 1
        self.numerator += int(one.counts)


class _OneTask(Reader):
    """A log in which there is one task, and the packs it was judged by.

    Figures are counted task by task, so a long log is counted one task after another: what was
    counted is added up, and never stands in memory together.
    """

    def __init__(self, packs: list[Entry], task: list[Entry]) -> None:
        self._facts = packs + task

    def head(self) -> int:
        """Return the newest position."""
        return max((entry.position for entry in self._facts), default=-1)

    def entries(
        self,
        after: int = -1,  # noqa: ARG002 - a reader's own question
        until: int | None = None,  # noqa: ARG002 - the facts were chosen before
        categories: Collection[str] | None = None,  # noqa: ARG002 - there are no others
    ) -> Iterator[Entry]:
        """Yield the packs, then the task's facts."""
        yield from self._facts


_Key = tuple[str, str, str]
"""Metric, month, code of the unit ("" for none)."""


def _groups(reader: Reader, until: int) -> dict[_Key, _Sum]:
    packs = list(reader.entries(-1, until, ("policy",)))
    groups: dict[_Key, _Sum] = {}
    for stream in reader.streams("task", until):
        for one in counted(_OneTask(packs, reader.stream(stream, until))):
            groups.setdefault((one.metric, one.month, one.unit or ""), _Sum()).count(one)
    return groups


def _of_everything(groups: dict[_Key, _Sum], keys: list[_Key]) -> Iterator[SheetFigure]:
    """Add the sums of each rate up: a thing is counted for one unit in one month only."""
    whole: dict[str, _Sum] = {}
    for key in keys:
        whole.setdefault(key[0], _Sum()).add(groups[key])
    for metric, added in whole.items():
        yield _figure(metric, WHOLE, WHOLE, added)


def _of_a_unit(key: _Key, added: _Sum, rules: Rules) -> SheetFigure:
    metric, month, code = key
    known = rules.units.get(code)
    return _figure(metric, (known.name if known is not None else code) or _NO_UNIT, month, added)


def _figure(metric: str, scope: str, period: str, added: _Sum) -> SheetFigure:
    return SheetFigure(
        metric=metric,
        name=DEFINITIONS[metric].zh,
        scope=scope,
        period=period,
        numerator=added.numerator,
        denominator=added.denominator,
        excluded=added.reasons.total(),
        reasons="；".join(
            f"{exclusion_shown(why)} {count}" for why, count in sorted(added.reasons.items())
        ),
    )
