"""What stood at the end of a month: the problem ledger and the facilities, for a city's statement.

Rates of tasks belong to the month of their first fact; these are of what there is. They are counted
up to the last entry of the month, so that the day of publishing changes nothing.
"""

from datetime import datetime
from typing import Protocol

from audit.reading import Reader
from audit.replay.coverage import facilities_at
from audit.replay.coverage import recounted as of_facilities
from audit.replay.problem_ledger import findings_at
from audit.replay.problem_ledger import recounted as of_findings
from domain.service_definitions import Definition
from domain.statements import end_of

Tally = tuple[int, int, int]
_MONTH_END = (
    "as it stood at the end of the month",
    "按月末的状态",
)


def _definition(
    code: str, zh: str, en: str, above: tuple[str, str], below: tuple[str, str]
) -> Definition:
    return Definition(code, zh, en, above[1], below[1], above[0], below[0], *_MONTH_END)


FINDINGS: dict[str, Definition] = {
    one.metric: one
    for one in (
        _definition(
            "findings_struck_off@1",
            "问题销号率",
            "share of findings struck off",
            ("已销号的台账问题", "findings that are struck off"),
            (
                "台账问题（不予列入和已并入的剔除）",
                "findings on the ledger; dismissed, merged left out",
            ),
        ),
        _definition(
            "findings_reopened@1",
            "问题复发率",
            "share of findings reopened",
            ("销号后重新打开过的台账问题", "findings that were opened anew after it"),
            ("曾经销号的台账问题", "findings that were struck off at some time"),
        ),
        _definition(
            "findings_overdue@1",
            "问题超期率",
            "share of findings overdue",
            ("整改期限已过的未销号问题", "open findings whose target date has passed"),
            ("定有整改期限的未销号问题", "open findings that have a target date"),
        ),
    )
}
FACILITIES: dict[str, Definition] = {
    one.metric: one
    for one in (
        _definition(
            "complexes_accepted@1",
            "综合体验收率",
            "share of complexes accepted",
            ("已验收的社区嵌入式服务综合体", "complexes accepted by the guideline"),
            ("未关闭、未取消的综合体", "complexes neither closed nor dropped"),
        ),
        _definition(
            "facilities_on_stock@1",
            "利用存量比例",
            "share of facilities on existing stock",
            ("利用存量资源的设施", "facilities on existing stock"),
            ("未取消建设的设施", "facilities that were not dropped"),
        ),
    )
}


class _Parts(Protocol):
    @property
    def numerator(self) -> int: ...

    @property
    def denominator(self) -> int: ...


def findings(reader: Reader, month: str, until: int) -> dict[str, Tally]:
    """Return the problem ledger's figures as it stood at the end of *month*."""
    at = end_of(month)
    found = findings_at(reader, _last(reader, at, until))
    left_out = sum(one.state in {"DISMISSED", "MERGED"} for one in found.values())
    told = of_findings(found.values(), at)
    return {
        "findings_struck_off@1": _tally(told["struck_off"], left_out),
        "findings_reopened@1": _tally(told["reopened"], left_out),
        "findings_overdue@1": _tally(told["overdue"], left_out),
    }


def facilities(reader: Reader, month: str, until: int) -> dict[str, Tally]:
    """Return the figures of facilities as they stood at the end of *month*."""
    found = facilities_at(reader, _last(reader, end_of(month), until))
    dropped = sum(one.state == "DROPPED" for one in found.values())
    told = of_facilities(found, (), ())
    return {
        "complexes_accepted@1": _tally(told["complexes_meeting"], dropped),
        "facilities_on_stock@1": _tally(told["on_existing_stock"], dropped),
    }


def _last(reader: Reader, at: datetime, until: int) -> int:
    """Return the last position of the month, and none beyond *until*."""
    return min(until, reader.position_at(at))


def _tally(parts: _Parts, left_out: int) -> Tally:
    return parts.numerator, parts.denominator, left_out
