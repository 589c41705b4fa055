"""交办单: the paper by which a task is given to the unit that handles it."""

from dataclasses import dataclass
from datetime import datetime

from documents.paper import Body, Paper, Particulars, Stand, moment, particulars

SEALED = "（内容密封或者已删除，本件不载）"
"""What stands in a paper where its reader may not see what was said, or nobody can any more."""


@dataclass(frozen=True)
class Case:
    """What every paper about a task says of it; texts are None where they are sealed."""

    number: str
    category: str
    request_type: str
    source: str
    place: str
    urgency: str
    registered_at: datetime
    residents: int
    ledger_row: str | None
    pairing: str | None
    text: str | None
    resident: str | None

    def about(self, *more: tuple[str, str | None]) -> Particulars:
        """Return it as the rows of a form, with *more* below."""
        return particulars(
            ("服务类别", f"{self.category}（{self.request_type}）"),
            ("诉求来源", self.source),
            ("发生地点", self.place),
            ("紧急程度", self.urgency),
            ("登记时间", moment(self.registered_at)),
            ("台账编号", self.ledger_row),
            ("所属结对", self.pairing),
            ("诉求居民", self.resident or f"{self.residents}位居民等候办理"),
            ("诉求内容", self.text or SEALED),
            *more,
        )


@dataclass(frozen=True)
class TaskOrder:
    """What a task order says: who gives what to whom, by when, and why by then."""

    case: Case
    by: str
    main: str
    assist: tuple[str, ...]
    note: str | None
    dispatched_at: datetime
    sign_in_by: datetime
    due: datetime
    due_because: str
    handler: str | None
    stand: Stand


def task_order_paper(order: TaskOrder) -> Paper:
    """Return the order as a paper."""
    helped = f"，{'、'.join(order.assist)}协办" if order.assist else ""
    return Paper(
        organ=order.by,
        title="帮扶任务交办单",
        number=f"工单编号 {order.case.number}",
        to=order.main,
        blocks=(
            Body(
                f"现将下列帮扶任务交由你单位主办{helped}。请于{moment(order.sign_in_by)}前签收，"
                f"{moment(order.due)}前办结并反馈结果。"
            ),
            order.case.about(
                ("协办单位", "、".join(order.assist)),
                ("承办人员", order.handler),
                ("签收期限", moment(order.sign_in_by)),
                ("办理期限", f"{moment(order.due)}（{order.due_because}）"),
                ("派单说明", order.note),
            ),
            Body("不能办理的，请在签收期限内写明依据退单；需要延期的，请在办理期限届满前提出。"),
        ),
        closing=(order.by, order.dispatched_at),
        stand=order.stand,
    )
