"""Suggestions of whom to dispatch a task to: candidates from the registry, figures from boards."""

from dataclasses import dataclass
from datetime import timedelta

from desk.casework import Who
from desk.hearing import Hearing
from domain.refusals import CommandRefused
from domain.task.state import Known
from domain.task.suggesting import Candidate, Reason, order
from domain.units import UnitKind
from projections.boards import Boards
from projections.service_levels import LevelFilter
from projections.task_board import TaskFilter
from wording.labels import Both, Language

_LOOKED_BACK = timedelta(days=90)
_SENTENCES: dict[str, Both] = {
    "leads": ("本类别牵头", "leads this category"),
    "cooperates": ("本类别协同", "cooperates in this category"),
    "paired": ("结对成员", "party of the pairing"),
    "had_before": ("办过同一事项", "had this matter before"),
    "on_time": (
        "近三个月办结 {0} 件，按期 {1}%",
        "{0} closed in three months, {1}% on time",
    ),
    "open_tasks": ("在办 {0} 件", "{0} open"),
}


@dataclass(frozen=True)
class Suggestion:
    """A unit, why it is suggested, and, where the rules would refuse it, why not."""

    unit: str
    leads: bool
    reasons: str
    refusal: CommandRefused | None


def suggestions(
    hearing: Hearing, boards: Boards, task: Known, who: Who, language: Language = "zh"
) -> list[Suggestion]:
    """Return whom to send *task* to, at most five, the likeliest first."""
    rules, now = hearing.rules, hearing.at
    need = task.body.need
    policy = rules.under(need.policy_id).policy
    category = policy.category(need.category)
    lead = category.lead if category else ()
    cooperating = category.cooperating if category else ()
    pairing = None if need.pairing is None else rules.neighbours.pairing(need.pairing)
    parties = set(pairing.parties) if pairing else set()
    before = {held.unit for held in task.body.holding.held}
    found: dict[str, CommandRefused | None] = {}
    candidates = []
    for unit in rules.units.values():
        street = unit.kind is UnitKind.STREET_OFFICE and unit.covers(need.place)
        fits = unit.line is not None and unit.line in (*lead, *cooperating)
        if not unit.stands(now) or not (street or fits or unit.code in parties):
            continue
        if unit.kind not in {UnitKind.DEPARTMENT, UnitKind.STREET_OFFICE}:
            continue
        found[unit.code] = _refusal(hearing, who, unit.code)
        open_tasks, done, on_time = _figures(boards, unit.code, f"{now - _LOOKED_BACK:%Y-%m}")
        candidates.append(
            Candidate(
                unit=unit.code,
                leads=unit.line in lead,
                cooperates=unit.line in cooperating,
                paired=unit.code in parties,
                had_before=unit.code in before,
                open_tasks=open_tasks,
                done=done,
                on_time=on_time,
                refusal="" if found[unit.code] is None else str(found[unit.code]),
            )
        )
    return [
        Suggestion(one.unit, one.leads, _told(reasons, language), found[one.unit])
        for one, reasons in order(candidates)
    ]


def _refusal(hearing: Hearing, who: Who, unit: str) -> CommandRefused | None:
    """Return why the rules would not have it sent there; that it waits for triage is no reason."""
    refusal = hearing.refusal_of(who, {"kind": "dispatch_task", "main": unit})
    return None if refusal is None or refusal.rule == "not-in-this-state" else refusal


def _figures(boards: Boards, unit: str, since: str) -> tuple[int, int, int]:
    """Return how many tasks *unit* has open, how many ended since *since* (a month), in time."""
    mine = boards.tasks.counts(TaskFilter(unit=unit, open_only=True))
    wanted = LevelFilter(metrics=("on_time_rate@1",), unit=unit, month_from=since)
    (rate,) = boards.levels.rates(wanted)
    return sum(mine.values()), rate.denominator, rate.numerator


def _told(reasons: tuple[Reason, ...], language: Language) -> str:
    english = language == "en"
    said = (_SENTENCES[one.code][english].format(*one.numbers) for one in reasons)
    return ("; " if english else "；").join(said)
