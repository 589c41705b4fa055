"""The columns a list of tasks may have: what each is called, and what stands in it for a task."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.task.commands import DutyClass, RequestType, Source, Urgency
from domain.task.facts import Resolution, SupervisionLevel, TaskState
from domain.task.state import SlaRegion
from projections.task_board import TaskLine
from services.intake import ZONE
from services.seeing import Seer
from wording.labels import Both, clock_label, label

LIST = "tasks"
USUAL = ("state", "category", "place", "unit", "due", "notes")
"""The columns of somebody who never chose; a task's number always stands first."""


@dataclass(frozen=True)
class Column:
    """One column: its heading, and the text of a task's cell."""

    heading: Both
    text: Callable[[Seer, TaskLine], str]


def _at(value: str | None) -> str:
    return "" if not value else f"{datetime.fromisoformat(value).astimezone(ZONE):%Y-%m-%d %H:%M}"


def _pairing(seer: Seer, line: TaskLine) -> str:
    return "" if line.pairing is None else seer.number_of(line.pairing) or ""


def _next(seer: Seer, line: TaskLine) -> str:
    if line.next_limit is None:
        return ""
    return f"{clock_label(line.next_limit, seer.language)} {_at(line.next_due)}"


def _grade(seer: Seer, line: TaskLine) -> str:
    return "" if line.grade is None else label(str(line.grade), seer.language, among="Grade")


COLUMNS: dict[str, Column] = {
    "state": Column(
        ("状态", "State"), lambda seer, line: label(TaskState(line.state), seer.language)
    ),
    "category": Column(("类别", "Category"), lambda seer, line: seer.category_name(line.category)),
    "request": Column(
        ("诉求类型", "Kind"),
        lambda seer, line: label(RequestType(line.request_type), seer.language),
    ),
    "place": Column(("地点", "Place"), lambda seer, line: seer.place_name(line.place)),
    "unit": Column(
        ("主办单位", "Main unit"),
        lambda seer, line: seer.unit_name(line.main_unit) if line.main_unit else "",
    ),
    "due": Column(("办理期限", "Due"), lambda _, line: _at(line.due)),
    "next": Column(("下一时限", "Next limit"), _next),
    "notes": Column(
        ("提示", "Notes"),
        lambda seer, line: seer.say("、", ", ").join(name for name, _ in tags_of(seer, line)),
    ),
    "round": Column(("轮次", "Round"), lambda _, line: str(line.round)),
    "urgency": Column(
        ("紧急程度", "Urgency"), lambda seer, line: label(Urgency(line.urgency), seer.language)
    ),
    "duty": Column(
        ("履职类别", "Duty class"),
        lambda seer, line: (
            label(DutyClass(line.duty_class), seer.language) if line.duty_class else ""
        ),
    ),
    "source": Column(
        ("来源", "Source"), lambda seer, line: label(Source(line.source), seer.language)
    ),
    "card": Column(
        ("督办", "Supervision"),
        lambda seer, line: (
            label(SupervisionLevel(line.supervision), seer.language)
            if line.supervision != "NONE"
            else ""
        ),
    ),
    "urged": Column(("催单", "Urged"), lambda _, line: str(line.urged or "")),
    "pairing": Column(("所属结对", "Pairing"), _pairing),
    "ledger": Column(("台账编号", "Ledger number"), lambda _, line: line.ledger_row or ""),
    "registered": Column(("登记时间", "Registered"), lambda _, line: _at(line.registered_at)),
    "dispatched": Column(("派单时间", "Dispatched"), lambda _, line: _at(line.dispatched_at)),
    "closed": Column(("办结时间", "Closed"), lambda _, line: _at(line.closed_at)),
    "resolution": Column(
        ("办理结论", "Resolution"),
        lambda seer, line: (
            label(Resolution(line.resolution), seer.language) if line.resolution else ""
        ),
    ),
    "grade": Column(("评价", "Rating"), _grade),
}
"""Every column by its name; codes and instants only, nothing that is sealed."""

NUMBER: Both = ("工单编号", "Number")


def chosen_columns(seer: Seer) -> tuple[str, ...]:
    """Return the columns whoever looks has chosen, in the order of the list; the usual ones."""
    kept = seer.house.preferences.columns_of(seer.session.person, LIST)
    return _in_order(kept) or USUAL


def choose_columns(seer: Seer, wanted: Sequence[str]) -> None:
    """Remember the columns *wanted*; none: the usual ones again."""
    chosen = _in_order(wanted)
    seer.house.preferences.choose_columns(seer.session.person, LIST, chosen)


def _in_order(wanted: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in COLUMNS if name in wanted)


def tags_of(seer: Seer, line: TaskLine) -> tuple[tuple[str, str], ...]:
    """Return what stands out about a task, each with its colour."""
    found = []
    if line.urgency == "URGENT":
        found.append((seer.say("紧急", "urgent"), "red"))
    if line.sla in {"OVERDUE", "WARNING"}:
        tone = "red" if line.sla == "OVERDUE" else "amber"
        found.append((label(SlaRegion(line.sla), seer.language), tone))
    if line.supervision != "NONE":
        tone = "red" if line.supervision in {"RED", "LISTED", "SUMMONED"} else "amber"
        found.append((label(SupervisionLevel(line.supervision), seer.language), tone))
    if line.duplicates:
        found.append((seer.say(f"并入 {line.duplicates} 件", f"{line.duplicates} merged"), ""))
    if line.urged:
        found.append((seer.say(f"催单 {line.urged} 次", f"urged {line.urged} times"), "amber"))
    return tuple(found)
