"""督办单: what a unit is reminded of, carded or summoned for, and what is asked of it."""

from dataclasses import dataclass
from datetime import datetime

from documents.paper import Body, Heading, Paper, Stand, Table, moment, particulars
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
            particulars(
                ("督办意见", why),
                ("督办时间", moment(newest.at)),
                ("当前状态", f"{sheet.state}{'（已超期）' if sheet.overdue else ''}"),
                (
                    "办理期限",
                    None if sheet.due is None else f"{moment(sheet.due)}（{sheet.due_because}）",
                ),
            ),
            Heading("督办事项"),
            sheet.case.about(),
            Heading("督办经过"),
            Table(
                ("时间", "级别", "事由", "督办人"),
                tuple((moment(one.at), one.level, one.cause, one.by) for one in sheet.steps),
                (6, 3, 4, 6),
            ),
        ),
        closing=(sheet.by, newest.at),
        stand=sheet.stand,
    )
