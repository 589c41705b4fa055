"""办结单: what was done about a task, who says so, and what the resident said to it."""

from dataclasses import dataclass
from datetime import datetime

from documents.paper import Paper, Places, Stand, moment
from documents.task_order import SEALED, Case


@dataclass(frozen=True)
class Completion:
    """What a completion sheet says, of the newest result and of what came of it."""

    case: Case
    main: str
    assist: tuple[tuple[str, str], ...]
    handler: str | None
    submitted_at: datetime
    on_time: bool
    resolved: bool
    reply: str | None
    note: str | None
    cost: str | None
    evidence: tuple[tuple[str, datetime, bool], ...]
    contacts: tuple[tuple[datetime, str], ...]
    reviewed: str
    feedback: tuple[tuple[datetime, str], ...]
    reworks: int
    state: str
    stand: Stand


def completion_paper(sheet: Completion) -> Paper:
    """Return the completion sheet as a paper."""
    submitted = f"{moment(sheet.submitted_at)}（{'按期' if sheet.on_time else '超期'}）"
    evidence = (
        f"{label}（{moment(at)}上传{'，现场采集' if on_site else ''}）"
        for label, at, on_site in sheet.evidence
    )
    return Paper(
        organ=sheet.main,
        title="帮扶任务办结单",
        number=f"工单编号 {sheet.case.number}",
        to="",
        blocks=(
            sheet.case.about(
                ("主办单位", sheet.main),
                ("承办人员", sheet.handler),
                ("联系居民", "\n".join(f"{moment(at)} {told}" for at, told in sheet.contacts)),
                ("协办情况", "\n".join(f"{unit}：{told}" for unit, told in sheet.assist)),
                ("提交时间", submitted),
                ("是否解决", "已解决" if sheet.resolved else "未解决"),
                ("办理费用", sheet.cost),
                ("退回重办", f"{sheet.reworks}次" if sheet.reworks else None),
                ("答复居民", sheet.reply or SEALED),
                ("内部说明", sheet.note),
                ("佐证材料", "\n".join(evidence)),
                ("结果审核", sheet.reviewed),
                ("居民评价", "\n".join(f"{moment(at)} {told}" for at, told in sheet.feedback)),
                ("当前状态", sheet.state),
            ),
            Places(
                tuple(
                    (who, "签字：\n　　　　　　年　　月　　日") for who in ("承办人员", "审核人员")
                )
            ),
        ),
        closing=None,
        stand=sheet.stand,
    )
