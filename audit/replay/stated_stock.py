"""What stood at the end of a month: findings, facilities, providers, pilots, in a city's statement.

Rates of tasks belong to the month of their first fact; these are of what there is. They are counted
up to the last entry of the month, so that the day of publishing changes nothing.
"""

from datetime import datetime
from typing import Protocol

from audit.reading import Reader
from audit.replay.coverage import communities_at, facilities_at
from audit.replay.coverage import recounted as of_facilities
from audit.replay.problem_ledger import findings_at
from audit.replay.problem_ledger import recounted as of_findings
from audit.replay.provider_register import REGISTERED, providers_at
from domain.service_definitions import Definition
from domain.statements import end_of

Tally = tuple[int, int, int]
_MONTH_END = (
    "as it stood at the end of the month",
    "按月末的状态",
)

SERVICES = (
    *("ELDER", "CHILDCARE", "MEAL", "HOME", "HEALTH", "SPORT", "CULTURE", "CHILDPLAY"),
    *("EDU", "JOB", "STORE"),
)
"""The services a community is looked at for in every city alike, whatever its own pack adds."""

GOOD_GRADES = frozenset({"A", "B"})


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
        _definition(
            "services_covered@1",
            "社区服务覆盖率",
            "coverage of services in communities",
            (
                "社区内有在运营设施提供的服务项",
                "services that a facility in operation offers in the community",
            ),
            (
                (
                    "社区数 × 11 项服务（养老、托育、助餐、家政、健康、体育、文化、儿童游憩、教育、"
                    "就业、优品超市）"
                ),
                (
                    "communities × 11 services (elder care, nursery, meals, housekeeping, health, "
                    "sports, culture, play, education, jobs, good-goods stores)"
                ),
            ),
        ),
    )
}
PROVIDERS: dict[str, Definition] = {
    one.metric: one
    for one in (
        _definition(
            "providers_good@1",
            "机构优良率",
            "share of providers graded A or B",
            ("最近一期季度评级为 A 或 B 的机构", "those whose newest grade is A or B"),
            (
                "名录内有评级的机构（尚无评级的剔除）",
                "providers in the register with a grade; without one left out",
            ),
        ),
        _definition(
            "providers_unmarked@1",
            "机构正常服务率",
            "share of providers without a measure in force",
            (
                "未处于警告、整改、暂停或退出中的机构",
                "those not warned, rectifying, suspended or leaving",
            ),
            ("名录内的机构", "providers in the register"),
        ),
    )
}
PROGRAMMES: dict[str, Definition] = {
    one.metric: one
    for one in (
        _definition(
            "pilot_goals_met@1",
            "试点目标达成率",
            "share of pilots' goals met",
            ("达成的目标", "goals that were met"),
            ("已评估试点社区的目标", "goals of the pilots that were assessed"),
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
    last = _last(reader, end_of(month), until)
    found = facilities_at(reader, last)
    dropped = sum(one.state == "DROPPED" for one in found.values())
    told = of_facilities(found, communities_at(reader, last), SERVICES)
    return {
        "services_covered@1": _tally(told["coverage"], 0),
        "complexes_accepted@1": _tally(told["complexes_meeting"], dropped),
        "facilities_on_stock@1": _tally(told["on_existing_stock"], dropped),
    }


def providers(reader: Reader, month: str, until: int) -> dict[str, Tally]:
    """Return the figures of the register of providers as it stood at the end of *month*."""
    found = providers_at(reader, _last(reader, end_of(month), until)).values()
    listed = [one for one in found if one.state in REGISTERED]
    graded = [one for one in listed if one.grade is not None]
    good = sum(one.grade in GOOD_GRADES for one in graded)
    unmarked = sum(one.state == "ADMITTED" for one in listed)
    return {
        "providers_good@1": (good, len(graded), len(listed) - len(graded)),
        "providers_unmarked@1": (unmarked, len(listed), 0),
    }


def programmes(reader: Reader, month: str, until: int) -> dict[str, Tally]:
    """Return how many of their goals the pilots assessed by the end of *month* had met."""
    last = _last(reader, end_of(month), until)
    met = goals = 0
    for entry in reader.entries(until=last, categories={"programme"}):
        if entry.kind == "community_assessed.v1":
            met += entry.fact["goals_met"]
            goals += len(entry.fact["verdicts"])
    return {"pilot_goals_met@1": (met, goals, 0)}


def _last(reader: Reader, at: datetime, until: int) -> int:
    """Return the last position of the month, and none beyond *until*."""
    return min(until, reader.position_at(at))


def _tally(parts: _Parts, left_out: int) -> Tally:
    return parts.numerator, parts.denominator, left_out
