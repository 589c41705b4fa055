"""督办单: what a unit is reminded of, carded or summoned for, and what is asked of it."""

from dataclasses import dataclass
from datetime import datetime

from documents.paper import Block, Body, Heading, Paper, Stand, Table, moment
from documents.task_order import SEALED, Case


@dataclass(frozen=True)
class Step:
    """One step on the ladder: when, how far, why, by whom."""

    at: datetime
    level: str
    cause: str
    by: str
    reason: str | None
    sealed: bool


@dataclass(frozen=True)
class Supervision:
    """What a supervision sheet says: the newest step that named the unit, and all before it."""

    case: Case
    by: str
    unit: str
    steps: tuple[Step, ...]
    due: datetime | None
    due_because: str
    overdue: bool
    state: str
    answer_by: datetime | None
    stand: Stand


def supervision_paper(sheet: Supervision) -> Paper:
    """Return the supervision sheet as a paper."""
    newest = sheet.steps[-1]
    why = newest.reason or (SEALED if newest.sealed else None)
    until = f"于{moment(sheet.answer_by)}前" if sheet.answer_by else "立即"
    return Paper(
        organ=sheet.by,
        title=f"帮扶任务督办单（{newest.level}）",
        number=f"工单编号 {sheet.case.number}",
        to=sheet.unit,
        blocks=(
            Body(
                f"你单位主办的下列帮扶任务现予督办，督办级别为{newest.level}（{newest.cause}）。"
                f"请{until}办理并报告进展。"
            ),
            sheet.case.about(
                ("当前状态", f"{sheet.state}{'（已超期）' if sheet.overdue else ''}"),
                ("督办时间", moment(newest.at)),
                (
                    "办理期限",
                    None if sheet.due is None else f"{moment(sheet.due)}（{sheet.due_because}）",
                ),
                ("督办人员", newest.by),
                ("督办意见", why),
            ),
            *_story(sheet),
            Body("特此督办。"),
        ),
        closing=(sheet.by, newest.at),
        stand=sheet.stand,
    )


def _story(sheet: Supervision) -> tuple[Block, ...]:
    """Return all the steps, where the newest was not the first."""
    if len(sheet.steps) == 1:
        return ()
    rows = tuple((moment(one.at), one.level, one.cause, one.by) for one in sheet.steps)
    return (
        Heading("督办经过"),
        Table(("时间", "级别", "事由", "督办人"), rows, (6, 3, 4, 6)),
    )
